"""Returns: a partner's systems ask to give a lead back."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from webapp.api.access import WRITES, caller, needs_key
from webapp.api.leads import LeadPath
from webapp.api.writing import WriteHeaders, once
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.errors import NotFound
from webapp.domain.lead_return import LONGEST_WORDS, PARTNERS_REASONS, ReturnReason, ReturnStatus
from webapp.queries.api_lead import get_api_lead
from webapp.queries.lead_return import ReturnRow, find_return
from webapp.services.lead_return import Wish, request

blueprint = APIBlueprint("returns", __name__, url_prefix="/leads")


class NewReturn(BaseModel):
    """Why a lead should be taken back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"reason": "bad_contact", "words": "The number is not in service."}},
    )

    reason: ReturnReason = Field(description=f"One of {', '.join(PARTNERS_REASONS)}; the last is the student's own.")
    words: Annotated[str, StringConstraints(max_length=LONGEST_WORDS)] = Field(
        default="", description="What else there is to say. Needed for `other`."
    )
    duplicate_on: date | None = Field(
        default=None, description="For `duplicate`, and nothing else: the day on which you had the student first."
    )


class Return(BaseModel):
    """A return, and what was decided."""

    model_config = ConfigDict(extra="forbid")

    lead_id: UUID
    reason: ReturnReason
    status: ReturnStatus
    requested_at: datetime
    decided_at: datetime | None
    decision_words: str | None = Field(description="What we say to you about the decision.")


@blueprint.post(
    "/<uuid:lead_id>/return",
    summary="Ask to return a lead",
    operation_id="request_lead_return",
    responses={201: Return},
)
@needs_key(Scope.LEADS_WRITE, limits=WRITES, takes_body=True)
def ask(header: WriteHeaders, path: LeadPath, body: NewReturn) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """Within the days that your terms name, once for each lead. Some reasons are approved at once, if agreed so."""
    built, asking = runtime(), caller()

    def work(session: Session) -> Return:
        lead = get_api_lead(session, path.lead_id, partner_id=asking.partner_id, test=asking.test)
        wish = Wish(body.reason, body.words, body.duplicate_on)
        request(session, built.clock, lead.id, partner_id=asking.partner_id, wish=wish, actor=asking.actor)
        return _of_lead(session, lead.id)

    return once(work, status=201)


def _of_lead(session: Session, lead_id: UUID) -> Return:
    row: ReturnRow | None = find_return(session, lead_id)
    if row is None:
        raise NotFound("This lead has no return.")
    return Return(
        lead_id=row.lead_id,
        reason=row.reason,
        status=row.status,
        requested_at=row.requested_at,
        decided_at=row.decided_at,
        decision_words=row.decision_words,
    )

"""A partner's leads: what was handed over, and what became of it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from webapp.api.access import caller, needs_key
from webapp.api.caching import revalidated
from webapp.api.paging import PageOf, PageQuery, known_cursor
from webapp.api.problem import json_answer
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.lead import LeadStatus
from webapp.queries.api_lead import (
    SHOWN,
    ApiLead,
    ApiLeadFilter,
    get_api_lead,
    list_api_leads,
)
from webapp.services.posting import get_document

blueprint = APIBlueprint("leads", __name__, url_prefix="/leads")

ProgramId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._:-]{0,79}$")]


class LeadPath(BaseModel):
    lead_id: UUID = Field(description="The `lead_id` of the lead as it was posted.")


class LeadQuery(PageQuery):
    """Which leads."""

    status: LeadStatus | None = Field(default=None, description=f"One of {', '.join(SHOWN)}; others are never shown.")
    program_id: ProgramId | None = None
    updated_since: AwareDatetime | None = Field(
        default=None, description="Only leads with a step at this time or later: poll with the time of your last poll."
    )


class LeadSummary(BaseModel):
    """A lead without the student's details."""

    model_config = ConfigDict(extra="forbid")

    lead_id: UUID
    program_id: str
    test: bool
    status: LeadStatus
    reason: str | None = Field(description="Why it is in this status, as a code; null where there is no more to say.")
    created_at: datetime
    changed_at: datetime
    delivered_at: datetime | None
    expires_at: datetime
    erased: bool = Field(description="The student had everything about them erased; erase what you hold as well.")


class Lead(LeadSummary):
    """A lead, with the document as it would be posted now."""

    model_config = ConfigDict(extra="forbid")

    document: dict[str, Any] | None = Field(
        description="What the posting spec describes, with corrections of the student's in it. It is there while the "
        "lead is `delivered`; null for one that is not, was withdrawn, or was erased."
    )


class LeadPage(PageOf[LeadSummary]):
    model_config = ConfigDict(extra="forbid")


@blueprint.get("", summary="List your leads", operation_id="list_leads", responses={200: LeadPage})
@needs_key(Scope.LEADS_READ)
def index(query: LeadQuery) -> Response:
    """Leads that were handed over, newest first. One in its undo window, or held, is not among them."""
    asking = caller()
    wanted = ApiLeadFilter(
        partner_id=asking.partner_id,
        test=asking.test,
        status=query.status,
        program_id=query.program_id,
        updated_since=query.updated_since,
    )
    with runtime().begin() as session, known_cursor():
        page = list_api_leads(session, wanted, cursor=query.cursor, size=query.limit)
    return json_answer(LeadPage(items=[LeadSummary(**_facts(lead)) for lead in page.items], next_cursor=page.on))


@blueprint.get("/<uuid:lead_id>", summary="Read one lead", operation_id="get_lead", responses={200: Lead})
@needs_key(Scope.LEADS_READ)
def show(path: LeadPath) -> Response:
    """One lead. The student's details are in it only once it is delivered, and not after a withdrawal or erasure."""
    asking, built = caller(), runtime()
    with built.begin() as session:
        lead = get_api_lead(session, path.lead_id, partner_id=asking.partner_id, test=asking.test)
        document = get_document(session, lead.id, built.links) if lead.has_details else None
    return revalidated(Lead(**_facts(lead), document=document))


def _facts(lead: ApiLead) -> dict[str, Any]:
    return {
        "lead_id": lead.id,
        "program_id": lead.program_id,
        "test": lead.test,
        "status": lead.status,
        "reason": lead.reason,
        "created_at": lead.created_at,
        "changed_at": lead.changed_at,
        "delivered_at": lead.delivered_at,
        "expires_at": lead.expires_at,
        "erased": lead.erased,
    }

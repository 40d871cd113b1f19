"""How far a partner came with a lead, said by its own systems."""

from datetime import date
from uuid import UUID

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from webapp.api.access import WRITES, caller, needs_key
from webapp.api.leads import LeadPath
from webapp.api.writing import WriteHeaders, once
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.funnel import FunnelSource, FunnelStatus
from webapp.queries.partner_lead import get_partner_lead
from webapp.services.funnel import Said, record

blueprint = APIBlueprint("funnel", __name__, url_prefix="/leads")


class NewStatus(BaseModel):
    """A step of the funnel, and on which day of your own calendar it came to be."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"status": "contacted", "on": "2026-11-22"}}
    )

    status: FunnelStatus
    on: date = Field(
        description="The day on which it came to be, where you are; not before the lead came, not to come."
    )


class RecordedStatus(BaseModel):
    """What was written down."""

    model_config = ConfigDict(extra="forbid")

    lead_id: UUID
    status: FunnelStatus
    on: date
    is_new: bool = Field(description="False where you had said the same before.")


@blueprint.post(
    "/<uuid:lead_id>/status",
    summary="Say how far you came with a lead",
    operation_id="record_lead_status",
    responses={200: RecordedStatus},
)
@needs_key(Scope.LEADS_WRITE, limits=WRITES, takes_body=True)
def say(header: WriteHeaders, path: LeadPath, body: NewStatus) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """Steps may be skipped. Going back needs a correction with a reason, which your people make in the portal."""
    built, asking = runtime(), caller()

    def work(session: Session) -> RecordedStatus:
        lead = get_partner_lead(session, path.lead_id, partner_id=asking.partner_id, test=asking.test)
        said = Said(body.status, body.on)
        is_new = record(
            session,
            built.clock,
            lead.id,
            said,
            source=FunnelSource.API,
            actor=asking.actor,
            partner_id=asking.partner_id,
        )
        return RecordedStatus(lead_id=lead.id, status=body.status, on=body.on, is_new=is_new)

    return once(work)

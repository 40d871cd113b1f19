"""How far a partner came with a lead, said by its own systems."""

from datetime import date
from typing import Self
from uuid import UUID

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from webapp.api.access import WRITES, caller, needs_key
from webapp.api.leads import LeadPath
from webapp.api.writing import WriteHeaders, once
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.funnel import CorrectionReason, FunnelSource, FunnelStatus
from webapp.queries.api_lead import get_api_lead
from webapp.services.funnel import Said, correct, record

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


class NewCorrection(BaseModel):
    """What is right instead, and why what was said is not."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"reason": "wrong_date", "status": "contacted", "on": "2026-11-22"},
            "dependentRequired": {"status": ["on"], "on": ["status"]},
        },
    )

    reason: CorrectionReason
    status: FunnelStatus | None = Field(
        default=None,
        description="How far you really came. This status and all after it are undone first; "
        "without one, everything you said is.",
    )
    on: date | None = Field(
        default=None, description="The day on which it came to be, where you are. With `status`, and only with it."
    )

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (self.status is None) != (self.on is None):
            raise ValueError("A status goes with its day. Give both, or neither to undo everything.")
        return self


class CorrectedStatus(BaseModel):
    """What holds after the correction."""

    model_config = ConfigDict(extra="forbid")

    lead_id: UUID
    status: FunnelStatus | None = Field(description="Null where nothing that was said holds any more.")
    on: date | None
    is_new: bool = Field(description="False where that is what held before.")


@blueprint.post(
    "/<uuid:lead_id>/status",
    summary="Say how far you came with a lead",
    operation_id="record_lead_status",
    responses={200: RecordedStatus},
)
@needs_key(Scope.LEADS_WRITE, limits=WRITES, takes_body=True)
def say(header: WriteHeaders, path: LeadPath, body: NewStatus) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """Steps may be skipped. Going back needs a correction with a reason: the operation beside this one."""
    built, asking = runtime(), caller()

    def work(session: Session) -> RecordedStatus:
        lead = get_api_lead(session, path.lead_id, partner_id=asking.partner_id, test=asking.test)
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


@blueprint.post(
    "/<uuid:lead_id>/status/correction",
    summary="Correct how far you came with a lead",
    operation_id="correct_lead_status",
    responses={200: CorrectedStatus},
)
@needs_key(Scope.LEADS_WRITE, limits=WRITES, takes_body=True)
def put_right(header: WriteHeaders, path: LeadPath, body: NewCorrection) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """Undo what you said, with a reason, and say what is right. What was undone stays on record."""
    built, asking = runtime(), caller()

    def work(session: Session) -> CorrectedStatus:
        lead = get_api_lead(session, path.lead_id, partner_id=asking.partner_id, test=asking.test)
        is_new = correct(
            session,
            built.clock,
            lead.id,
            Said(body.status, body.on) if body.status is not None and body.on is not None else None,
            reason=body.reason,
            source=FunnelSource.API,
            actor=asking.actor,
            partner_id=asking.partner_id,
        )
        return CorrectedStatus(lead_id=lead.id, status=body.status, on=body.on, is_new=is_new)

    return once(work)

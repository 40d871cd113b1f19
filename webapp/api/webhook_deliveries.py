"""Webhook deliveries: each attempt at handing a lead over, and sending a failed one again."""

from datetime import datetime
from uuid import UUID

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from webapp.api.access import WRITES, caller, needs_key
from webapp.api.caching import revalidated
from webapp.api.paging import PageOf, PageQuery, known_cursor
from webapp.api.problem import Failure, json_answer
from webapp.api.writing import WriteHeaders, once
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.delivery import AttemptOutcome, Channel, DeliveryStatus, Side
from webapp.domain.errors import Refused
from webapp.queries.attempts import AttemptRow
from webapp.queries.partner_delivery import (
    PartnerDelivery,
    PartnerDeliveryFilter,
    get_partner_delivery,
    list_partner_deliveries,
)
from webapp.services import audit
from webapp.services.redelivery import replay

blueprint = APIBlueprint("webhook_deliveries", __name__, url_prefix="/webhook-deliveries")


class DeliveryPath(BaseModel):
    delivery_id: UUID


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    status: DeliveryStatus | None = None
    lead_id: UUID | None = None


class WebhookDeliverySummary(BaseModel):
    """One delivery that was begun."""

    model_config = ConfigDict(extra="forbid")

    delivery_id: UUID
    lead_id: UUID
    endpoint_id: UUID | None
    channel: Channel
    webhook_id: str = Field(description="The same on every attempt: know repeats by it.")
    status: DeliveryStatus
    reason: str | None
    attempts_made: int
    test: bool
    created_at: datetime
    due_at: datetime | None = Field(description="When it is tried next.")
    finished_at: datetime | None


class Attempt(BaseModel):
    """One attempt."""

    model_config = ConfigDict(extra="forbid")

    number: int
    outcome: AttemptOutcome
    reason: str | None
    http_status: int | None
    answer: str | None = Field(description="What your system answered, cut short. Null once the lead is withdrawn.")
    started_at: datetime
    finished_at: datetime | None
    duration_ms: float | None


class WebhookDelivery(WebhookDeliverySummary):
    """One delivery with every attempt at it."""

    model_config = ConfigDict(extra="forbid")

    attempts: list[Attempt]


class WebhookDeliveryPage(PageOf[WebhookDeliverySummary]):
    model_config = ConfigDict(extra="forbid")


@blueprint.get(
    "",
    summary="List your webhook deliveries",
    operation_id="list_webhook_deliveries",
    responses={200: WebhookDeliveryPage},
)
@needs_key(Scope.WEBHOOKS_READ)
def index(query: DeliveryQuery) -> Response:
    """Deliveries that were begun, newest first."""
    asking = caller()
    wanted = PartnerDeliveryFilter(query.status, query.lead_id, asking.test)
    with runtime().begin() as session, known_cursor():
        page = list_partner_deliveries(session, asking.partner_id, wanted, cursor=query.cursor, size=query.limit)
    items = [WebhookDeliverySummary.model_validate(_facts(row)) for row in page.items]
    return json_answer(WebhookDeliveryPage(items=items, next_cursor=page.on))


@blueprint.get(
    "/<uuid:delivery_id>",
    summary="Read one webhook delivery",
    operation_id="get_webhook_delivery",
    responses={200: WebhookDelivery},
)
@needs_key(Scope.WEBHOOKS_READ)
def show(path: DeliveryPath) -> Response:
    """One delivery with every attempt: what we met, and what your system answered."""
    with runtime().begin() as session:
        return revalidated(_detail(session, path.delivery_id))


@blueprint.post(
    "/<uuid:delivery_id>/replay",
    summary="Send a failed delivery again",
    operation_id="replay_webhook_delivery",
    responses={200: WebhookDelivery},
)
@needs_key(Scope.WEBHOOKS_WRITE, limits=WRITES)
def send_again(header: WriteHeaders, path: DeliveryPath) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """It starts over with a full set of retries, to your endpoint of now, under the same `webhook-id`."""
    built, asking = runtime(), caller()

    def work(session: Session) -> WebhookDelivery:
        _detail(session, path.delivery_id)
        try:
            replay(session, built.clock, path.delivery_id, by=Side.PARTNER)
        except Refused as error:
            raise Failure(409, *error.problems) from None
        audit.record(
            session,
            built.clock,
            staff_id=None,
            partner_id=asking.partner_id,
            actor=asking.actor,
            action="delivery.replay",
            object_type="delivery",
            object_id=str(path.delivery_id),
        )
        return _detail(session, path.delivery_id)

    answer = once(work)
    built.wake_up.nudge()
    return answer


def _detail(session: Session, delivery_id: UUID) -> WebhookDelivery:
    asking = caller()
    row = get_partner_delivery(session, asking.partner_id, delivery_id, test=asking.test)
    return WebhookDelivery.model_validate({**_facts(row), "attempts": [_attempt(row, each) for each in row.attempts]})


def _facts(row: PartnerDelivery) -> dict[str, object]:
    return {
        "delivery_id": row.id,
        "lead_id": row.lead_id,
        "endpoint_id": row.endpoint_id,
        "channel": row.channel,
        "webhook_id": row.webhook_id,
        "status": row.status,
        "reason": row.reason,
        "attempts_made": row.attempts_made,
        "test": row.test,
        "created_at": row.created_at,
        "due_at": row.due_at,
        "finished_at": row.finished_at,
    }


def _attempt(row: PartnerDelivery, attempt: AttemptRow) -> Attempt:
    return Attempt(
        number=attempt.number,
        outcome=attempt.outcome,
        reason=attempt.reason,
        http_status=attempt.http_status,
        # A partner's own words may hold the student's.
        answer=attempt.answer if row.may_show_answers else None,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        duration_ms=attempt.duration_ms,
    )

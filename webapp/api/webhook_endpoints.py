"""Webhook endpoints: where leads are posted."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from webapp.api.access import WRITES, caller, needs_key
from webapp.api.caching import revalidated
from webapp.api.paging import PageOf, PageQuery, known_cursor
from webapp.api.problem import json_answer
from webapp.api.writing import WriteHeaders, live_leads_are_safe, once
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.delivery import Channel, Side
from webapp.domain.delivery_method import Wanted
from webapp.queries.endpoint import EndpointRow, get_endpoint, list_endpoints
from webapp.services import audit, delivery_method, signing_secret

blueprint = APIBlueprint("webhook_endpoints", __name__, url_prefix="/webhook-endpoints")


class EndpointPath(BaseModel):
    endpoint_id: UUID


class NewWebhookEndpoint(BaseModel):
    """An endpoint to add."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"url": "https://crm.school.example/program-match/leads"}},
    )

    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(
        description="A public https:// address of yours."
    )


class WebhookEndpoint(BaseModel):
    """An endpoint. They are used in the order of your delivery methods, one after another has failed."""

    model_config = ConfigDict(extra="forbid")

    endpoint_id: UUID
    url: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None


class CreatedWebhookEndpoint(WebhookEndpoint):
    """An endpoint just made, with the secret by which you check signatures."""

    model_config = ConfigDict(extra="forbid")

    secret: str = Field(description="Shown this once. Keep it where your other secrets are.")


class WebhookEndpointPage(PageOf[WebhookEndpoint]):
    model_config = ConfigDict(extra="forbid")


@blueprint.get(
    "",
    summary="List your webhook endpoints",
    operation_id="list_webhook_endpoints",
    responses={200: WebhookEndpointPage},
)
@needs_key(Scope.WEBHOOKS_READ)
def index(query: PageQuery) -> Response:
    """Every endpoint, newest first, disabled ones too."""
    with runtime().begin() as session, known_cursor():
        page = list_endpoints(session, caller().partner_id, cursor=query.cursor, size=query.limit)
    return json_answer(WebhookEndpointPage(items=[_out(row) for row in page.items], next_cursor=page.on))


@blueprint.post(
    "",
    summary="Add a webhook endpoint",
    operation_id="create_webhook_endpoint",
    responses={201: CreatedWebhookEndpoint},
)
@needs_key(Scope.WEBHOOKS_WRITE, limits=WRITES, takes_body=True)
def create(header: WriteHeaders, body: NewWebhookEndpoint) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """Leads are posted here from now on. A test key may do this only while you are in test mode."""
    live_leads_are_safe()
    built, asking = runtime(), caller()

    def work(session: Session) -> CreatedWebhookEndpoint:
        made = delivery_method.add(
            session,
            built.clock,
            built.seal,
            asking.partner_id,
            Wanted(Channel.WEBHOOK, url=body.url),
            allow_loopback=built.settings.webhook_allow_loopback,
        )
        _write_down(session, made.method_id, "endpoint.create")
        row = get_endpoint(session, made.method_id, partner_id=asking.partner_id)
        return CreatedWebhookEndpoint(**_out(row).model_dump(), secret=made.secret or "")

    return once(work, status=201)


@blueprint.get(
    "/<uuid:endpoint_id>",
    summary="Read one webhook endpoint",
    operation_id="get_webhook_endpoint",
    responses={200: WebhookEndpoint},
)
@needs_key(Scope.WEBHOOKS_READ)
def show(path: EndpointPath) -> Response:
    """One endpoint, without its secret."""
    with runtime().begin() as session:
        row = get_endpoint(session, path.endpoint_id, partner_id=caller().partner_id)
    return revalidated(_out(row))


@blueprint.post(
    "/<uuid:endpoint_id>/disable",
    summary="Disable a webhook endpoint",
    operation_id="disable_webhook_endpoint",
    responses={200: WebhookEndpoint},
)
@needs_key(Scope.WEBHOOKS_WRITE, limits=WRITES)
def disable(header: WriteHeaders, path: EndpointPath) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """Nothing more is posted there. The next of the others takes over; without any, leads fail until there is one."""
    live_leads_are_safe()
    built, asking = runtime(), caller()

    def work(session: Session) -> WebhookEndpoint:
        row = get_endpoint(session, path.endpoint_id, partner_id=asking.partner_id)
        if row.disabled_at is not None:
            return _out(row)  # twice is the same as once
        delivery_method.disable(session, built.clock, row.id, by=Side.PARTNER, partner_id=asking.partner_id)
        _write_down(session, row.id, "endpoint.disable")
        session.flush()
        return _out(get_endpoint(session, row.id, partner_id=asking.partner_id))

    return once(work)


@blueprint.post(
    "/<uuid:endpoint_id>/rotate-secret",
    summary="Make a new signing secret",
    operation_id="rotate_webhook_secret",
    responses={200: CreatedWebhookEndpoint},
)
@needs_key(Scope.WEBHOOKS_WRITE, limits=WRITES)
def rotate(header: WriteHeaders, path: EndpointPath) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """The new secret signs at once, and the former one beside it for a day, so that you can change without a gap."""
    live_leads_are_safe()
    built, asking = runtime(), caller()

    def work(session: Session) -> CreatedWebhookEndpoint:
        row = get_endpoint(session, path.endpoint_id, partner_id=asking.partner_id)
        secret = signing_secret.rotate_secret(session, built.clock, built.seal, row.id, partner_id=asking.partner_id)
        _write_down(session, row.id, "endpoint.rotate_secret")
        return CreatedWebhookEndpoint(**_out(row).model_dump(), secret=secret)

    return once(work)


def _write_down(session: Session, endpoint_id: UUID, action: str) -> None:
    asking = caller()
    audit.record(
        session,
        runtime().clock,
        staff_id=None,
        partner_id=asking.partner_id,
        actor=asking.actor,
        action=action,
        object_type="partner_endpoint",
        object_id=str(endpoint_id),
    )


def _out(row: EndpointRow) -> WebhookEndpoint:
    return WebhookEndpoint(
        endpoint_id=row.id,
        url=row.url,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason,
    )

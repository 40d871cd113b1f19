"""Trying a delivery method out: a sample lead sent now, and what it holds to download."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from webapp.admin.delivery_methods import method_parts
from webapp.admin.guard import PARTNER_MANAGERS, needs_role
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.queries.delivery_method import get_method
from webapp.services.sample_lead import Exchange, sample_file, send_sample
from webapp.ui.payload import payload_of, sample_name
from webapp.ui.refusals import tell

blueprint = Blueprint(
    "sample_leads", __name__, url_prefix="/partners/<uuid:row_id>/delivery-methods/<uuid:method_id>/test"
)


@blueprint.get("")
@needs_role(PARTNER_MANAGERS)
def index(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """The tester."""
    return _page(row_id, method_id)


@blueprint.post("")
@rate_limited("20/minute;200/hour")
@needs_role(PARTNER_MANAGERS)
def send(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """Send a sample lead by the method, through the same client as leads, and show how it went."""
    built = runtime()
    try:
        went = send_sample(built.begin, built.clock, built.delivery_outside, method_id, partner_id=row_id)
    except Refused as refusal:
        tell(refusal)
        return _page(row_id, method_id), 422
    with built.begin() as session:
        told = {"outcome": went.outcome.kind.value} if went.outcome else {}
        write_down(session, "tried out", "delivery_method", str(method_id), after=told)
    built.wake_up.nudge()
    return _page(row_id, method_id, went)


@blueprint.get("/sample")
@needs_role(PARTNER_MANAGERS)
def file(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """What the method makes of a sample lead, as a file."""
    built = runtime()
    with built.begin() as session:
        method = get_method(session, method_id, partner_id=row_id)
        content, media_type = sample_file(session, built.links, built.clock, method)
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{sample_name(media_type)}"'
    return response


def _page(row_id: UUID, method_id: UUID, went: Exchange | None = None) -> str:
    with runtime().begin() as session:
        method = get_method(session, method_id, partner_id=row_id)
    more: dict[str, Any] = {}
    if went is not None and went.request is not None:
        kind = went.request["headers"].get("Content-Type", "")
        more["pretty"] = payload_of(went.request["body"].encode(), kind).laid_out
    return render_template(
        "delivery/test.html",
        method=method,
        went=went,
        **method_parts(row_id),
        **more,
    )

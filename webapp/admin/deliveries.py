"""Deliveries: every hand-over to a partner, and every try at it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import bulk_acts, words
from webapp.admin.guard import EVERYONE, SEES_PEOPLE, SENDERS, needs_role, staff
from webapp.admin.leads import send_again
from webapp.admin.queue_walk import onward, walk_at
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.bulk_act import MOST_AT_ONCE, BulkKind
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import Refused
from webapp.domain.method_words import disabled_words
from webapp.domain.staff_list import StaffList
from webapp.queries.deliveries import DeliveryFilter, count_deliveries, delivery_ids, get_delivery, list_deliveries
from webapp.queries.leads import lead_state, partner_names
from webapp.services import redelivery
from webapp.ui.lists import chosen, chosen_day, chosen_id, cursor, kept_args, page_links
from webapp.ui.refusals import tell

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Deliveries, newest first."""
    wanted = _wanted()
    with runtime().begin() as session:
        desk = desk_of(
            session, StaffList.DELIVERIES, lambda asked: count_deliveries(session, _wanted(asked), most=COUNTED_TO)
        )
        if desk.opens_with:
            return redirect(desk.opens_with)
        page = list_deliveries(session, wanted, cursor=cursor())
        partners = partner_names(session)
    return render_template(
        "admin/deliveries.html",
        page=page,
        wanted=wanted,
        desk=desk,
        partners=partners,
        delivery_looks=words.DELIVERY_LOOKS,
        reason_words=words.reason_words,
        acts=again_acts() if staff().may(SENDERS) else [],
        bulk_url=url_for(".bulk", **kept_args()),
        **page_links(page),
    )


@blueprint.post("/bulk")
@rate_limited("30/minute")
@needs_role(SENDERS)
def bulk() -> ResponseReturnValue:
    """Show what would happen to several deliveries that failed."""
    ids, left_out = bulk_acts.ticked(), 0
    if bulk_acts.wants_all():
        with runtime().begin() as session:
            wanted = _wanted()
            ids = delivery_ids(session, wanted, most=MOST_AT_ONCE)
            left_out = count_deliveries(session, wanted) - len(ids) if len(ids) == MOST_AT_ONCE else 0
    return bulk_acts.plan([BulkKind.REPLAY], ids, left_out, url_for(".index", **kept_args()))


def again_acts() -> list[dict[str, Any]]:
    """What may be done to deliveries that failed, as the form asks for it."""
    return [{"kind": BulkKind.REPLAY.value, "label": bulk_acts.LABELS[BulkKind.REPLAY], "whys": []}]


def _wanted(asked: Mapping[str, str] | None = None) -> DeliveryFilter:
    """What the address, or a saved view, narrows the list to."""
    return DeliveryFilter(
        status=chosen("status", DeliveryStatus, asked),
        partner_id=chosen_id("partner", asked),
        since=chosen_day("since", asked),
        until=chosen_day("until", asked, after=True),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One delivery. A partner's answer may repeat what it was sent, so looking at it is written down."""
    with runtime().begin() as session:
        delivery = get_delivery(session, row_id)
        sees_people = staff().may(SEES_PEOPLE)
        if sees_people:
            write_down(session, "viewed", "delivery", str(row_id))
    return render_template(
        "admin/delivery.html",
        delivery=delivery,
        walk=walk_at(row_id, "admin.deliveries.detail"),
        sees_people=sees_people,
        look=words.DELIVERY_LOOKS[delivery.row.status],
        can_replay=staff().may(SENDERS) and delivery.row.status is DeliveryStatus.FAILED,
        can_redeliver=staff().may(SENDERS) and delivery.row.status is DeliveryStatus.DELIVERED,
        outcome_looks=words.OUTCOME_LOOKS,
        reason_words=words.reason_words,
        disabled_words=disabled_words,
    )


@blueprint.post("/<uuid:row_id>/redeliver")
@rate_limited("60/minute")
@needs_role(SENDERS)
def redeliver(row_id: UUID) -> ResponseReturnValue:
    """Hand a delivered lead over once more, for a partner that lost it. It counts once."""
    built = runtime()
    try:
        with built.begin() as session:
            lead_id = get_delivery(session, row_id).row.lead_id
            before = lead_state(session, lead_id)
            redelivery.redeliver(session, built.clock, row_id)
            session.flush()
            after = lead_state(session, lead_id)
            write_down(session, "redelivered", "delivery", str(row_id), before=before, after=after)
    except Refused as refusal:
        tell(refusal)
    else:
        built.wake_up.nudge()
        flash("It is handed over once more, under the same webhook-id. Nothing more is billed.", "good")
    return redirect(url_for("admin.deliveries.detail", row_id=row_id), 303)


@blueprint.post("/<uuid:row_id>/replay")
@rate_limited("60/minute")
@needs_role(SENDERS)
def replay(row_id: UUID) -> ResponseReturnValue:
    """Send a failed delivery again."""
    with runtime().begin() as session:
        lead_id = get_delivery(session, row_id).row.lead_id
    send_again(row_id, lead_id)
    return onward(row_id, url_for("admin.deliveries.detail", row_id=row_id))

"""Deliveries: every hand-over to a partner, and every try at it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, SEES_PEOPLE, SENDERS, needs_role, staff
from webapp.admin.leads import send_again
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import Refused
from webapp.domain.method_words import disabled_words
from webapp.queries.deliveries import get_delivery, list_deliveries
from webapp.queries.leads import lead_state, partner_names
from webapp.services import redelivery
from webapp.ui.lists import chosen, chosen_id, cursor, page_links
from webapp.ui.refusals import tell

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Deliveries, newest first."""
    status, partner_id = chosen("status", DeliveryStatus), chosen_id("partner")
    with runtime().begin() as session:
        page = list_deliveries(session, cursor=cursor(), status=status, partner_id=partner_id)
        partners = partner_names(session)
    return render_template(
        "admin/deliveries.html",
        page=page,
        status=status,
        partner_id=partner_id,
        partners=partners,
        delivery_looks=words.DELIVERY_LOOKS,
        reason_words=words.reason_words,
        **page_links(page),
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
    return redirect(url_for("admin.deliveries.detail", row_id=row_id))

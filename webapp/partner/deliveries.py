"""The delivery log: what was posted where, and what was answered."""

import json
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.partner_role import EVERYONE, SEES_PEOPLE, SETS_DELIVERY
from webapp.partner.guard import member, needs_role
from webapp.partner.leads import delivery_words
from webapp.partner.trail import write_down
from webapp.queries.partner_delivery import PartnerDeliveryFilter, get_partner_delivery, list_partner_deliveries
from webapp.ui.lists import chosen, cursor, page_links

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Hand-overs, newest first."""
    status = chosen("status", DeliveryStatus)
    with runtime().begin() as session:
        page = list_partner_deliveries(session, member().partner_id, PartnerDeliveryFilter(status), cursor=cursor())
    return render_template("partner/deliveries.html", page=page, status=status, **delivery_words(), **page_links(page))


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One hand-over with every try. Looking at what was sent is looking at personal data, and written down."""
    sees_people = member().role in SEES_PEOPLE
    with runtime().begin() as session:
        delivery = get_partner_delivery(session, member().partner_id, row_id)
        if sees_people and delivery.sent:
            write_down(session, "viewed", "lead", str(delivery.lead_id))
    is_logged = any(attempt.request for attempt in delivery.attempts)
    body = (
        json.dumps(delivery.sent, indent=2, ensure_ascii=False)
        if delivery.sent and sees_people and not is_logged
        else None
    )
    return render_template(
        "partner/delivery.html",
        delivery=delivery,
        body=body,
        is_logged=is_logged,
        sees_people=sees_people,
        may_send=delivery.can_go_again and member().role in SETS_DELIVERY,
        **delivery_words(),
    )

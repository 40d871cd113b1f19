"""Delivery methods of a partner: how leads reach it, in which order, each with its settings and its health."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.admin.words import reason_words
from webapp.context import rate_limited, runtime
from webapp.domain import method_words
from webapp.domain.delivery import Side
from webapp.domain.errors import Refused
from webapp.queries.delivery_method import count_tries, get_method, list_methods, method_state
from webapp.queries.partners import partner_state
from webapp.services import delivery_method
from webapp.ui.formats import plural
from webapp.ui.refusals import tell

blueprint = Blueprint("delivery_methods", __name__, url_prefix="/partners/<uuid:row_id>/delivery-methods")

A_DAY = timedelta(days=1)


@blueprint.get("")
@needs_role(EVERYONE)
def index(row_id: UUID) -> ResponseReturnValue:
    """Every method in its order, and how its tries of the last day ended."""
    built = runtime()
    with built.begin() as session:
        methods = list_methods(session, row_id)
        counts = count_tries(session, row_id, built.clock.now() - A_DAY)
    return render_template("delivery/methods.html", methods=methods, counts=counts, **method_parts(row_id))


@blueprint.get("/<uuid:method_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """One method: what is set, how it does, and what may be done with it."""
    built = runtime()
    with built.begin() as session:
        method = get_method(session, method_id, partner_id=row_id)
        methods = list_methods(session, row_id)
        counts = count_tries(session, row_id, built.clock.now() - A_DAY).get(method_id)
    return render_template(
        "delivery/method.html",
        method=method,
        counts=counts,
        is_only=len(methods) == 1,
        now=built.clock.now(),
        **method_parts(row_id),
    )


@blueprint.post("/<uuid:method_id>/earlier")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def put_earlier(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """Let it change places with the one before it."""
    with runtime().begin() as session:
        get_method(session, method_id, partner_id=row_id)
        before = method_state(session, method_id)
        delivery_method.put_earlier(session, row_id, method_id)
        session.flush()
        after = method_state(session, method_id)
        write_down(session, "put earlier", "delivery_method", str(method_id), before=before, after=after)
    return redirect(url_for("admin.delivery_methods.index", row_id=row_id), 303)


@blueprint.post("/<uuid:method_id>/disable")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def disable(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """Switch it off."""
    built = runtime()
    with built.begin() as session:
        get_method(session, method_id, partner_id=row_id)
        before = method_state(session, method_id)
        delivery_method.disable(session, built.clock, method_id, by=Side.STAFF, partner_id=row_id)
        session.flush()
        after = method_state(session, method_id)
        write_down(session, "switched off", "delivery_method", str(method_id), before=before, after=after)
    built.wake_up.nudge()
    flash("Switched off. What waits for it goes to the next method, or ends as failed until this is on again.", "good")
    return redirect(url_for("admin.delivery_methods.detail", row_id=row_id, method_id=method_id), 303)


@blueprint.post("/<uuid:method_id>/enable")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def enable(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """Switch it on again, and send what failed for want of it."""
    built = runtime()
    with built.begin() as session:
        get_method(session, method_id, partner_id=row_id)
        before = method_state(session, method_id)
    try:
        again = delivery_method.enable(built.begin, built.clock, method_id, by=Side.STAFF, partner_id=row_id)
    except Refused as refusal:
        tell(refusal)
    else:
        with built.begin() as session:
            after = {**method_state(session, method_id), "sent_again": len(again.sent)}
            write_down(session, "switched on", "delivery_method", str(method_id), before=before, after=after)
        built.wake_up.nudge()
        sent = f" {plural(len(again.sent), 'lead')} that failed for want of it go again." if again.sent else ""
        flash(f"Switched on.{sent}", "good")
    return redirect(url_for("admin.delivery_methods.detail", row_id=row_id, method_id=method_id), 303)


@blueprint.post("/<uuid:method_id>/remove")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def remove(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """Take it away for good."""
    built = runtime()
    try:
        with built.begin() as session:
            get_method(session, method_id, partner_id=row_id)
            before = method_state(session, method_id)
            delivery_method.remove(session, built.clock, method_id, partner_id=row_id)
            write_down(session, "removed", "delivery_method", str(method_id), before=before)
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for("admin.delivery_methods.detail", row_id=row_id, method_id=method_id), 303)
    built.wake_up.nudge()
    flash("Removed. What it sent stays in the delivery log.", "good")
    return redirect(url_for("admin.delivery_methods.index", row_id=row_id), 303)


def method_parts(row_id: UUID) -> dict[str, Any]:
    """What the pages of methods need of the surface they are on: its layout, its addresses and its words."""
    return {
        "layout": "admin/page.html",
        "school": school_name(row_id),
        "to": partial(_to, row_id),
        "may_change": staff().may(PARTNER_MANAGERS),
        "reason_words": reason_words,
        "kinds": method_words.KINDS,
        "taken": method_words.TAKEN,
        "disabled_words": method_words.disabled_words,
    }


def school_name(row_id: UUID) -> str:
    """What the partner is called. NotFound when there is none."""
    with runtime().begin() as session:
        return str(partner_state(session, row_id)["display_name"])


def _to(row_id: UUID, view: str, method_id: UUID | None = None, **more: str) -> str:
    ids = {"method_id": method_id} if method_id else {}
    return url_for(f"admin.{view}", row_id=row_id, **ids, **more)  # type: ignore[arg-type]  # ids are converted

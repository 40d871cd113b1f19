"""Partners: who they are, whether they are ready, and their way from test to live, paused and ended."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin import partner_words
from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.partner_forms import MoveForm, NewPartnerForm, PartnerForm
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.partner import PARTNER_LIFECYCLE, PartnerStatus
from webapp.domain.staff_list import StaffList
from webapp.queries.partners import count_partners, count_waiting, get_partner, list_partners, partner_state
from webapp.queries.readiness import readiness
from webapp.services import partner as partners
from webapp.services.partner import Identity
from webapp.ui.lists import chosen, cursor, page_links
from webapp.ui.refusals import put_beside_fields, tell

blueprint = Blueprint("partners", __name__, url_prefix="/partners")

_MOVES = {
    PartnerStatus.LIVE: "resumed_by_staff",
    PartnerStatus.PAUSED: "paused_by_staff",
    PartnerStatus.ENDED: "ended_by_staff",
}


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Every partner, by name."""
    status = chosen("status", PartnerStatus)
    with runtime().begin() as session:
        desk = desk_of(session, StaffList.PARTNERS, lambda asked: _count(session, asked))
        if desk.opens_with:
            return redirect(desk.opens_with)
        page = list_partners(session, status=status, cursor=cursor())
    return render_template(
        "admin/partners.html",
        page=page,
        desk=desk,
        status=status,
        looks=partner_words.PARTNER_LOOKS,
        may_change=staff().may(PARTNER_MANAGERS),
        **page_links(page),
    )


def _count(session: Session, asked: Mapping[str, str]) -> int:
    return count_partners(session, status=chosen("status", PartnerStatus, asked), most=COUNTED_TO)


@blueprint.get("/new")
@needs_role(PARTNER_MANAGERS)
def new() -> ResponseReturnValue:
    """The form for a new partner."""
    return render_template("admin/partner_edit.html", form=NewPartnerForm(), partner=None)


@blueprint.post("/new")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def create() -> ResponseReturnValue:
    """Make a partner, in test mode."""
    built, form = runtime(), NewPartnerForm()
    if form.validate_on_submit():
        try:
            with built.begin() as session:
                made = partners.create(session, built.clock, form.slug.data or "", _identity(form), actor=staff().email)
                write_down(session, "created", "partner", str(made), after=partner_state(session, made))
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            flash(
                "Made, in test mode: its leads are marked as tests. The list below says what it needs to go live.",
                "good",
            )
            return redirect(url_for("admin.partners.detail", row_id=made), 303)
    return render_template("admin/partner_edit.html", form=form, partner=None), 422


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One partner: what it is, what it lacks, what happened."""
    built = runtime()
    with built.begin() as session:
        found = get_partner(session, row_id, built.clock.now())
        points = readiness(session, row_id, built.clock.now())
    return render_template(
        "admin/partner.html",
        partner=found,
        points=points,
        look=partner_words.PAUSED_LOOKS[found.paused_by]
        if found.paused_by
        else partner_words.PARTNER_LOOKS[found.status],
        looks=partner_words.PARTNER_LOOKS,
        story=[_told(step) for step in found.steps],
        moves=[status for status in PartnerStatus if PARTNER_LIFECYCLE.allows(found.status, status)],
        move_words=partner_words.MOVES,
        move_form=MoveForm(),
        terms=partner_words.terms_facts(found.terms, {group.id: group.name for group in found.groups}),
        may_change=staff().may(PARTNER_MANAGERS),
    )


@blueprint.get("/<uuid:row_id>/edit")
@needs_role(PARTNER_MANAGERS)
def edit(row_id: UUID) -> ResponseReturnValue:
    """The form that changes who a partner is."""
    with runtime().begin() as session:
        found = get_partner(session, row_id, runtime().clock.now())
    return render_template("admin/partner_edit.html", form=PartnerForm(obj=found), partner=found)


@blueprint.post("/<uuid:row_id>/edit")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def change(row_id: UUID) -> ResponseReturnValue:
    """Change who a partner is."""
    built, form = runtime(), PartnerForm()
    with built.begin() as session:
        found = get_partner(session, row_id, built.clock.now())
    if form.validate_on_submit():
        try:
            with built.begin() as session:
                before = partner_state(session, row_id)
                partners.change(session, built.clock, row_id, _identity(form))
                write_down(
                    session, "changed", "partner", str(row_id), before=before, after=partner_state(session, row_id)
                )
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            flash("Changed. Consents that were given keep the name they were given to.", "good")
            return redirect(url_for("admin.partners.detail", row_id=row_id), 303)
    return render_template("admin/partner_edit.html", form=form, partner=found), 422


@blueprint.get("/<uuid:row_id>/end")
@needs_role(PARTNER_MANAGERS)
def end(row_id: UUID) -> ResponseReturnValue:
    """The question before a partner is ended: nothing brings it back."""
    built = runtime()
    with built.begin() as session:
        found = get_partner(session, row_id, built.clock.now())
        waiting = count_waiting(session, row_id)
    if not PARTNER_LIFECYCLE.allows(found.status, PartnerStatus.ENDED):
        flash("It has moved on since this page came up, so nothing was changed.", "error")
        return redirect(url_for("admin.partners.detail", row_id=row_id), 303)
    return render_template("admin/partner_end.html", partner=found, waiting=waiting, move_form=MoveForm())


@blueprint.post("/<uuid:row_id>/move/<any(live, paused, ended):status>")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def move(row_id: UUID, status: str) -> ResponseReturnValue:
    """Let a partner go live, pause it, or end it."""
    built, form, wanted = runtime(), MoveForm(), PartnerStatus(status)
    try:
        with built.begin() as session:
            before = partner_state(session, row_id)
            reason = (
                "ready" if before["status"] == PartnerStatus.TEST and wanted is PartnerStatus.LIVE else _MOVES[wanted]
            )
            partners.move(
                session, built.clock, row_id, wanted, reason=reason, actor=staff().email, words=form.words.data or ""
            )
            write_down(session, status, "partner", str(row_id), before=before, after=partner_state(session, row_id))
    except Refused as refusal:
        tell(refusal)
    except InvalidTransition:
        flash("It has moved on since this page came up, so nothing was changed.", "error")
    else:
        built.wake_up.nudge()
        flash(partner_words.MOVED[wanted], "good")
    return redirect(url_for("admin.partners.detail", row_id=row_id), 303)


def _identity(form: PartnerForm) -> Identity:
    return Identity(
        legal_name=form.legal_name.data or "",
        display_name=form.display_name.data or "",
        time_zone=form.time_zone.data or "",
        contact_email=form.contact_email.data or "",
    )


def _told(step: Any) -> dict[str, Any]:
    told = asdict(step)
    return {
        "title": partner_words.PARTNER_LOOKS[step.to_status][0],
        "at": step.at,
        "text": " ".join(
            part for part in (partner_words.REASONS[told["reason"]], told["words"], f"By {step.actor}.") if part
        ),
        "state": "bad" if step.reason == "complaints" else "done",
    }

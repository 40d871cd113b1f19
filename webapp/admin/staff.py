"""Staff accounts, for owners: inviting, roles, closing, lost devices; and what is asked of everybody."""

from functools import partial
from typing import Protocol
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin.account_forms import InviteForm, RolesForm
from webapp.admin.acts import carried_out
from webapp.admin.guard import OWNERS, needs_fresh_proof, needs_role, staff
from webapp.admin.trail import actor
from webapp.context import rate_limited, runtime
from webapp.domain.actor import Actor
from webapp.domain.clock import Clock
from webapp.domain.errors import Refused
from webapp.domain.staff_role import ROLE_LABELS, ROLE_MEANINGS
from webapp.queries.staff import get_staff_member, is_second_step_required, list_log_ins, list_staff
from webapp.services import staff as service
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.get("")
@needs_role(OWNERS)
def index() -> ResponseReturnValue:
    """Everybody, and a form to invite somebody."""
    return _list(InviteForm(formdata=None))


@blueprint.post("/invite")
@rate_limited("10/minute;50/hour")
@needs_role(OWNERS)
@needs_fresh_proof("admin.staff.index")
def invite() -> ResponseReturnValue:
    """Make an account and mail a link to choose its password."""
    sent, built = InviteForm(), runtime()
    if not sent.validate_on_submit():
        return _list(sent, 422)
    try:
        with built.begin() as session:
            service.invite(
                session, built.clock, built.links, email=sent.email.data or "", roles=sent.role.data, by=actor()
            )
    except Refused as refusal:
        put_beside_fields(sent, refusal)
        return _list(sent, 422)
    built.wake_up.nudge()
    flash("Invited. The link in the mail works for seven days.", "good")
    return redirect(url_for("admin.staff.index"), 303)


@blueprint.post("/second-step")
@rate_limited("10/minute")
@needs_role(OWNERS)
@needs_fresh_proof("admin.staff.index")
def require_second_step() -> ResponseReturnValue:
    """Ask the second step of all staff, or no more."""
    built, is_required = runtime(), request.form.get("required") == "yes"
    if is_required and not staff().has_second_step:
        flash("Set up your own second step first. Then ask it of everybody.", "error")
        return redirect(url_for("admin.staff.index"), 303)
    with built.begin() as session:
        service.require_second_step(session, built.clock, required=is_required, by=actor())
    told = "Whoever has none sets it up at the next page they open." if is_required else "Each decides for themselves."
    flash(told, "good")
    return redirect(url_for("admin.staff.index"), 303)


@blueprint.get("/<uuid:row_id>")
@needs_role(OWNERS)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One account: roles, log-ins, and what an owner may do about it."""
    return _one(row_id)


@blueprint.post("/<uuid:row_id>/roles")
@rate_limited("30/minute")
@needs_role(OWNERS)
@needs_fresh_proof("admin.staff.detail")
def change_roles(row_id: UUID) -> ResponseReturnValue:
    """Give somebody other roles; their log-ins end."""
    sent, built = RolesForm(), runtime()
    if not sent.validate_on_submit():
        return _one(row_id, sent, 422)
    try:
        with built.begin() as session:
            service.change_roles(session, built.clock, staff_id=row_id, roles=sent.role.data, by=actor())
    except Refused as refusal:
        put_beside_fields(sent, refusal)
        return _one(row_id, sent, 422)
    flash("The roles are as chosen. They have to log in again.", "good")
    return redirect(url_for("admin.staff.index"), 303)


@blueprint.post("/<uuid:row_id>/password-link")
@rate_limited("10/minute;50/hour")
@needs_role(OWNERS)
@needs_fresh_proof("admin.staff.detail")
def mail_password_link(row_id: UUID) -> ResponseReturnValue:
    """Mail somebody a link to set a password."""
    act = partial(service.mail_password_link, links=runtime().links)
    return _do(row_id, act, "The link is on its way. Links mailed before work no more.")


@blueprint.post("/<uuid:row_id>/second-step/reset")
@rate_limited("30/minute")
@needs_role(OWNERS)
@needs_fresh_proof("admin.staff.detail")
def reset_second_step(row_id: UUID) -> ResponseReturnValue:
    """Switch somebody's second step off who lost the device; their log-ins end."""
    done = "Their second step is off and their log-ins have ended. A mail tells them."
    return _do(row_id, service.reset_second_step, done)


@blueprint.post("/<uuid:row_id>/disable")
@rate_limited("30/minute")
@needs_role(OWNERS)
@needs_fresh_proof("admin.staff.detail")
def disable(row_id: UUID) -> ResponseReturnValue:
    """Close an account; its log-ins end at once."""
    return _do(row_id, service.disable, "Disabled, and logged out everywhere.")


@blueprint.post("/<uuid:row_id>/enable")
@rate_limited("30/minute")
@needs_role(OWNERS)
@needs_fresh_proof("admin.staff.detail")
def enable(row_id: UUID) -> ResponseReturnValue:
    """Open an account again."""
    return _do(row_id, service.enable, "Enabled. They can log in again.")


class _Act(Protocol):
    """What is done to one account."""

    def __call__(self, session: Session, clock: Clock, *, staff_id: UUID, by: Actor) -> None: ...


def _do(row_id: UUID, act: _Act, done: str) -> ResponseReturnValue:
    built = runtime()
    if carried_out(lambda session: act(session, built.clock, staff_id=row_id, by=actor()), done):
        built.wake_up.nudge()
    if row_id == staff().id:
        return redirect(url_for("admin.staff.index"), 303)
    return redirect(url_for("admin.staff.detail", row_id=row_id), 303)


def _list(form: InviteForm, status: int = 200) -> ResponseReturnValue:
    with runtime().begin() as session:
        people = list_staff(session)
        is_required = is_second_step_required(session)
    return render_template(
        "admin/staff.html",
        people=people,
        without=sum(person.active and person.has_joined and not person.has_second_step for person in people),
        is_required=is_required,
        form=form,
        roles=ROLE_LABELS,
        meanings=ROLE_MEANINGS,
    ), status


def _one(row_id: UUID, form: RolesForm | None = None, status: int = 200) -> ResponseReturnValue:
    built = runtime()
    with built.begin() as session:
        person = get_staff_member(session, row_id)
        log_ins = list_log_ins(session, row_id, built.clock.now())
    return render_template(
        "admin/staff_member.html",
        person=person,
        log_ins=log_ins,
        is_me=row_id == staff().id,
        form=form or RolesForm(formdata=None, data={"role": [role.value for role in person.roles]}),
        roles=ROLE_LABELS,
    ), status

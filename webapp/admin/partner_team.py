"""The people who log in to a partner's portal: inviting the first of them, and helping those who are locked out."""

from functools import partial
from typing import Protocol
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin.acts import carried_out
from webapp.admin.delivery_methods import school_name
from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_fresh_proof, needs_role, staff
from webapp.admin.trail import actor
from webapp.context import rate_limited, runtime
from webapp.domain.actor import Actor
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.partner_role import ROLE_LABELS, PartnerRole
from webapp.queries.partner_team import TeamMember, list_team
from webapp.services import partner_account
from webapp.ui.refusals import put_beside_fields
from webapp.ui.team_form import InviteForm, RoleForm

blueprint = Blueprint("partner_team", __name__, url_prefix="/partners/<uuid:row_id>/team")


@blueprint.get("")
@needs_role(EVERYONE)
def index(row_id: UUID) -> ResponseReturnValue:
    """Everybody of one team; for those who may, a form to invite somebody."""
    return _team(row_id, InviteForm(formdata=None))


@blueprint.post("/invite")
@rate_limited("10/minute;50/hour")
@needs_role(PARTNER_MANAGERS)
@needs_fresh_proof("admin.partner_team.index")
def invite(row_id: UUID) -> ResponseReturnValue:
    """Add somebody to the team and mail them a link to set a password."""
    sent, built = InviteForm(), runtime()
    if not sent.validate_on_submit():
        return _team(row_id, sent, 422)
    try:
        with built.begin() as session:
            partner_account.invite(
                session,
                built.clock,
                built.links,
                partner_id=row_id,
                email=sent.email.data or "",
                name=sent.name.data or "",
                role=PartnerRole(sent.role.data or ""),
                by=actor(),
            )
    except Refused as refusal:
        put_beside_fields(sent, refusal)
        return _team(row_id, sent, 422)
    built.wake_up.nudge()
    flash("Invited. The link in the mail works for seven days.", "good")
    return redirect(url_for("admin.partner_team.index", row_id=row_id), 303)


@blueprint.get("/<uuid:account_id>")
@needs_role(PARTNER_MANAGERS)
def person(row_id: UUID, account_id: UUID) -> ResponseReturnValue:
    """One person: role, and what to do when they cannot get in."""
    return _person(row_id, account_id)


@blueprint.post("/<uuid:account_id>/role")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
@needs_fresh_proof("admin.partner_team.person")
def change_role(row_id: UUID, account_id: UUID) -> ResponseReturnValue:
    """Give somebody another role; their log-ins end."""
    sent, built = RoleForm(), runtime()
    if not sent.validate_on_submit():
        return _person(row_id, account_id, sent, 422)
    role = PartnerRole(sent.role.data or "")
    try:
        with built.begin() as session:
            partner_account.change_role(
                session, built.clock, partner_id=row_id, account_id=account_id, role=role, by=actor()
            )
    except Refused as refusal:
        put_beside_fields(sent, refusal)
        return _person(row_id, account_id, sent, 422)
    flash(f"The role is now: {ROLE_LABELS[role]}. They have to log in again.", "good")
    return redirect(url_for("admin.partner_team.person", row_id=row_id, account_id=account_id), 303)


@blueprint.post("/<uuid:account_id>/password-link")
@rate_limited("10/minute;50/hour")
@needs_role(PARTNER_MANAGERS)
@needs_fresh_proof("admin.partner_team.person")
def mail_password_link(row_id: UUID, account_id: UUID) -> ResponseReturnValue:
    """Mail somebody a link to set a password: the invitation again, where they have not joined."""
    act = partial(partner_account.mail_password_link, links=runtime().links)
    return _do(row_id, account_id, act, "The link is on its way. Links mailed before work no more.")


@blueprint.post("/<uuid:account_id>/second-step/reset")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
@needs_fresh_proof("admin.partner_team.person")
def reset_second_step(row_id: UUID, account_id: UUID) -> ResponseReturnValue:
    """Switch somebody's second step off who lost the device; their log-ins end."""
    done = "Their second step is off and their log-ins have ended. A mail tells them."
    return _do(row_id, account_id, partner_account.reset_second_step, done)


@blueprint.post("/<uuid:account_id>/remove")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
@needs_fresh_proof("admin.partner_team.person")
def remove(row_id: UUID, account_id: UUID) -> ResponseReturnValue:
    """Delete somebody's account."""
    if _is_done(row_id, account_id, partner_account.remove, "Removed, and logged out everywhere."):
        return redirect(url_for("admin.partner_team.index", row_id=row_id), 303)
    return redirect(url_for("admin.partner_team.person", row_id=row_id, account_id=account_id), 303)


class _Act(Protocol):
    """What is done to one person of a team."""

    def __call__(self, session: Session, clock: Clock, *, partner_id: UUID, account_id: UUID, by: Actor) -> None: ...


def _do(row_id: UUID, account_id: UUID, act: _Act, done: str) -> ResponseReturnValue:
    if _is_done(row_id, account_id, act, done):
        runtime().wake_up.nudge()
    return redirect(url_for("admin.partner_team.person", row_id=row_id, account_id=account_id), 303)


def _is_done(row_id: UUID, account_id: UUID, act: _Act, done: str) -> bool:
    return carried_out(
        lambda session: act(session, runtime().clock, partner_id=row_id, account_id=account_id, by=actor()), done
    )


def _team(row_id: UUID, form: InviteForm, status: int = 200) -> ResponseReturnValue:
    school = school_name(row_id)
    with runtime().begin() as session:
        team = list_team(session, row_id)
    return render_template(
        "admin/partner_team.html",
        partner_id=row_id,
        school=school,
        team=team,
        form=form if staff().may(PARTNER_MANAGERS) else None,
        roles=ROLE_LABELS,
    ), status


def _person(row_id: UUID, account_id: UUID, form: RoleForm | None = None, status: int = 200) -> ResponseReturnValue:
    school, found = school_name(row_id), _one(row_id, account_id)
    return render_template(
        "admin/partner_member.html",
        partner_id=row_id,
        school=school,
        person=found,
        form=form or RoleForm(formdata=None, data={"role": found.role}),
    ), status


def _one(row_id: UUID, account_id: UUID) -> TeamMember:
    with runtime().begin() as session:
        found = next((each for each in list_team(session, row_id) if each.id == account_id), None)
    if found is None:
        raise NotFound("There is no such person in this team.")
    return found

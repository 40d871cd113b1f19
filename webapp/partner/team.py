"""The team: who may log in, with which role; inviting and letting go."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.partner_role import OWNERS, ROLE_LABELS, ROLE_MEANINGS, PartnerRole
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import actor
from webapp.queries.partner_team import TeamMember, list_team
from webapp.services import partner_account
from webapp.ui.refusals import put_beside_fields, tell
from webapp.ui.team_form import InviteForm, RoleForm

blueprint = Blueprint("team", __name__, url_prefix="/team")


@blueprint.get("")
@needs_role(OWNERS)
def index() -> ResponseReturnValue:
    """Everybody of the team, and a form to invite somebody."""
    return _page(InviteForm())


@blueprint.post("/invite")
@rate_limited("10/minute;50/hour")
@needs_role(OWNERS)
def invite() -> ResponseReturnValue:
    """Mail somebody a link to set a password."""
    sent, built = InviteForm(), runtime()
    if not sent.validate_on_submit():
        return _page(sent, 422)
    try:
        with built.begin() as session:
            partner_account.invite(
                session,
                built.clock,
                built.links,
                partner_id=member().partner_id,
                email=sent.email.data or "",
                name=sent.name.data or "",
                role=PartnerRole(sent.role.data or ""),
                by=actor(),
            )
    except Refused as refusal:
        put_beside_fields(sent, refusal)
        return _page(sent, 422)
    built.wake_up.nudge()
    flash("Invited. The link in the mail works for seven days.", "good")
    return redirect(url_for("partner.team.index"), 303)


@blueprint.get("/<uuid:row_id>")
@needs_role(OWNERS)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One person: their role, and removing them."""
    found = _one(row_id)
    return render_template("partner/member.html", person=found, form=RoleForm(data={"role": found.role}))


@blueprint.post("/<uuid:row_id>/role")
@rate_limited("30/minute")
@needs_role(OWNERS)
def change_role(row_id: UUID) -> ResponseReturnValue:
    """Give somebody another role; their log-ins end."""
    sent, built, found = RoleForm(), runtime(), _one(row_id)
    if not sent.validate_on_submit():
        return render_template("partner/member.html", person=found, form=sent), 422
    role = PartnerRole(sent.role.data or "")
    try:
        with built.begin() as session:
            partner_account.change_role(
                session, built.clock, partner_id=member().partner_id, account_id=row_id, role=role, by=actor()
            )
    except Refused as refusal:
        put_beside_fields(sent, refusal, beside="role")
        return render_template("partner/member.html", person=found, form=sent), 422
    flash(f"{found.email} is now: {ROLE_LABELS[role]}. They have to log in again.", "good")
    return redirect(url_for("partner.team.index"), 303)


@blueprint.post("/<uuid:row_id>/remove")
@rate_limited("30/minute")
@needs_role(OWNERS)
def remove(row_id: UUID) -> ResponseReturnValue:
    """Delete somebody's account."""
    built, found = runtime(), _one(row_id)
    try:
        with built.begin() as session:
            partner_account.remove(session, built.clock, partner_id=member().partner_id, account_id=row_id, by=actor())
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for("partner.team.detail", row_id=row_id), 303)
    flash(f"{found.email} was removed and is logged out everywhere.", "good")
    return redirect(url_for("partner.team.index"), 303)


def _page(form: InviteForm, status: int = 200) -> ResponseReturnValue:
    with runtime().begin() as session:
        team = list_team(session, member().partner_id)
    return (
        render_template("partner/team.html", team=team, form=form, roles=ROLE_LABELS, meanings=ROLE_MEANINGS),
        status,
    )


def _one(row_id: UUID) -> TeamMember:
    with runtime().begin() as session:
        team = list_team(session, member().partner_id)
    return next((each for each in team if each.id == row_id), None) or abort(404)

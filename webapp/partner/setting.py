"""What the owner of a partner sets alone: the contact address, the time zone, whether leads come now."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.partner_role import OWNERS
from webapp.partner.forms import SettingForm
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.queries.partner_team import PartnerSetting, get_partner_setting
from webapp.services import partner_setting
from webapp.ui.formats import plural

blueprint = Blueprint("setting", __name__, url_prefix="/settings")


@blueprint.get("")
@needs_role(OWNERS)
def index() -> ResponseReturnValue:
    """The settings, filled in."""
    with runtime().begin() as session:
        found = get_partner_setting(session, member().partner_id)
    filled = SettingForm(data={"contact_email": found.contact_email, "time_zone": found.time_zone})
    return _page(found, filled), 200


@blueprint.post("")
@rate_limited("30/minute")
@needs_role(OWNERS)
def change() -> ResponseReturnValue:
    """Keep the contact address and the time zone."""
    sent, built, partner_id = SettingForm(), runtime(), member().partner_id
    with built.begin() as session:
        found = get_partner_setting(session, partner_id)
    if not sent.validate_on_submit():
        return _page(found, sent), 422
    told = {"contact_email": sent.contact_email.data or "", "time_zone": sent.time_zone.data or ""}
    before = {"contact_email": found.contact_email, "time_zone": found.time_zone}
    try:
        with built.begin() as session:
            partner_setting.change_contact(session, built.clock, partner_id, **told)
            write_down(session, "changed", "partner", str(partner_id), before=before, after=told)
    except Refused as refusal:
        for problem in refusal.problems:
            sent[problem.where].errors = [f"{problem.what} {problem.remedy}"]
        return _page(found, sent), 422
    flash("Saved.", "good")
    return redirect(url_for("partner.setting.index"), 303)


@blueprint.post("/pause")
@rate_limited("30/minute")
@needs_role(OWNERS)
def pause() -> ResponseReturnValue:
    """Hold back what has not left."""
    built, partner_id = runtime(), member().partner_id
    try:
        with built.begin() as session:
            partner_setting.pause(session, built.clock, partner_id, actor=member().email)
            write_down(session, "paused", "partner", str(partner_id))
    except InvalidTransition:
        flash("Only a partner that is live can be paused, so nothing was changed.", "error")
    else:
        flash("Paused. Nothing more is handed over until you resume.", "good")
    return redirect(url_for("partner.setting.index"), 303)


@blueprint.post("/resume")
@rate_limited("30/minute")
@needs_role(OWNERS)
def resume() -> ResponseReturnValue:
    """Take leads again."""
    built, partner_id = runtime(), member().partner_id
    try:
        with built.begin() as session:
            waiting = partner_setting.resume(session, built.clock, partner_id, actor=member().email)
            write_down(session, "resumed", "partner", str(partner_id), after={"leads": waiting})
    except InvalidTransition:
        flash("You cannot resume this by yourselves, so nothing was changed. Write to us.", "error")
    else:
        built.wake_up.nudge()
        flash(f"Resumed. {plural(waiting, 'lead')} that waited now go on their way, within your caps.", "good")
    return redirect(url_for("partner.setting.index"), 303)


def _page(found: PartnerSetting, form: SettingForm) -> str:
    expiry_days = runtime().policy.lead_expiry.days
    return render_template("partner/settings.html", setting=found, form=form, expiry_days=expiry_days)

"""Correcting name, phone and address, and confirming a new address."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import mails_limited, rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.domain.person import Details
from webapp.queries.my_data import Person, find_my_data
from webapp.services.correction import (
    ask_for_address,
    confirm_address,
    confirm_own_address,
    correct,
    forget_address,
)
from webapp.student.forms.my_data import DetailsForm
from webapp.student.own_page import keep_private, person_of

blueprint = Blueprint("correction", __name__)
keep_private(blueprint)


@blueprint.get("/my-data/<token>/details")
def form(token: str) -> ResponseReturnValue:
    """The form, filled in with what we hold."""
    person = person_of(token)
    return _page(token, person, _form(token, person, filled=False))


@blueprint.post("/my-data/<token>/details")
@mails_limited
@rate_limited("10/minute;30/hour")
def save(token: str) -> ResponseReturnValue:
    """Keep what is right; ask the owner of a new address first."""
    built, person = runtime(), person_of(token)
    sent = _form(token, person, filled=True)
    if not sent.validate():
        return _page(token, person, sent), 422
    details = Details(sent.first_name.data, sent.last_name.data, sent.phone_e164)
    is_new = (sent.email.data or "").lower() != (person.email or "").lower()
    try:
        with built.begin() as session:
            changed = correct(session, built.clock, built.links, person.prospect_id, details)
            if is_new:
                ask_for_address(session, built.clock, built.links, person.prospect_id, sent.email.data or "")
    except Refused as refusal:
        sent.form_errors.extend(f"{problem.what} {problem.remedy}" for problem in refusal.problems)
        return _page(token, person, sent), 422
    built.wake_up.nudge()
    if changed:
        flash("Done: your details are corrected. Schools that have the old ones are sent the new ones.", "good")
    if is_new:
        flash(
            f"We have written to {sent.email.data}. Open the link there, and that is your address from then on.", "info"
        )
    if not changed and not is_new:
        flash("Nothing was changed: what you sent is what we have.", "info")
    return redirect(url_for("student.my_data.show", token=token), 303)


@blueprint.post("/my-data/<token>/details/forget-address")
@rate_limited("10/minute;30/hour")
def forget(token: str) -> ResponseReturnValue:
    """Drop a new address that waits to be confirmed."""
    built, person = runtime(), person_of(token)
    with built.begin() as session:
        forget_address(session, person.prospect_id)
    flash("Done: the new address is dropped, and your address stays as it was.", "good")
    return redirect(url_for("student.my_data.show", token=token), 303)


@blueprint.get("/my-data/address/<token>")
def look_at_address(token: str) -> ResponseReturnValue:
    """The page behind the link in the mail to a new address. Opening it changes nothing and shows nothing."""
    return render_template("student/my_data_address.html", token=token)


@blueprint.post("/my-data/address/<token>")
@rate_limited("10/minute;30/hour")
def confirm(token: str) -> ResponseReturnValue:
    """The owner of a new address says that it is theirs."""
    built = runtime()
    try:
        with built.begin() as session:
            renewed = confirm_address(session, built.clock, built.links, token)
    except NotFound:
        return render_template("student/my_data_address.html", token=token, too_late=True), 410
    built.wake_up.nudge()
    flash("Done: this is your address now. Links in mails to the old one open nothing any more.", "good")
    return redirect(url_for("student.my_data.show", token=renewed), 303)


@blueprint.get("/my-data/confirm/<token>")
def look_at_confirmation(token: str) -> ResponseReturnValue:
    """The page behind the link in the mail about introductions that wait. Opening it changes nothing, shows nothing."""
    return render_template("student/my_data_confirm.html", token=token)


@blueprint.post("/my-data/confirm/<token>")
@rate_limited("10/minute;30/hour")
def confirm_own(token: str) -> ResponseReturnValue:
    """Whoever reads at the address says that it is theirs: what waited for it moves on. Twice is the same as once."""
    built = runtime()
    try:
        with built.begin() as session:
            confirm_own_address(session, built.clock, token)
    except NotFound:
        return render_template("student/my_data_confirm.html", token=token, too_late=True), 410
    built.wake_up.nudge()
    return render_template("student/my_data_confirm.html", token=token, done=True)


def _form(token: str, person: Person, *, filled: bool) -> DetailsForm:
    built = runtime()
    with built.begin() as session:
        data = find_my_data(session, token) or abort(404)
    given = {} if filled else {"formdata": None}
    return DetailsForm(
        obj=person, names_needed=bool(data.introductions), test_addresses=not built.settings.is_production, **given
    )


def _page(token: str, person: Person, sent: DetailsForm) -> str:
    return render_template("student/my_data_details.html", form=sent, person=person, token=token)

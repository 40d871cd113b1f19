"""The student's own page: who has what, under which words, and how to take it back."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import csrf, rate_limited, runtime
from webapp.domain.consent import KEPT_YEARS
from webapp.domain.errors import NotFound
from webapp.domain.message import MessageClass
from webapp.queries.my_data import find_my_data
from webapp.queries.receipt import find_receipt
from webapp.queries.recipients import recipients_of
from webapp.services.lead import withdraw, withdraw_all
from webapp.services.opt_in import list_is_withheld
from webapp.services.suppression import suppress_prospect
from webapp.student.forms.complaint import ComplaintForm
from webapp.student.my_data_page import my_data_page
from webapp.student.own_page import keep_private, page_name, person_of
from webapp.student.privacy_signal import sends_gpc
from webapp.student.recipients_page import recipient_views

blueprint = Blueprint("my_data", __name__)
keep_private(blueprint)

STOPPED_CLASSES = (MessageClass.MATCHES, MessageClass.FOLLOW_UP)


@blueprint.get("/my-data/<token>")
def show(token: str) -> ResponseReturnValue:
    """What was asked, where it stands, who has what. After an erasure: that it was done, and who was told."""
    built = runtime()
    with built.begin() as session:
        data = find_my_data(session, token)
        if data is None:
            receipt = find_receipt(session, token) or abort(404)
            recipients = recipient_views(receipt.recipients)
            return render_template(
                "student/my_data_erased.html", receipt=receipt, recipients=recipients, token=token, years=KEPT_YEARS
            )
        recipients = recipient_views(recipients_of(session, data.person.prospect_id))
        withheld = list_is_withheld(session, data.person.prospect_id)
    return render_template(
        "student/my_data.html",
        page=my_data_page(data, built.clock.now(), withheld=withheld),
        recipients=recipients,
        pending_email=data.person.pending_email,
        years=KEPT_YEARS,
        gpc=sends_gpc(),
        gpc_kept=data.gpc,
        token=token,
        complaint_form=ComplaintForm(formdata=None),
        results_url=url_for("student.results.show", token=built.links.results_token(data.draft_id)),
        contact_email=built.settings.mail_from,
    )


@blueprint.post("/my-data/<token>/introductions/<uuid:lead_id>/withdraw")
@rate_limited("30/minute;200/hour")
def take_back(token: str, lead_id: UUID) -> ResponseReturnValue:
    """Withdraw one introduction. Twice is the same as once."""
    built, person = runtime(), person_of(token)
    try:
        with built.begin() as session:
            withdraw(session, built.clock, lead_id, prospect_id=person.prospect_id, page=page_name())
    except NotFound:
        abort(404)
    built.wake_up.nudge()
    flash("Done: the introduction is taken back.", "good")
    return redirect(url_for(".show", token=token), 303)


@blueprint.post("/my-data/<token>/introductions/withdraw")
@rate_limited("30/minute;200/hour")
def take_all_back(token: str) -> ResponseReturnValue:
    """Withdraw every introduction at once. Twice is the same as once."""
    built, person = runtime(), person_of(token)
    with built.begin() as session:
        count = withdraw_all(session, built.clock, prospect_id=person.prospect_id, page=page_name())
    built.wake_up.nudge()
    flash(
        "Done: all introductions are taken back." if count else "There was nothing left to take back.",
        "good" if count else "info",
    )
    return redirect(url_for(".show", token=token), 303)


@blueprint.get("/my-data/<token>/mail")
def ask_to_stop_mail(token: str) -> ResponseReturnValue:
    """The page behind the "stop these mails" link. Opening it changes nothing."""
    person = person_of(token)
    return render_template("student/mail_stop.html", email=person.email or "", token=token, stopped=False)


@blueprint.post("/my-data/<token>/mail")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@rate_limited("30/minute;200/hour")
def stop_mail(token: str) -> ResponseReturnValue:
    """Send no more lists to this address.

    Mail programs post here by themselves (RFC 8058) and have no token of ours: the address of the page is the secret.
    """
    built, person = runtime(), person_of(token)
    with built.begin() as session:
        for message_class in STOPPED_CLASSES:
            suppress_prospect(
                session, person.prospect_id, message_class, reason="stopped_by_student", at=built.clock.now()
            )
    return render_template("student/mail_stop.html", email=person.email or "", token=token, stopped=True)

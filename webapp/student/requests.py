"""The request under the list: asked for once, stored once. `results` mounts its views."""

from collections.abc import Sequence
from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.context import mails_limited, rate_limited, runtime
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import address_key
from webapp.domain.submission import Contact, Submission
from webapp.queries.my_data import count_requests, opens_a_page
from webapp.services.opt_in import list_is_withheld
from webapp.services.submission import Stored, submit
from webapp.student.forms.panel import PanelForm
from webapp.student.forms.request import PAGE_IS_OLD, TOO_FAST, RequestForm
from webapp.student.privacy_signal import sends_gpc
from webapp.student.ranked import SHOWN, Results, draft_of, ranked
from webapp.student.shown import list_values
from webapp.student.ticket import Ticket, new_ticket, opened, sealed

MOST_REQUESTS, FLOOD_WINDOW = 10, timedelta(days=1)
"""How many requests one address may be named in."""


def look_again(token: str) -> ResponseReturnValue:
    """Where a reload of a page with mistakes ends: the list itself."""
    return redirect(url_for("student.results.show", token=token), 302)


@mails_limited
@rate_limited("10/minute;60/hour")
def ask(token: str) -> ResponseReturnValue:
    """Have the list mailed, once, and show where it stands."""
    built = runtime()
    draft = draft_of(token)
    results = ranked(draft, token)
    form = request_form(filled=True)
    ticket = opened(form.ticket.data or "", built.links.secret, draft.id)
    if not _is_acceptable(form, ticket) or ticket is None:
        return list_page(results, form, ticket or new_ticket(draft.id, built.clock.now())), 422
    submission = Submission(
        nonce=ticket.nonce,
        draft_id=draft.id,
        contact=Contact(email=form.email.data or ""),
        wants_mail=True,
        introductions=(),
        channels=frozenset(),
        page=f"{built.settings.base_url}/results",
        attribution=draft.attribution,
        gpc=sends_gpc(),
    )
    try:
        with built.begin() as session:
            stored = store(session, results, submission)
    except Refused as refusal:
        form.form_errors.extend(f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems)
        return list_page(results, form, new_ticket(draft.id, built.clock.now())), 422
    return to_my_data(stored)


def store(session: Session, results: Results, submission: Submission) -> Stored:
    """Store what is asked for under a list. Refused as `submit` says, and when an address is named too often."""
    built = runtime()
    stored = submit(
        session,
        built.clock,
        built.links,
        built.policy,
        submission,
        profile=results.profile.to_json(),
        ranking=results.ranking.to_json(),
        ranked_on=results.today,
        ranked_k=SHOWN,
        put_aside=results.question.without,
    )
    if stored.is_new:
        _check_flood(session, submission.contact.email)
    return stored


def to_my_data(stored: Stored) -> ResponseReturnValue:
    """What was asked for is stored: on to the page where it can be watched and taken back.

    Where the link to that page was replaced since, an old form must not lead to the new one: that goes by mail only.
    """
    built = runtime()
    token = built.links.my_data_token(stored.prospect_id)
    with built.begin() as session:
        is_open = stored.is_new or opens_a_page(session, token)
        is_withheld = is_open and list_is_withheld(session, stored.prospect_id)
    if not is_open:
        flash("We have what you asked for. Your page has a new link now: have it mailed to you.", "info")
        return redirect(url_for("student.link.find"), 303)
    built.wake_up.nudge()
    flash("We have what you asked for. Here you can see what happens with it.", "good")
    if is_withheld:
        flash(
            "This list is not mailed: one went to this address before, and nobody has confirmed the address. Below is"
            " how to confirm it.",
            "warm",
        )
    return redirect(url_for("student.my_data.show", token=token), 303)


def request_form(*, filled: bool) -> RequestForm:
    """The form under a list: empty, or filled with what was posted."""
    given = {} if filled else {"formdata": None}
    return RequestForm(test_addresses=not runtime().settings.is_production, **given)


def list_page(
    results: Results,
    form: RequestForm,
    ticket: Ticket,
    *,
    panel: PanelForm | None = None,
    before: Sequence[str] | None = None,
) -> str:
    """The list with the request form under it; `panel` and `before` as in `list_values`."""
    form.ticket.data = sealed(ticket, runtime().links.secret)
    form.ticket.raw_data = None
    values = list_values(results, panel=panel, before=before)
    return render_template("student/results.html", form=form, is_under_age=results.is_under_age, **values)


def is_too_fast(ticket: Ticket) -> bool:
    """Whether a page comes back faster than a person reads."""
    built = runtime()
    return (built.clock.now() - ticket.shown_at).total_seconds() < built.settings.form_min_seconds


def _is_acceptable(form: RequestForm, ticket: Ticket | None) -> bool:
    """Whether the form is right, ours, and not sent faster than a person reads. Errors are put on the form."""
    fine = form.validate()
    if ticket is None:
        form.form_errors.append(PAGE_IS_OLD)
        return False
    if is_too_fast(ticket):
        form.form_errors.append(TOO_FAST)
        return False
    return fine


def _check_flood(session: Session, address: str) -> None:
    """Whoever types somebody else's address must not be able to fill that person's inbox: one too many is undone."""
    built = runtime()
    since = built.clock.now() - FLOOD_WINDOW
    if count_requests(session, address_key(built.links.secret, address), since=since) > MOST_REQUESTS:
        raise Refused(
            Problem(
                "email",
                "This address has had many requests in the last day, so we wait before we write to it again.",
                "Try again tomorrow. What was asked before is not changed.",
            )
        )

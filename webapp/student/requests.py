"""The request under the list: asked for once, stored once. `results` mounts its views."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.bootstrap import Runtime
from webapp.context import rate_limited, runtime
from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import address_key
from webapp.domain.profile import ProfileError
from webapp.domain.submission import Contact, IntroductionRequest, Submission
from webapp.queries.my_data import count_requests
from webapp.services.draft import OpenDraft
from webapp.services.submission import submit
from webapp.student.forms.panel import PanelForm
from webapp.student.forms.request import PAGE_IS_OLD, TOO_FAST, RequestForm
from webapp.student.ranked import SHOWN, Results, draft_of, ranked, to_the_answer
from webapp.student.shown import list_values
from webapp.student.ticket import Ticket, new_ticket, opened, sealed

MOST_REQUESTS, FLOOD_WINDOW = 10, timedelta(days=1)
"""How many requests one address may be named in."""


def look_again(token: str) -> ResponseReturnValue:
    """Where a reload of a page with mistakes ends: the list itself."""
    return redirect(url_for("student.results.show", token=token), 302)


@rate_limited("10/minute;60/hour")
def ask(token: str) -> ResponseReturnValue:
    """Store what the student asks for, once, and show where it stands."""
    built = runtime()
    draft = draft_of(token)
    try:
        results = ranked(draft, token)
    except ProfileError as error:
        return to_the_answer(error)
    form = request_form(results, filled=True)
    ticket = opened(form.ticket.data or "", built.links.secret, draft.id)
    if not _is_acceptable(form, ticket) or ticket is None:
        return list_page(results, form, ticket or new_ticket(draft.id, built.clock.now())), 422
    try:
        with built.begin() as session:
            stored = submit(
                session,
                built.clock,
                built.links,
                built.policy,
                _submission(form, draft, ticket),
                profile=results.profile.to_json(),
                ranking=results.ranking.to_json(),
                ranked_on=results.today,
                ranked_k=SHOWN,
                put_aside=results.question.without,
            )
            if stored.is_new:
                _check_flood(session, form.email.data or "", built)
    except Refused as refusal:
        form.form_errors.extend(f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems)
        return list_page(results, form, new_ticket(draft.id, built.clock.now())), 422
    built.wake_up.nudge()
    flash("We have what you asked for. Here you can see what happens with it.", "good")
    return redirect(url_for("student.my_data.show", token=built.links.my_data_token(stored.prospect_id)), 303)


def request_form(results: Results, *, filled: bool) -> RequestForm:
    """The form for a list: empty, or filled with what was posted."""
    settings = runtime().settings
    given = {} if filled else {"formdata": None}
    return RequestForm(
        schools=results.page.schools,
        region=results.profile.practical.country or "US",
        test_addresses=not settings.is_production,
        **given,
    )


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
    return render_template("student/results.html", form=form, **list_values(results, panel=panel, before=before))


def _is_acceptable(form: RequestForm, ticket: Ticket | None) -> bool:
    """Whether the form is right, ours, and not sent faster than a person reads. Errors are put on the form."""
    built = runtime()
    fine = form.validate()
    if ticket is None:
        form.form_errors.append(PAGE_IS_OLD)
        return False
    if (built.clock.now() - ticket.shown_at).total_seconds() < built.settings.form_min_seconds:
        form.form_errors.append(TOO_FAST)
        return False
    return fine


def _check_flood(session: Session, address: str, built: Runtime) -> None:
    """Whoever types somebody else's address must not be able to fill that person's inbox: one too many is undone."""
    since = built.clock.now() - FLOOD_WINDOW
    if count_requests(session, address_key(built.links.secret, address), since=since) > MOST_REQUESTS:
        raise Refused(
            Problem(
                "email",
                "This address has had many requests in the last day, so we wait before we write to it again.",
                "Try again tomorrow. What was asked before is not changed.",
            )
        )


def _submission(form: RequestForm, draft: OpenDraft, ticket: Ticket) -> Submission:
    wants_schools = bool(form.schools.data)
    return Submission(
        nonce=ticket.nonce,
        draft_id=draft.id,
        contact=Contact(
            email=form.email.data or "",
            first_name=form.first_name.data or "",
            last_name=form.last_name.data or "",
            phone=form.phone_e164,
        ),
        wants_mail=form.mail.data,
        introductions=tuple(_introduction(value) for value in form.schools.data),
        channels=form.chosen_channels if wants_schools else frozenset(),
        page=f"{runtime().settings.base_url}/results",
        attribution=draft.attribution,
    )


def _introduction(value: str) -> IntroductionRequest:
    """A box that passed its checks was shown with the words that are in force (the digest in its value says so)."""
    partner_id, _, program_id = value.split(" ")
    return IntroductionRequest(UUID(partner_id), program_id, CONSENT_TEXT_VERSION)

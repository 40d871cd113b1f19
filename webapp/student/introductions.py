"""Introductions: choose schools and say how they may contact you, see what each would get, then send it."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from webapp.context import mails_limited, rate_limited, runtime
from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.errors import Refused
from webapp.domain.ids import new_token
from webapp.domain.submission import IntroductionRequest, Submission
from webapp.domain.time_zone import guess_time_zone, time_zone_label
from webapp.queries.question import questions_for
from webapp.services import pending_request
from webapp.services.preview import Preview, digest_of_previews, previews
from webapp.services.submission import find_stored
from webapp.student.answers import is_adult
from webapp.student.forms.introductions import IntroductionsForm, asking
from webapp.student.forms.question import field_name
from webapp.student.forms.request import PAGE_IS_OLD, TOO_FAST, SendForm
from webapp.student.introductions_page import SchoolChoice, check_page, choices_of
from webapp.student.own_page import keep_private
from webapp.student.privacy_signal import sends_gpc
from webapp.student.ranked import Results, draft_of, ranked
from webapp.student.requests import is_too_fast, store, to_my_data
from webapp.student.ticket import Ticket, new_ticket, opened, sealed

blueprint = Blueprint("introductions", __name__)
keep_private(blueprint)

_KEY: Final = "request_key"
TOO_YOUNG = (
    "You told us that you are under 18. We introduce adults only, so nothing was sent. You can have the list mailed, "
    "and apply to any school yourself."
)
NOTHING_TYPED = "Tell us first which schools you would like to be introduced to. Nothing was sent."
LOOK_AGAIN = "Something is missing, or has changed since you wrote it. Look at this page once more. Nothing was sent."
CHANGED = "Something has changed since this page was shown. Look once more at what would be sent. Nothing was sent yet."


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it stands: right in every answer, and what it would send to whom."""

    submission: Submission
    shown: tuple[Preview, ...]

    @property
    def digest(self) -> str:
        """Of all that the student is shown before sending."""
        return f"{digest_of_previews(self.shown)}{'+list' if self.submission.wants_mail else ''}"


@blueprint.get("/results/<token>/introductions")
def show(token: str) -> ResponseReturnValue:
    """Which schools, who you are, how they may contact you: as this browser left it."""
    results = _grown_up(token)
    choices = _choices(results)
    return _choose_page(results, choices, _form(results, choices, typed=_typed(results)))


@blueprint.post("/results/<token>/introductions")
@rate_limited("60/minute;300/hour")
def choose(token: str) -> ResponseReturnValue:
    """Keep what was typed, right or wrong; when all is right, show what would be sent."""
    built = runtime()
    results = _grown_up(token)
    choices = _choices(results)
    form = _form(results, choices)
    fine = form.validate()
    key = session.setdefault(_KEY, new_token())
    with built.begin() as database:
        pending_request.keep(database, built.clock, built.seal, key, results.draft.id, form.draft())
    if not fine:
        return _choose_page(results, choices, form), 422
    return redirect(url_for(".check", token=token), 303)


@blueprint.get("/results/<token>/introductions/check")
def check(token: str) -> ResponseReturnValue:
    """What each school would get, to the letter, and the words agreed to by sending it."""
    results = _grown_up(token)
    asked = _asked(results)
    if asked is None:
        return _start_again(results)
    return _check_page(results, asked, SendForm(formdata=None))


@blueprint.post("/results/<token>/introductions/check")
@mails_limited
@rate_limited("10/minute;60/hour")
def send(token: str) -> ResponseReturnValue:
    """Store the request, once, if it is what was shown; then show where it stands."""
    built = runtime()
    results = _grown_up(token)
    form = SendForm()
    form.validate()
    ticket = opened(form.ticket.data or "", built.links.secret, results.draft.id)
    asked = _asked(results)
    if asked is None:
        return _sent_before(ticket) or _start_again(results)
    if ticket is None or is_too_fast(ticket) or ticket.about != asked.digest:
        form.form_errors.append(
            PAGE_IS_OLD if ticket is None else CHANGED if ticket.about != asked.digest else TOO_FAST
        )
        kept = ticket if ticket is not None and ticket.about == asked.digest else None
        return _check_page(results, asked, form, kept), 422
    try:
        with built.begin() as database:
            stored = store(database, results, replace(asked.submission, nonce=ticket.nonce))
            pending_request.forget(database, session.get(_KEY, ""), results.draft.id)
    except Refused as refusal:
        form.form_errors.extend(f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems)
        return _check_page(results, asked, form), 422
    return to_my_data(stored)


def _grown_up(token: str) -> Results:
    """The list of somebody who may be introduced; who said to be under 18 is led back to it, and nothing is kept."""
    results = ranked(draft_of(token), token)
    if results.is_under_age:
        flash(TOO_YOUNG, "warm")
        abort(redirect(url_for("student.results.show", token=token), 303))
    return results


def _choices(results: Results) -> tuple[SchoolChoice, ...]:
    with runtime().begin() as database:
        return choices_of(results.page, questions_for(database, results.page.schools))


def _typed(results: Results) -> dict[str, Any] | None:
    """What this browser typed for this list before; a results link alone does not open it."""
    built, key = runtime(), session.get(_KEY)
    if not key:
        return None
    with built.begin() as database:
        return pending_request.find(database, built.clock, built.seal, key, results.draft.id)


def _form(
    results: Results, choices: tuple[SchoolChoice, ...], *, typed: dict[str, Any] | None = None, csrf: bool = True
) -> IntroductionsForm:
    """The form filled with what was typed, or else with what was posted."""
    kind = asking(question for choice in choices for question in choice.questions)
    practical = results.profile.practical
    given: dict[str, Any] = {
        "schools": [choice.option for choice in choices],
        "questions": {choice.value: choice.questions for choice in choices},
        "region": practical.country or "US",
        "test_addresses": not runtime().settings.is_production,
        "is_adult": is_adult(results.draft.answers),
        "data": {"time_zone": guess_time_zone(practical.country, practical.state, practical.postal_code)},
    }
    return kind.restored(typed, csrf=csrf, **given) if typed is not None else kind(**given)


def _asked(results: Results) -> Asked | None:
    """The request as this browser typed it; None where there is none or it is no longer right."""
    typed, choices = _typed(results), _choices(results)
    if typed is None:
        return None
    form = _form(results, choices, typed=typed, csrf=False)
    if not form.validate():
        return None
    submission = _submission(results, form)
    try:
        with runtime().begin() as database:
            shown = previews(database, submission, profile=results.profile.to_json(), ranking=results.ranking.to_json())
    except Refused:
        return None
    return Asked(submission, shown)


def _submission(results: Results, form: IntroductionsForm) -> Submission:
    return Submission(
        nonce="",
        draft_id=results.draft.id,
        contact=form.contact,
        wants_mail=form.mail.data,
        introductions=tuple(_introduction(value, form) for value in form.schools.data),
        channels=form.chosen_channels,
        page=f"{runtime().settings.base_url}/results/introductions",
        adult=form.states_adult,
        attribution=results.draft.attribution,
        gpc=sends_gpc(),
        preferences=form.preferences,
        may_wait=bool(form.may_wait.data),
    )


def _introduction(value: str, form: IntroductionsForm) -> IntroductionRequest:
    """A box that passed its checks stands for what is in force now (the digest in its value says so)."""
    partner_id, _, program_id = value.split(" ")
    return IntroductionRequest(UUID(partner_id), program_id, CONSENT_TEXT_VERSION, form.answers_for(value))


def _choose_page(results: Results, choices: tuple[SchoolChoice, ...], form: IntroductionsForm) -> str:
    practical = results.profile.practical
    guess = guess_time_zone(practical.country, practical.state, practical.postal_code)
    return render_template(
        "student/introductions.html",
        token=results.token,
        choices=choices,
        form=form,
        field_name=field_name,
        guess=time_zone_label(guess) if guess else "",
        wait_days=runtime().policy.lead_expiry.days,
        has_demo=any(choice.demo for choice in choices),
    )


def _check_page(results: Results, asked: Asked, form: SendForm, ticket: Ticket | None = None) -> str:
    built = runtime()
    shown = ticket or new_ticket(results.draft.id, built.clock.now(), asked.digest)
    form.ticket.data, form.ticket.raw_data = sealed(shown, built.links.secret), None
    return render_template(
        "student/introductions_check.html",
        token=results.token,
        page=check_page(asked.shown),
        wants_mail=asked.submission.wants_mail,
        email=asked.submission.contact.email,
        text_version=CONSENT_TEXT_VERSION,
        may_wait=asked.submission.may_wait,
        wait_days=built.policy.lead_expiry.days,
        undo_minutes=max(1, round(built.policy.undo_window.total_seconds() / 60)),
        form=form,
    )


def _start_again(results: Results) -> ResponseReturnValue:
    flash(LOOK_AGAIN if _typed(results) else NOTHING_TYPED, "warm")
    return redirect(url_for(".show", token=results.token), 303)


def _sent_before(ticket: Ticket | None) -> ResponseReturnValue | None:
    """The same page sent again after the first one went through: the same answer."""
    if ticket is None:
        return None
    with runtime().begin() as database:
        stored = find_stored(database, ticket.nonce)
    return None if stored is None else to_my_data(stored)

"""The results page and the request under it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.bootstrap import Runtime
from webapp.context import rate_limited, runtime
from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import address_key
from webapp.domain.profile import Profile, ProfileError
from webapp.domain.submission import Contact, IntroductionRequest, Submission
from webapp.matching.ranking import Ranking, rank
from webapp.matching.student import Student
from webapp.matching.weights import DEFAULT_WEIGHTS
from webapp.observability.metrics import RANK_SECONDS
from webapp.queries.listing import demo_program_ids
from webapp.queries.my_data import count_requests
from webapp.queries.partner import offers_for
from webapp.services import draft as drafts
from webapp.services.draft import OpenDraft
from webapp.services.submission import submit
from webapp.student.answers import STEPS, profile_of
from webapp.student.drafts import current_draft, remember
from webapp.student.forms.request import PAGE_IS_OLD, TOO_FAST, RequestForm
from webapp.student.privacy_signal import sends_gpc
from webapp.student.results_page import ResultsPage, results_page
from webapp.student.summary import summary_of
from webapp.student.ticket import Ticket, new_ticket, opened, sealed

blueprint = Blueprint("results", __name__)

SHOWN = 10
MOST_REQUESTS, FLOOD_WINDOW = 10, timedelta(days=1)
"""How many requests one address may be named in."""


@dataclass(frozen=True, slots=True)
class Results:
    """A draft ranked as it stands now."""

    draft: OpenDraft
    token: str
    profile: Profile
    ranking: Ranking
    page: ResultsPage
    today: date


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """A results link is a key: no search engine may keep it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/results/<token>")
def show(token: str) -> ResponseReturnValue:
    """The ranked list, and the request form under it."""
    draft = _draft(token)
    try:
        results = _ranked(draft, token)
    except ProfileError as error:
        return to_the_answer(error)
    return _page(results, _form(results, filled=False), new_ticket(draft.id, runtime().clock.now()))


@blueprint.get("/results/<token>/requests")
def look_again(token: str) -> ResponseReturnValue:
    """Where a reload of a page with mistakes ends: the list itself."""
    return redirect(url_for(".show", token=token), 302)


@blueprint.post("/results/<token>/requests")
@rate_limited("10/minute;60/hour")
def ask(token: str) -> ResponseReturnValue:
    """Store what the student asks for, once, and show where it stands."""
    built = runtime()
    draft = _draft(token)
    try:
        results = _ranked(draft, token)
    except ProfileError as error:
        return to_the_answer(error)
    form = _form(results, filled=True)
    ticket = opened(form.ticket.data or "", built.links.secret, draft.id)
    if not _is_acceptable(form, ticket) or ticket is None:
        return _page(results, form, ticket or new_ticket(draft.id, built.clock.now())), 422
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
            )
            if stored.is_new:
                _check_flood(session, form.email.data or "", built)
    except Refused as refusal:
        form.form_errors.extend(f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems)
        return _page(results, form, new_ticket(draft.id, built.clock.now())), 422
    built.wake_up.nudge()
    flash("We have what you asked for. Here you can see what happens with it.", "good")
    return redirect(url_for("student.my_data.show", token=built.links.my_data_token(stored.prospect_id)), 303)


@blueprint.post("/results/<token>/edit")
@rate_limited("20/minute;100/hour")
def edit(token: str) -> ResponseReturnValue:
    """Go on with these answers on this device."""
    draft = _draft(token)
    response = make_response(redirect(url_for("student.form.show", slug=STEPS[0].slug), 303))
    remember(response, draft)
    return response


def _draft(token: str) -> OpenDraft:
    built = runtime()
    with built.begin() as session:
        return drafts.find_by_results_token(session, built.clock, token) or abort(404)


def _ranked(draft: OpenDraft, token: str) -> Results:
    built = runtime()
    profile = profile_of(draft.answers)
    catalog = built.snapshot.current()
    today = built.clock.now().date()
    with RANK_SECONDS.time():
        ranking = rank(profile, catalog, DEFAULT_WEIGHTS, SHOWN, salt=draft.id.bytes, today=today)
    ids = [match.program_id for match in ranking.matches]
    with built.begin() as session:
        offers, demo = offers_for(session, ids), demo_program_ids(session, ids)
    shares = Student(profile, DEFAULT_WEIGHTS).shares
    page = results_page(ranking.to_json(), profile, shares, catalog, offers, demo)
    return Results(draft, token, profile, ranking, page, today)


def to_the_answer(error: ProfileError) -> ResponseReturnValue:
    """Answers that are fine one by one and still make no profile: back to the step of the first problem."""
    problem = error.problems[0]
    section = problem.path.split(".")[0]
    step = next((step for step in STEPS if step.section == section), STEPS[0])
    flash(f"Please look at this step again: an answer {problem.problem}. {problem.remedy.capitalize()}.", "error")
    return redirect(url_for("student.form.show", slug=step.slug), 303)


def _form(results: Results, *, filled: bool) -> RequestForm:
    settings = runtime().settings
    given = {} if filled else {"formdata": None}
    return RequestForm(
        schools=results.page.schools,
        region=results.profile.practical.country or "US",
        test_addresses=not settings.is_production,
        **given,
    )


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
        gpc=sends_gpc(),
    )


def _introduction(value: str) -> IntroductionRequest:
    """A box that passed its checks was shown with the words that are in force (the digest in its value says so)."""
    partner_id, _, program_id = value.split(" ")
    return IntroductionRequest(UUID(partner_id), program_id, CONSENT_TEXT_VERSION)


def _page(results: Results, form: RequestForm, ticket: Ticket) -> str:
    draft = current_draft()
    form.ticket.data = sealed(ticket, runtime().links.secret)
    form.ticket.raw_data = None
    return render_template(
        "student/results.html",
        page=results.page,
        summary=summary_of(results.profile),
        form=form,
        token=results.token,
        is_own=draft is not None and draft.id == results.draft.id,
        contact_email=runtime().settings.mail_from,
    )

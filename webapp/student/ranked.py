"""A draft ranked as it stands now: what the list, and all that is done with it, begin with."""

from dataclasses import dataclass
from datetime import date

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.profile import Profile, ProfileError
from webapp.matching.ranking import Ranking, rank
from webapp.matching.student import Student
from webapp.matching.weights import DEFAULT_WEIGHTS
from webapp.observability.metrics import RANK_SECONDS
from webapp.queries.listing import demo_program_ids
from webapp.queries.partner import offers_for
from webapp.services import draft as drafts
from webapp.services.draft import OpenDraft
from webapp.student.answers import STEPS, profile_of
from webapp.student.results_page import ResultsPage, results_page

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Results:
    """A draft ranked as it stands now."""

    draft: OpenDraft
    token: str
    profile: Profile
    ranking: Ranking
    page: ResultsPage
    today: date


def draft_of(token: str) -> OpenDraft:
    """The finished draft behind a results link; 404 where there is none."""
    built = runtime()
    with built.begin() as session:
        return drafts.find_by_results_token(session, built.clock, token) or abort(404)


def ranked(draft: OpenDraft, token: str) -> Results:
    """The list of a draft. Raises ProfileError where its answers make no profile."""
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

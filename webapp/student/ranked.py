"""A draft ranked as it stands now: what the list, and all that is done with it, begin with."""

from dataclasses import dataclass, replace
from datetime import date

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.profile import Profile
from webapp.domain.profile_reader import ProfileError
from webapp.matching.catalog import Catalog
from webapp.matching.ranking import Ranking, rank
from webapp.matching.standings import Question
from webapp.matching.student import Student
from webapp.observability.metrics import RANK_SECONDS
from webapp.queries.feedback import PutAside, list_put_aside
from webapp.queries.listing import demo_program_ids
from webapp.queries.offer import offers_for
from webapp.services import draft as drafts
from webapp.services.draft import OpenDraft
from webapp.student.answers import STEPS, Answers, may_be_introduced, profile_of
from webapp.student.results_page import ResultsPage, results_page

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Results:
    """A draft ranked as it stands now, or with other `answers` that are not saved. `question` is what was ranked."""

    draft: OpenDraft
    token: str
    answers: Answers
    question: Question
    put_aside: tuple[PutAside, ...]
    catalog: Catalog
    ranking: Ranking
    page: ResultsPage

    @property
    def profile(self) -> Profile:
        """What the engine knew of the student."""
        return self.question.profile

    @property
    def today(self) -> date:
        """The day the list was worked out for."""
        return self.question.today

    @property
    def is_under_age(self) -> bool:
        """Whether the student said to be too young to be introduced."""
        return not may_be_introduced(self.draft.answers)

    @property
    def is_trial(self) -> bool:
        """Whether it was made from answers that are not saved."""
        return self.answers != self.draft.answers


def draft_of(token: str) -> OpenDraft:
    """The finished draft behind a results link; 404 where there is none."""
    built = runtime()
    with built.begin() as session:
        return drafts.find_by_results_token(session, built.clock, token) or abort(404)


def question_of(draft: OpenDraft, answers: Answers, put_aside: tuple[PutAside, ...]) -> Question:
    """What is asked of the engine. Raises ProfileError where the answers make no profile."""
    without = frozenset(each.program_id for each in put_aside)
    built = runtime()
    return Question(profile_of(answers), built.weights.current(), draft.id.bytes, built.clock.now().date(), without)


def asked_by(draft: OpenDraft) -> Question:
    """What a draft asks as it is saved. Raises ProfileError where the answers make no profile."""
    with runtime().begin() as session:
        put_aside = list_put_aside(session, draft.id)
    return question_of(draft, draft.answers, put_aside)


def ranking_of(asked: Question, catalog: Catalog, *, counterfactuals: bool = True) -> Ranking:
    """The first `SHOWN` of the list, with what would change each of them unless told otherwise."""
    with RANK_SECONDS.time():
        return rank(
            asked.profile,
            catalog,
            asked.weights,
            SHOWN,
            salt=asked.salt,
            today=asked.today,
            counterfactuals=counterfactuals,
            without=asked.without,
        )


def ranked(draft: OpenDraft, token: str, answers: Answers | None = None) -> Results:
    """The list of a draft, with its own answers or with others. Raises ProfileError where they make no profile."""
    built = runtime()
    answers = draft.answers if answers is None else answers
    catalog = built.snapshot.current()
    with built.begin() as session:
        put_aside = list_put_aside(session, draft.id)
        asked = question_of(draft, answers, put_aside)
        ranking = ranking_of(asked, catalog)
        ids = [match.program_id for match in ranking.matches]
        offers, demo = offers_for(session, ids), demo_program_ids(session, ids)
    shares = Student(asked.profile, asked.weights).shares
    page = results_page(ranking.to_json(), asked.profile, shares, catalog, offers, demo)
    if not may_be_introduced(draft.answers):
        page = replace(page, schools=())
    return Results(draft, token, answers, asked, put_aside, catalog, ranking, page)


def to_the_answer(error: ProfileError) -> ResponseReturnValue:
    """Answers that are fine one by one and still make no profile: back to the step of the first problem."""
    problem = error.problems[0]
    section = problem.path.split(".")[0]
    step = next((step for step in STEPS if step.section == section), STEPS[0])
    flash(f"Please look at this step again: an answer {problem.problem}. {problem.remedy.capitalize()}.", "error")
    return redirect(url_for("student.form.show", slug=step.slug), 303)

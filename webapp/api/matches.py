"""Matches for everybody: a profile in, the ranking out. Nothing of it is stored."""

import json
from typing import Any, Final

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, RootModel

from webapp.api.access import READS, open_to_all
from webapp.api.problem import Failure
from webapp.api.profile_schema import profile_schema
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.errors import Problem
from webapp.domain.profile import Profile
from webapp.domain.profile_reader import ProfileError, ProfileProblem
from webapp.matching.ranking import rank
from webapp.observability.metrics import RANK_SECONDS

blueprint = APIBlueprint("matches", __name__, url_prefix="/matches")

PUBLIC_LIMITS: Final = "30/minute;300/hour"
EXAMPLE: Final[dict[str, Any]] = {
    "goal": {"occupation": "15-2051", "credentials": ["master", "bootcamp"], "interests": ["computer vision"]},
    "background": {"education": "bachelor", "field": "45", "gpa": 3.4},
    "subjects": {"programming": "one_course", "statistics": "several_courses", "linear_algebra": "none"},
    "practical": {"modalities": ["online"], "country": "US", "state": "CA", "budget_usd": 30000},
    "priorities": {"goal": "must", "cost": "important"},
}


class MatchQuery(BaseModel):
    """How many."""

    model_config = ConfigDict(extra="forbid")

    top: int = Field(default=10, ge=1, le=100, description="How many matches at most.")


class ProfileIn(RootModel[dict[str, Any]]):
    """What the student said."""

    model_config = ConfigDict(title="Profile", json_schema_extra={**profile_schema(), "example": EXAMPLE})


class Reason(BaseModel):
    """Something the student said, tied to a fact of the listing with its source and date."""

    model_config = ConfigDict(extra="allow")

    code: str
    criterion: str | None
    source: str | None
    as_of: str | None


class Match(BaseModel):
    """One program as the engine judges it."""

    model_config = ConfigDict(extra="forbid")

    program_id: str
    rank: int
    score: float = Field(description="The sum of the contributions.")
    interval: list[float] = Field(
        description="How low or high the score could be, given what is unknown.", min_length=2, max_length=2
    )
    coverage: float = Field(description="The share of the weighted criteria that known facts support.")
    band: str
    verdict: str
    contributions: dict[str, float]
    reasons: list[Reason]
    caveats: list[Reason]
    gaps: list[dict[str, Any]]
    counterfactuals: list[dict[str, Any]]


class Ranking(BaseModel):
    """The ranking, as `program-match match --json` prints it."""

    model_config = ConfigDict(extra="forbid")

    engine: str
    weights: str
    catalog: str
    considered: int
    excluded: dict[str, int] = Field(description="How many programs each hard limit excluded.")
    matches: list[Match]
    pathways: list[dict[str, Any]]
    near_misses: list[dict[str, Any]]


@blueprint.post("", summary="Rank programs for a profile", operation_id="create_matches", responses={200: Ranking})
@open_to_all(PUBLIC_LIMITS, scope=Scope.MATCHES, limits=READS, takes_body=True)
def create(query: MatchQuery, body: ProfileIn) -> Response:  # noqa: ARG001  # read below, as it was sent
    """A profile in, the ranking out, with reasons. Nothing is stored: not the profile, not the answer.

    The same profile and catalogue give the same answer. Rank is never for sale: no partner, price or cap takes part.
    """
    try:
        profile = Profile.from_json(request.get_json())
    except ProfileError as error:
        raise Failure(422, *(_problem(each) for each in error.problems)) from None
    catalog, weights = runtime().snapshot.current(), runtime().weights.current()
    with RANK_SECONDS.time():
        ranking = rank(profile, catalog, weights, query.top)
    return Response(json.dumps(ranking.to_json(), ensure_ascii=False), mimetype="application/json")


def _problem(problem: ProfileProblem) -> Problem:
    """A problem of the profile, without the value: an answer repeats nothing that was sent but the name of its key."""
    what = "This value cannot be used." if problem.quotes else f"It {problem.problem}."
    return Problem(problem.path, what, f"{problem.remedy[:1].upper()}{problem.remedy[1:]}.")

"""The curves of the criteria as they run: each criterion's own function, asked at named points.

For the pages that explain the ranking. Nothing here is a second statement of a rule: a point is a profile, a listing,
and the value that the criterion gives the two.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from math import pi
from typing import Any

from webapp.domain.credential import Credential, Education
from webapp.domain.geography import EARTH_RADIUS_KM, locate_zip
from webapp.domain.label import CREDENTIAL_LABELS, EDUCATION_LABELS, SUBJECT_LEVEL_LABELS
from webapp.domain.listing import Listing
from webapp.domain.occupation import find_occupation
from webapp.domain.profile import Criterion, Modality, Pace, Profile
from webapp.domain.subject import RANKED_LEVELS, SubjectLevel
from webapp.matching.catalog import Catalog
from webapp.matching.context import Context
from webapp.matching.scoring import Scores
from webapp.matching.student import Student
from webapp.matching.weights import DEFAULT_WEIGHTS

_DAY = date(2026, 1, 15)
_SOC, _CIP = "15-2051", "30.7001"
_ZIP, _RADIUS = "60614", 50
_NOT_PUBLISHED = "not published"
_LISTING = Listing(
    program_id="p", institution="A school", name="A program", credential=Credential.MASTER, cip=_CIP, topics=("x",)
)


@dataclass(frozen=True, slots=True)
class Point:
    """The value of one criterion, 0..1, where things are as `at` says."""

    at: str
    value: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Some points of one criterion. `title` says what is held fixed."""

    criterion: Criterion
    title: str
    points: tuple[Point, ...]


@cache
def curves() -> tuple[Curve, ...]:
    """Every curve, in the order of the criteria."""
    made = (_goal, _background, _cost, _duration, _schedule, _place, _start, _outcomes, _interests)
    return tuple(curve for each in made for curve in each())


_Facts = Mapping[str, Any]
_Case = tuple[str, Mapping[str, Any], _Facts]
"""What to call a point, the profile in JSON, and the facts of the listing that differ from the plain one."""


def _curve(criterion: Criterion, title: str, cases: Iterable[_Case]) -> Curve:
    points = (Point(at, _value(criterion, asked, [replace(_LISTING, **facts)])) for at, asked, facts in cases)
    return Curve(criterion, title, tuple(points))


def _value(criterion: Criterion, asked: Mapping[str, Any], listings: list[Listing]) -> float:
    """The value of the first listing."""
    catalog = Catalog.from_listings(listings, "curves")
    context = Context(Student(Profile.from_json(dict(asked)), DEFAULT_WEIGHTS), catalog, _DAY)
    row = catalog.row_of[listings[0].program_id]
    return float(Scores(context, slice(None)).assessments[criterion].point[row])


def _goal() -> Iterator[Curve]:
    job = find_occupation(_SOC)
    title = job.plain_title if job else _SOC
    yield _curve(
        Criterion.GOAL,
        f"Job: {title}. Field: data science",
        ((CREDENTIAL_LABELS[each], {"goal": {"occupation": _SOC}}, {"credential": each}) for each in Credential),
    )
    wanted = {"goal": {"occupation": _SOC, "credentials": ["master"]}}
    yield _curve(
        Criterion.GOAL,
        f"Job: {title}. You named a master's degree",
        (
            ("master's degree in data science", wanted, {}),
            ("master's degree in computer science", wanted, {"cip": "11.0701"}),
            ("master's degree in English literature", wanted, {"cip": "23.0101"}),
            ("doctorate in data science", wanted, {"credential": Credential.DOCTORATE}),
        ),
    )
    job_alone, title = (
        {"goal": {"occupation": _SOC}},
        f"Job: {title}. A master's degree in supply chains, by what it teaches",
    )
    taught = ("machine learning", "forecasting", "logistics")
    yield _curve(
        Criterion.GOAL,
        title,
        (
            *((topic, job_alone, {"cip": "52.1301", "topics": (topic,)}) for topic in taught),
            (f"topics {_NOT_PUBLISHED}", job_alone, {"cip": "52.1301", "topics": ()}),
        ),
    )


def _background() -> Iterator[Curve]:
    yield _curve(
        Criterion.BACKGROUND,
        "Education you have, for a master that asks for a bachelor",
        (
            (EDUCATION_LABELS[each], {"background": {"education": each.value}}, {"min_education": Education.BACHELOR})
            for each in (Education.ASSOCIATE, Education.BACHELOR, Education.MASTER, Education.DOCTORATE)
        ),
    )
    asked = {"req_statistics": SubjectLevel.SEVERAL_COURSES}
    yield _curve(
        Criterion.BACKGROUND,
        "Statistics you have, where several courses are asked for",
        (
            *((SUBJECT_LEVEL_LABELS[each], {"subjects": {"statistics": each.value}}, asked) for each in RANKED_LEVELS),
            (f"any level, requirement {_NOT_PUBLISHED}", {"subjects": {"statistics": "none"}}, {}),
        ),
    )


def _cost() -> Iterator[Curve]:
    budget = {"practical": {"budget_usd": 20_000}}
    yield _curve(
        Criterion.COST,
        "Price against a budget of $20,000",
        (
            *(
                (f"${d:,}", budget, {"tuition_total_cents": d * 100})
                for d in (0, 10_000, 15_000, 20_000, 25_000, 30_000)
            ),
            (_NOT_PUBLISHED, budget, {}),
        ),
    )
    cares = {"priorities": {"cost": "important"}}
    yield _curve(
        Criterion.COST,
        "Price, with no budget named",
        ((f"${d:,}", cares, {"tuition_total_cents": d * 100}) for d in (0, 10_000, 30_000, 60_000)),
    )


def _duration() -> Iterator[Curve]:
    limit = {"practical": {"months_max": 24}}
    yield _curve(
        Criterion.DURATION,
        "Months to finish against a limit of 24",
        (
            *((f"{m} months", limit, {"months": float(m)}) for m in (6, 12, 18, 24, 30, 36)),
            (_NOT_PUBLISHED, limit, {}),
        ),
    )
    cares = {"priorities": {"duration": "important"}}
    yield _curve(
        Criterion.DURATION,
        "Months to finish, with no limit named",
        ((f"{m} months", cares, {"months": float(m)}) for m in (6, 12, 24, 48)),
    )


def _schedule() -> Iterator[Curve]:
    hours = {"practical": {"hours_per_week": 20}}
    yield _curve(
        Criterion.SCHEDULE,
        "Hours a week, of the 20 you have",
        (
            *((f"{h} hours", hours, {"hours_per_week": float(h)}) for h in (5, 10, 15, 20, 25, 30)),
            (_NOT_PUBLISHED, hours, {}),
        ),
    )
    pace = {"practical": {"pace": "part_time"}}
    yield _curve(
        Criterion.SCHEDULE,
        "Pace, where you want part time",
        (("part time", pace, {"pace": (Pace.PART_TIME,)}), ("only full time", pace, {"pace": (Pace.FULL_TIME,)})),
    )


def _place() -> Iterator[Curve]:
    home = {"practical": {"state": "IL"}}
    online = {"modality": (Modality.ONLINE,)}
    yield _curve(
        Criterion.PLACE,
        "Online, where you live in Illinois",
        (
            ("students of your state are accepted", home, {**online, "states_authorized": ("IL",)}),
            (f"accepted states {_NOT_PUBLISHED}", home, online),
            ("your state is not accepted", home, {**online, "states_authorized": ("OH",)}),
        ),
    )
    near = {"practical": {"postal_code": _ZIP, "radius_km": _RADIUS}}
    yield _curve(
        Criterion.PLACE,
        "On campus, against the distance you would travel",
        (
            (label, near, {"modality": (Modality.ON_CAMPUS,), **_north(share * _RADIUS)})
            for label, share in (
                ("next door", 0.0),
                ("half of it", 0.5),
                ("just within it", 0.999),
                ("twice it", 2.0),
                ("three times it", 3.0),
            )
        ),
    )
    campus = {"modality": (Modality.ON_CAMPUS,), "country": "US"}
    yield _curve(
        Criterion.PLACE,
        "On campus, where no distance is known",
        (
            ("your state", home, {**campus, "state": "IL"}),
            ("another state", home, {**campus, "state": "CA"}),
            (f"place {_NOT_PUBLISHED}", home, {"modality": (Modality.ON_CAMPUS,)}),
            (f"your state, way of teaching {_NOT_PUBLISHED}", home, {"country": "US", "state": "IL"}),
        ),
    )


def _start() -> Iterator[Curve]:
    wish = {"practical": {"start_within_months": 6}}
    yield _curve(
        Criterion.START,
        "Next start, where you want it within 6 months",
        (
            *((f"in {m} months", wish, {"start_terms": (_month(m),)}) for m in (3, 6, 9, 12, 18)),
            (_NOT_PUBLISHED, wish, {}),
        ),
    )
    cares = {"priorities": {"start": "important"}}
    yield _curve(
        Criterion.START,
        "Next start, with no wish named",
        ((f"in {m} months", cares, {"start_terms": (_month(m),)}) for m in (2, 3, 6, 12)),
    )


def _outcomes() -> Iterator[Curve]:
    job = {"goal": {"occupation": _SOC}}
    occupation = find_occupation(_SOC)
    wage = occupation.median_wage_cents if occupation else 0
    best = {"outcome_median_salary_cents": wage, "outcome_rate": 1.0, "outcome_source": "a report"}
    yield _curve(
        Criterion.OUTCOMES,
        "Pay as usual in the job and all graduates successful, by how many were asked",
        (
            *((f"{n:,} asked", job, {**best, "outcome_sample": n}) for n in (5, 20, 100, 1000)),
            ("number not stated", job, best),
            ("20 asked, no source named", job, {**best, "outcome_sample": 20, "outcome_source": None}),
            (_NOT_PUBLISHED, job, {}),
        ),
    )
    told = {"outcome_sample": 1000, "outcome_source": "a report"}
    yield _curve(
        Criterion.OUTCOMES,
        "Pay against the usual of the job; 1,000 asked, success not published",
        (
            (f"{share} % of it", job, {**told, "outcome_median_salary_cents": wage * share // 100})
            for share in (30, 65, 100)
        ),
    )


def _interests() -> Iterator[Curve]:
    words = ("vision", "health", "robot")
    asked = {"goal": {"interests": list(words)}}
    labels = ("none of your three words", "one of three", "two of three", "all three")
    points = [Point(told, _value(Criterion.INTERESTS, asked, [*_crowd(words, n)])) for n, told in enumerate(labels)]
    bare = [replace(_LISTING, topics=()), *[*_crowd(words, 0)][1:]]
    points.append(Point(f"topics {_NOT_PUBLISHED}", _value(Criterion.INTERESTS, asked, bare)))
    yield Curve(Criterion.INTERESTS, "Your own words found in a listing, where all are as rare", tuple(points))
    asked = {"goal": {"interests": ["quality control"]}}
    others = [replace(_LISTING, program_id="q", topics=("quality control",))]
    said: Mapping[str, _Facts] = {
        "quality control among its topics": {"topics": ("quality control",)},
        "only in its summary": {"summary": "With quality control."},
        "manufacturing": {"topics": ("manufacturing",)},
        "statistics": {"topics": ("statistics",)},
        "music": {"topics": ("music",)},
    }
    near = [
        Point(at, _value(Criterion.INTERESTS, asked, [replace(_LISTING, **facts), *others]))
        for at, facts in said.items()
    ]
    yield Curve(Criterion.INTERESTS, "You ask for quality control, and a listing mentions", tuple(near))


def _crowd(words: tuple[str, ...], shared: int) -> Iterator[Listing]:
    """A listing that holds the first `shared` words, among others: every word stands in as many listings."""
    yield replace(_LISTING, topics=(*words[:shared], "x"))
    for place, word in enumerate(words):
        for number in range(8 if place < shared else 9):
            yield replace(_LISTING, program_id=f"q-{word}-{number}", topics=(word,))


def _north(km: float) -> _Facts:
    """A campus so far north of the student."""
    area = locate_zip(_ZIP)
    if area is None:
        raise LookupError(f"no position for {_ZIP}")
    degrees = km / EARTH_RADIUS_KM * 180 / pi
    return {"latitude": area.position.latitude + degrees, "longitude": area.position.longitude}


def _month(ahead: int) -> str:
    months = _DAY.month - 1 + ahead
    return f"{_DAY.year + months // 12}-{months % 12 + 1:02d}"

"""Reasons: why a program stands where it stands, each tying an answer of the student to a published fact.

A reason is faithful: were the fact it cites not known, or of no use to the student, its criterion would be worth less
(a law tries it). Where the profile says so little that fewer than three can be given, `on_record` tells what else the
listing says beside the one thing the student told us: a fact, of no criterion, that supports nothing.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from webapp.domain.credential import Credential
from webapp.domain.profile import Criterion, plain_dollars
from webapp.matching.admissions import ANY_FIELD_BITS
from webapp.matching.criteria.cost import HALVING_CENTS
from webapp.matching.criteria.duration import HALVING_MONTHS
from webapp.matching.criteria.goal import levels
from webapp.matching.criteria.outcomes import REFERENCE_CENTS, SALARY_FLOOR
from webapp.matching.criteria.start import HALVING_MONTHS as START_HALVING
from webapp.matching.echoes import TINY, interests_told, work_of
from webapp.matching.places import (
    IN_PERSON,
    ONLINE,
    ONLINE_AUTHORIZED,
    ONLINE_UNSTATED,
    UNKNOWN_SITE,
    UNKNOWN_WAY_BASE,
    UNKNOWN_WAY_SLOPE,
)
from webapp.matching.rules import TRUE
from webapp.matching.statement import Case, Statement

LEAST, MOST = 3, 6
RECORD_COLUMNS = ("credential", "cip", "name", "months", "tuition_total_usd", "institution", "city")


def reasons_of(case: Case, contributions: Mapping[Criterion, float]) -> list[Statement]:
    """At least three reasons where the student said anything at all, the weightiest criteria first; six at most."""
    counted = contributions if case.context.student.spoke else {}
    order = sorted(counted, key=lambda criterion: -round(contributions[criterion], 9))
    found = [_REASONS[criterion](case) for criterion in order]  # worked out only as far as they are told
    firsts = (reason for each in found for reason in itertools.islice(each, 1))
    chosen = list(itertools.islice(itertools.chain(firsts, itertools.chain.from_iterable(found)), MOST))
    return chosen + list(itertools.islice(_on_record(case, chosen), max(0, LEAST - len(chosen))))


def _goal(case: Case) -> Iterator[Statement]:
    student, listing = case.context.student, case.listing
    occupation, wanted = student.occupation, student.profile.goal.credentials
    work = work_of(case)
    if work is not None and work.field >= 0.5:
        yield case.say("goal_field", Criterion.GOAL, "goal.occupation", "cip", strength=work.field)
    told = (
        case.say("goal_content", Criterion.GOAL, "goal.occupation", column, words=list(words))
        for column, words in (() if work is None else work.echoes)
    )
    yield from itertools.islice(told, 1)
    # Of a credential that is not wanted so little is left that how usual it is is no support.
    if (work is None or work.way > 0) and (not wanted or listing.credential in wanted):
        if wanted and len(wanted) < len(Credential):
            yield case.say("goal_credential_wanted", Criterion.GOAL, "goal.credentials", "credential")
        level = levels(case.context)
        decides = level[listing.credential.rank] > level.min() + TINY
        if decides and occupation is not None and (usual := occupation.usual(listing.credential)) >= 0.6:
            yield case.say("goal_credential_usual", Criterion.GOAL, "goal.occupation", "credential", strength=usual)
    yield from told


def _background(case: Case) -> Iterator[Statement]:
    listing, student, held = case.listing, case.context.student, case.held
    asked = [(subject, listing.requirement(subject)) for subject in student.spoken_subjects]
    for subject, level in asked:
        if level is not None and level.rank > 0 and held[f"subject.{subject}"] == TRUE:
            yield case.say("background_subject", Criterion.BACKGROUND, f"subjects.{subject}", f"req_{subject}")
    for name, column in _MET.items():
        path = f"background.{name}"
        if held[name] == TRUE and path in student.stated and getattr(listing, column) not in (None, ()):
            code = f"background_{name}"
            if name == "field" and _any_field(case):
                code = "background_any_field"
            yield case.say(code, Criterion.BACKGROUND, path, column)
    yield from _education(case, held["education"] == TRUE)
    for subject in [subject for subject, level in asked if level is not None and level.rank == 0][:1]:
        path, column = f"subjects.{subject}", f"req_{subject}"
        yield case.say("background_subject_not_needed", Criterion.BACKGROUND, path, column)


_MET = {"field": "accepted_fields", "gpa": "min_gpa", "work_years": "min_work_years", "english": "min_english"}


def _any_field(case: Case) -> bool:
    catalog = case.context.catalog
    return int(catalog.admissions.fields[catalog.admission[case.row]]) == ANY_FIELD_BITS


def _education(case: Case, met: bool) -> Iterator[Statement]:
    """That people with the student's education usually start here, or that less is asked for than elsewhere.

    A minimum that is met, and that any such program has, makes no difference to the value.
    """
    education, listing = case.context.student.profile.background.education, case.listing
    if education is None or not met:
        return
    if education is listing.credential.typical_entrant:
        yield case.say("background_level", Criterion.BACKGROUND, "background.education", "credential")
    if listing.min_education is not None and education.rank < listing.credential.usual_minimum.rank:
        yield case.say("background_education", Criterion.BACKGROUND, "background.education", "min_education")


def _cost(case: Case) -> Iterator[Statement]:
    budget, span = case.context.student.profile.practical.budget_cents, case.price_span
    if span is None:
        return
    cents = span[1]
    if budget is not None and cents <= budget:
        path, code = "practical.budget_usd", "cost_within_budget"
    elif budget is None and cents <= HALVING_CENTS and case.answer("priorities.cost") is not None:
        path, code = "priorities.cost", "cost_total"
    else:
        return
    yield case.say(code, Criterion.COST, path, "tuition_total_usd", **price_facts(case))


def price_facts(case: Case) -> dict[str, Any]:
    """What the price is a price of; where students of other states pay another one and this one may, that too."""
    basis, span = case.listing.tuition_basis, case.price_span
    facts: dict[str, Any] = {"basis": None if basis is None else basis.value}
    if span is not None and span[1] != case.listing.tuition_total_cents:
        return {**facts, "price_usd": plain_dollars(span[1])}
    return facts


def _duration(case: Case) -> Iterator[Statement]:
    months, limit = case.listing.months, case.context.student.profile.practical.months_max
    if months is None:
        return
    if limit is not None and months <= limit:
        yield case.say("duration_within", Criterion.DURATION, "practical.months_max", "months")
    elif limit is None and months <= HALVING_MONTHS and case.answer("priorities.duration") is not None:
        yield case.say("duration_total", Criterion.DURATION, "priorities.duration", "months")


def _schedule(case: Case) -> Iterator[Statement]:
    practical, listing = case.context.student.profile.practical, case.listing
    if practical.pace is not None and practical.pace in listing.pace:
        yield case.say("schedule_pace", Criterion.SCHEDULE, "practical.pace", "pace")
    hours = listing.hours_per_week
    if practical.hours_per_week is not None and hours is not None and hours <= practical.hours_per_week:
        yield case.say("schedule_hours", Criterion.SCHEDULE, "practical.hours_per_week", "hours_per_week")


def _place(case: Case) -> Iterator[Statement]:
    """Each fact only where it decides: the campus where it beats online, online where it beats the campus."""
    student, places, listing = case.context.student, case.context.places, case.listing
    site = int(case.context.catalog.site[case.row])
    wanted = student.profile.practical.modalities
    online, campus, unstated = _reach(case)
    if any(m in listing.modality for m in wanted) and max(online, campus) > unstated:
        yield case.say("place_modality", Criterion.PLACE, "practical.modalities", "modality")
    distance = float(places.distance[site])
    if campus > max(online, UNKNOWN_SITE):
        if distance <= places.radius:
            kilometres = round(distance, 1)
            yield case.say("place_near", Criterion.PLACE, "practical.postal_code", "latitude", distance_km=kilometres)
        elif distance != distance and places.same_state[site] == 1:
            yield case.say("place_same_state", Criterion.PLACE, student.state_path, "state")
    if student.state is not None and online > campus and listing.states_authorized:
        yield case.say(
            "place_authorized", Criterion.PLACE, student.state_path, "states_authorized", state=student.state
        )


def _reach(case: Case) -> tuple[float, float, float]:
    """What online is worth, what the campus is worth, and what the place would be if the way were not published."""
    student, places, listing = case.context.student, case.context.places, case.listing
    nowhere = student.state is None and student.position is None and not student.abroad
    campus = 1.0 if nowhere else float(places.campus[int(case.context.catalog.site[case.row])])
    campus = UNKNOWN_SITE if campus != campus else campus
    near = campus if places.wanted & IN_PERSON else UNKNOWN_SITE
    unstated = UNKNOWN_WAY_BASE + UNKNOWN_WAY_SLOPE * near
    if not places.wanted & ONLINE:
        unstated = min(unstated, near)
    usable = int(case.context.catalog.modality[case.row]) & places.wanted
    known = not student.abroad and (student.state is None or bool(listing.states_authorized))
    open_online = 0.0 if places.refuses(case.row) else ONLINE_AUTHORIZED if known else ONLINE_UNSTATED
    on_site = usable & IN_PERSON or (not listing.modality and places.wanted & IN_PERSON)
    return open_online if usable & ONLINE else 0.0, campus if on_site else 0.0, unstated


def _start(case: Case) -> Iterator[Statement]:
    wait = float(case.context.months_to_start[case.context.catalog.start[case.row]])
    within = case.context.student.profile.practical.start_within_months
    if within is not None and wait <= within:
        yield case.say(
            "start_within", Criterion.START, "practical.start_within_months", "start_terms", months=int(wait)
        )
    elif within is None and wait <= START_HALVING and case.answer("priorities.start") is not None:
        yield case.say("start_next", Criterion.START, "priorities.start", "start_terms", months=int(wait))


def _outcomes(case: Case) -> Iterator[Statement]:
    listing, occupation = case.listing, case.context.student.occupation
    path = "priorities.outcomes" if case.answer("priorities.outcomes") is not None else "goal.occupation"
    sample = listing.outcome_sample
    if sample == 0:
        return
    if listing.outcome_median_salary_cents is not None and not low_salary(case):
        wage = None if occupation is None else occupation.median_wage_cents // 100
        column = "outcome_median_salary_usd"
        yield case.say("outcomes_salary", Criterion.OUTCOMES, path, column, sample=sample, occupation_wage_usd=wage)
    if listing.outcome_rate is not None and listing.outcome_rate >= 0.5:
        yield case.say("outcomes_rate", Criterion.OUTCOMES, path, "outcome_rate", sample=sample)


def low_salary(case: Case) -> bool:
    """Whether the published salary is in the lower half of the curve."""
    cents, occupation = case.listing.outcome_median_salary_cents, case.context.student.occupation
    reference = occupation.median_wage_cents if occupation else REFERENCE_CENTS
    return cents is not None and cents / reference < (1 + SALARY_FLOOR) / 2


def _interests(case: Case) -> Iterator[Statement]:
    for told in interests_told(case):
        code = "interests_shared" if told.exact else "interests_near"
        yield case.say(code, Criterion.INTERESTS, told.path, told.column, words=list(told.words))


def _on_record(case: Case, chosen: list[Statement]) -> Iterator[Statement]:
    stated = case.context.student.stated
    cited = [reason.student["path"] for reason in chosen if reason.student is not None]
    counted = (path for path in stated if criterion_of(path) in case.context.student.shares)
    path = next(iter(cited), next(counted, next(iter(stated), None)))
    if path is None:
        return
    told = {reason.fact["column"] for reason in chosen if reason.fact is not None}
    for column in RECORD_COLUMNS:
        statement = case.say("on_record", None, path, column)
        if column not in told and statement.fact is not None and statement.fact["value"] is not None:
            yield statement


def criterion_of(path: str) -> Criterion:
    """The criterion that an answer of the profile belongs to."""
    section, key = path.split(".")
    return Criterion(key) if section == "priorities" else _CRITERION_OF.get(path, _CRITERION_OF[section])


_CRITERION_OF = {
    "goal": Criterion.GOAL,
    "goal.words": Criterion.INTERESTS,
    "goal.interests": Criterion.INTERESTS,
    "background": Criterion.BACKGROUND,
    "subjects": Criterion.BACKGROUND,
    "practical": Criterion.PLACE,
    "practical.budget_usd": Criterion.COST,
    "practical.months_max": Criterion.DURATION,
    "practical.pace": Criterion.SCHEDULE,
    "practical.hours_per_week": Criterion.SCHEDULE,
    "practical.start_within_months": Criterion.START,
}

_REASONS: Mapping[Criterion, Callable[[Case], Iterator[Statement]]] = {
    Criterion.GOAL: _goal,
    Criterion.BACKGROUND: _background,
    Criterion.COST: _cost,
    Criterion.DURATION: _duration,
    Criterion.SCHEDULE: _schedule,
    Criterion.PLACE: _place,
    Criterion.START: _start,
    Criterion.OUTCOMES: _outcomes,
    Criterion.INTERESTS: _interests,
}

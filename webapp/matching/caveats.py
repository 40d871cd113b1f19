"""Caveats: what speaks against a program, what is not known of it, and what we did to its place in the list.

Each criterion that counts and stands below its threshold has at least one.
"""

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter

from webapp.domain.listing import ALL_STATES, TuitionBasis
from webapp.domain.profile import Criterion, Modality
from webapp.matching.assessment import THRESHOLD
from webapp.matching.echoes import echoes_of, work_of
from webapp.matching.reasons import low_salary, price_facts
from webapp.matching.rules import OPEN, SUBJECTS, Verdict
from webapp.matching.statement import Case, Statement

SMALL_SAMPLE = 30
STALE_DAYS = 365


def caveats_of(case: Case, points: Mapping[Criterion, float], verdict: Verdict) -> list[Statement]:
    """Every caveat, those about entry first, then by criterion, then about the listing itself."""
    found = list(_entry(case, verdict))
    for criterion, point in points.items() if not case.context.student.mute else ():
        own = list(_CAVEATS[criterion](case))
        if not own and point < THRESHOLD:
            told = "weak" if case.context.student.spoke_of(criterion) else "untold"
            own = [case.say(f"{criterion.value}_{told}", criterion, None, None)]
        found += own
    return found + list(_listing(case))


def _entry(case: Case, verdict: Verdict) -> Iterator[Statement]:
    student, listing = case.context.student, case.listing
    if not student.spoke:
        yield case.say("nothing_said", None, None, None)
    if verdict is Verdict.NOT_YET:
        yield case.say("not_yet", None, None, None)
    if listing.min_education is None:
        yield case.say("education_assumed", None, None, "credential", assumed=listing.credential.usual_minimum.value)
    if not listing.accepted_fields or None in _SUBJECTS_ASKED(listing):
        yield case.say("requirements_unpublished", None, None, None)
    if verdict is Verdict.UNKNOWN and student.spoke:
        yield case.say("answers_missing", None, None, None)
    if case.context.eligibility.country_at(case.row) == OPEN:
        path = "practical.country" if case.answer("practical.country") is not None else None
        yield case.say("place_country_unknown", None, path, "country" if listing.country else None)


_SUBJECTS_ASKED = attrgetter(*(f"req_{subject.value}" for subject in SUBJECTS))


def _goal(case: Case) -> Iterator[Statement]:
    student, listing = case.context.student, case.listing
    goal = student.profile.goal
    if goal.occupation is not None and student.occupation is None:
        yield case.say("goal_occupation_unknown", Criterion.GOAL, "goal.occupation", None)
    work = work_of(case)
    if student.occupation is not None and work is not None:
        if work.field < 0.5 and work.way < 0.5:
            yield case.say("goal_field_weak", Criterion.GOAL, "goal.occupation", "cip", strength=work.field)
        elif work.taught < min(THRESHOLD, work.field):
            yield case.say(
                "goal_content_weak", Criterion.GOAL, "goal.occupation", "topics" if listing.topics else "name"
            )
        usual = student.occupation.usual(listing.credential)
        if usual < 0.6:
            yield case.say("goal_credential_unusual", Criterion.GOAL, "goal.occupation", "credential", strength=usual)
    if goal.credentials and listing.credential not in goal.credentials:
        yield case.say("goal_credential_other", Criterion.GOAL, "goal.credentials", "credential")


def _background(case: Case) -> Iterator[Statement]:
    education = case.context.student.profile.background.education
    if education is not None and education.rank >= case.listing.credential.typical_entrant.rank + 3:
        yield case.say("background_above", Criterion.BACKGROUND, "background.education", "credential")


def _cost(case: Case) -> Iterator[Statement]:
    listing, budget = case.listing, case.context.student.profile.practical.budget_cents
    path = "practical.budget_usd" if budget is not None else None
    span = case.price_span
    if span is None:
        yield case.say("cost_unknown", Criterion.COST, path, None)
        return
    if budget is not None and span[1] > budget:
        yield case.say("cost_over_budget", Criterion.COST, path, "tuition_total_usd", **price_facts(case))
    if span[0] != span[1]:
        yield case.say("cost_residency", Criterion.COST, None, "tuition_out_of_state_usd", state=listing.state)
    if listing.tuition_basis is TuitionBasis.INSTITUTION_AVERAGE:
        yield case.say("cost_average", Criterion.COST, None, "tuition_basis")
    if listing.tuition_basis is TuitionBasis.PER_CREDIT:
        yield case.say("cost_per_credit", Criterion.COST, None, "tuition_basis")


def _duration(case: Case) -> Iterator[Statement]:
    months, limit = case.listing.months, case.context.student.profile.practical.months_max
    path = None if limit is None else "practical.months_max"
    if months is None:
        yield case.say("duration_unknown", Criterion.DURATION, path, None)
    elif limit is not None and months > limit:
        yield case.say("duration_over", Criterion.DURATION, path, "months")


def _schedule(case: Case) -> Iterator[Statement]:
    practical, listing = case.context.student.profile.practical, case.listing
    if practical.pace is not None:
        if not listing.pace:
            yield case.say("schedule_pace_unknown", Criterion.SCHEDULE, "practical.pace", None)
        elif practical.pace not in listing.pace:
            yield case.say("schedule_pace_other", Criterion.SCHEDULE, "practical.pace", "pace")
    if practical.hours_per_week is not None:
        path = "practical.hours_per_week"
        if listing.hours_per_week is None:
            yield case.say("schedule_hours_unknown", Criterion.SCHEDULE, path, None)
        elif listing.hours_per_week > practical.hours_per_week:
            yield case.say("schedule_hours_over", Criterion.SCHEDULE, path, "hours_per_week")


def _place(case: Case) -> Iterator[Statement]:
    student, places, listing = case.context.student, case.context.places, case.listing
    wanted = student.profile.practical.modalities
    site = int(case.context.catalog.site[case.row])
    if not listing.modality:
        path = "practical.modalities" if wanted else None
        yield case.say("place_modality_unknown", Criterion.PLACE, path, None)
    elif wanted and not any(m in wanted for m in listing.modality):
        yield case.say("place_modality_other", Criterion.PLACE, "practical.modalities", "modality")
    online = Modality.ONLINE in listing.modality and (not wanted or Modality.ONLINE in wanted)
    if online and student.state is not None:
        if places.refuses(case.row):
            yield case.say("place_not_authorized", Criterion.PLACE, student.state_path, "states_authorized")
        elif not listing.states_authorized and ALL_STATES not in listing.states_authorized:
            yield case.say("place_authorization_unknown", Criterion.PLACE, student.state_path, None)
    if online:
        return
    distance = float(places.distance[site])
    if places.foreign[site]:
        yield case.say("place_foreign", Criterion.PLACE, "practical.country", "country")
    elif distance > places.radius:
        path = "practical.postal_code"
        yield case.say("place_far", Criterion.PLACE, path, "latitude", distance_km=round(distance, 1))
    elif distance != distance and places.same_state[site] == -1:
        yield case.say("place_other_state", Criterion.PLACE, student.state_path, "state")


def _start(case: Case) -> Iterator[Statement]:
    wait = float(case.context.months_to_start[case.context.catalog.start[case.row]])
    within = case.context.student.profile.practical.start_within_months
    path = None if within is None else "practical.start_within_months"
    if wait != wait:
        yield case.say("start_unknown", Criterion.START, path, None)
    elif within is not None and wait > within:
        yield case.say("start_late", Criterion.START, path, "start_terms", months=int(wait))


def _outcomes(case: Case) -> Iterator[Statement]:
    listing = case.listing
    if listing.outcome_median_salary_cents is None and listing.outcome_rate is None:
        yield case.say("outcomes_unknown", Criterion.OUTCOMES, None, None)
        return
    if listing.outcome_sample is None:
        yield case.say("outcomes_sample_unknown", Criterion.OUTCOMES, None, None)
    elif listing.outcome_sample < SMALL_SAMPLE:
        yield case.say("outcomes_small_sample", Criterion.OUTCOMES, None, "outcome_sample")
    if listing.outcome_source is None:
        yield case.say("outcomes_unsourced", Criterion.OUTCOMES, None, None)
    if low_salary(case):
        column = "outcome_median_salary_usd"
        yield case.say("outcomes_low_salary", Criterion.OUTCOMES, None, column, sample=listing.outcome_sample)
    if listing.outcome_rate is not None and listing.outcome_rate < 0.5:
        yield case.say("outcomes_low_rate", Criterion.OUTCOMES, None, "outcome_rate")


def _interests(case: Case) -> Iterator[Statement]:
    if not case.context.wishes:
        yield case.say("interests_unmatched", Criterion.INTERESTS, None, None)
    elif not case.context.catalog.described[case.row]:
        yield case.say("interests_thin", Criterion.INTERESTS, None, "name")
    elif not any(echo.exact for echo in echoes_of(case)):
        path = "goal.interests" if case.answer("goal.interests") else "goal.words"
        yield case.say("interests_none", Criterion.INTERESTS, path, "name")


def _listing(case: Case) -> Iterator[Statement]:
    verified = case.listing.verified_on
    if verified is None:
        yield case.say("unverified", None, None, None)
    elif (case.context.today - verified).days > STALE_DAYS:
        yield case.say("stale", None, None, "verified_on")


_CAVEATS: Mapping[Criterion, Callable[[Case], Iterator[Statement]]] = {
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

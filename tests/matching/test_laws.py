"""Laws of scores, verdicts and explanations, on random profiles and catalogues."""

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.factories.engine_inputs import catalogues
from tests.factories.engine_inputs import seeded_profile_objects as profile_objects
from tests.matching.law import altered, by_id, dumped, law, ranking
from webapp.domain.credential import Education, EnglishLevel
from webapp.domain.listing import ANY_FIELD, Listing, attribute_of
from webapp.domain.profile import Criterion, Modality, Pace, Profile
from webapp.domain.subject import RANKED_LEVELS, Subject, SubjectLevel
from webapp.domain.wording import (
    answer_phrase,
    caveat_sentence,
    counterfactual_sentence,
    gap_sentence,
    pathway_sentence,
    reason_sentence,
)
from webapp.matching import DEFAULT_WEIGHTS
from webapp.matching.student import Student


@law
@given(profile_objects(), catalogues())
def test_contributions_add_up_and_every_number_is_a_share(obj: dict[str, Any], listings: list[Listing]) -> None:
    result = ranking(obj, listings).to_json()
    assert result["considered"] == len(listings)
    assert result["considered"] - sum(result["excluded"].values()) == len(result["matches"])
    for match in result["matches"]:
        low, high = match["interval"]
        assert abs(sum(match["contributions"].values()) - match["score"]) < 1e-9
        assert -1e-9 <= low <= match["score"] + 1e-9
        assert match["score"] <= high + 1e-9 <= 1 + 2e-9
        assert 0 <= match["coverage"] <= 1 + 1e-9


@law
@given(profile_objects(), catalogues(least=1), st.integers(0, 11), st.integers(0, 20))
def test_raising_the_worth_of_a_program_never_lowers_it(
    obj: dict[str, Any], listings: list[Listing], at: int, which: int
) -> None:
    at %= len(listings)
    listing = listings[at]
    change = _better(listing, obj)[which % 8]
    raised = altered(listing, change)
    before = by_id(ranking(obj, listings)).get(listing.program_id)
    after = by_id(ranking(obj, [*listings[:at], raised, *listings[at + 1 :]])).get(listing.program_id)
    if before is None:
        return
    assert after is not None
    assert after.score >= before.score - 1e-9
    if after.score > before.score + 1e-6:
        assert after.rank <= before.rank


def _better(listing: Listing, obj: dict[str, Any]) -> list[dict[str, Any]]:
    """Changes that make a listing better for everyone who cares, each from a known or unknown fact to a good one."""
    cheaper = None if listing.tuition_total_cents is None else listing.tuition_total_cents // 2
    shorter = None if listing.months is None else listing.months / 2
    return [
        {"tuition_total_cents": cheaper},
        {"tuition_total_cents": 0},
        {"months": shorter},
        {"pace": tuple(Pace), "hours_per_week": 1.0},
        {"start_terms": ("monthly",)},
        {"outcome_rate": 1.0} if listing.outcome_rate is not None else {},
        {f"req_{subject.value}": SubjectLevel.NONE for subject in Subject},
        {"accepted_fields": (ANY_FIELD,)},
    ]


@law
@given(profile_objects(), catalogues(least=1), st.integers(0, 11), st.integers(0, 20))
def test_an_unknown_fact_never_beats_a_good_one(
    obj: dict[str, Any], listings: list[Listing], at: int, which: int
) -> None:
    at %= len(listings)
    good: list[dict[str, Any]] = [
        {"tuition_total_cents": 0, "tuition_out_of_state_cents": 0},
        {"months": 0.5},
        {"pace": tuple(Pace)},
        {"hours_per_week": 1.0},
        {"start_terms": ("rolling",)},
        {"outcome_median_salary_cents": 900_000_000, "outcome_sample": 1000},
        {"outcome_rate": 1.0, "outcome_sample": 1000},
        {"modality": tuple(Modality), "states_authorized": ("ALL",)},
        {"min_gpa": 0.0, "min_work_years": 0.0, "min_english": EnglishLevel.A1},
        {"min_education": Education.LESS_THAN_HIGH_SCHOOL},
        {"accepted_fields": (ANY_FIELD,)},
        {f"req_{subject.value}": SubjectLevel.NONE for subject in Subject},
    ]
    change = good[which % len(good)]
    # Nobody is admitted within days, so no published start is good for whoever wants to start at once.
    assume("start_terms" not in change or obj.get("practical", {}).get("start_within_months") != 0)
    unknown = {key: () if isinstance(value, tuple) else None for key, value in change.items()}
    pair = [altered(listings[at], unknown), altered(listings[at], change)]
    rest = [*listings[:at], *listings[at + 1 :]]
    known, blank = (
        by_id(ranking(obj, [*rest, listing])).get(listings[at].program_id) for listing in (pair[1], pair[0])
    )
    assert known is not None or blank is None
    if known is not None and blank is not None:
        assert known.score >= blank.score - 1e-9
        assert known.coverage >= blank.coverage - 1e-9


_VERDICT_ORDER = ("not_yet", "conditional", "unknown", "likely", "eligible")


@law
@given(
    profile_objects(), catalogues(least=1), st.sampled_from(["gpa", "work_years", "english", "education", "subject"])
)
def test_a_stronger_profile_loses_no_eligible_program(obj: dict[str, Any], listings: list[Listing], what: str) -> None:
    stronger = _stronger(obj, what)
    limitless: dict[str, Any] = {"priorities": {}}
    before, after = ranking({**obj, **limitless}, listings), ranking({**stronger, **limitless}, listings)
    for match in before.matches:
        now = by_id(after)[match.program_id]
        if match.verdict in ("eligible", "likely"):
            assert now.verdict in ("eligible", "likely")
        if match.verdict == "eligible":
            assert now.verdict == "eligible"
        if match.verdict == "conditional":
            assert now.verdict != "not_yet"


def _stronger(obj: dict[str, Any], what: str) -> dict[str, Any]:
    if what == "subject":
        best = {s.value: "used_at_work" for s in Subject if s.value in obj.get("subjects", {})}
        return {**obj, "subjects": best}
    best_of = {"gpa": 4, "work_years": 50, "english": "native", "education": "doctorate"}
    return {**obj, "background": {**obj.get("background", {}), what: best_of[what]}}


@law
@given(profile_objects(), catalogues())
def test_a_hard_limit_is_never_crossed(obj: dict[str, Any], listings: list[Listing]) -> None:
    obj = {**obj, "priorities": dict.fromkeys((c.value for c in Criterion), "must")}
    profile = Profile.from_json(obj)
    result = ranking(obj, listings)
    held = {listing.program_id: listing for listing in listings}
    practical, wanted = profile.practical, profile.goal.credentials
    for match in result.matches:
        listing = held[match.program_id]
        assert not wanted or listing.credential in wanted
        if practical.budget_cents is not None:
            assert (listing.tuition_total_cents or 0) <= practical.budget_cents
        if practical.months_max is not None:
            assert (listing.months or 0) <= practical.months_max
        if practical.hours_per_week is not None:
            assert (listing.hours_per_week or 0) <= practical.hours_per_week
        if practical.pace is not None:
            assert not listing.pace or practical.pace in listing.pace
        if practical.modalities:
            assert not listing.modality or set(listing.modality) & set(practical.modalities)
        assert match.verdict != "not_yet"


@law
@given(profile_objects(), catalogues())
def test_every_reason_ties_an_answer_to_a_fact(obj: dict[str, Any], listings: list[Listing]) -> None:
    profile = Profile.from_json(obj)
    stated, held = profile.stated(), {listing.program_id: listing for listing in listings}
    for match in ranking(obj, listings).matches:
        listing = held[match.program_id]
        assert (len(match.reasons) >= 3) == bool(stated)
        for reason in (reason.to_json() for reason in match.reasons):
            assert stated[reason["student"]["path"]] == reason["student"]["value"]
            assert getattr(listing, attribute_of(reason["fact"]["column"])) not in (None, ())
            origin = listing.source_of(reason["fact"]["column"])
            assert (reason["source"], reason["as_of"]) == (origin.source, origin.as_of)
            assert reason_sentence(reason).endswith(".")
            assert answer_phrase(reason["student"]["path"], reason["student"]["value"]) in reason_sentence(reason)


@law
@given(profile_objects(), catalogues())
def test_every_caveat_gap_and_pathway_can_be_said(obj: dict[str, Any], listings: list[Listing]) -> None:
    stated = Profile.from_json(obj).stated()
    result = json.loads(dumped(ranking(obj, listings, counterfactuals=True)))
    for match in result["matches"]:
        for caveat in match["caveats"]:
            assert caveat_sentence(caveat).endswith(".")
            assert caveat["student"] is None or stated[caveat["student"]["path"]] == caveat["student"]["value"]
        assert all(gap_sentence(gap).endswith(".") for gap in match["gaps"])
        assert bool(match["gaps"]) == (match["verdict"] in ("conditional", "not_yet"))
        assert all(counterfactual_sentence(item).endswith(".") for item in match["counterfactuals"])
    assert all(pathway_sentence(pathway).endswith(".") for pathway in result["pathways"])


@law
@given(profile_objects(), catalogues())
def test_what_counts_against_a_program_is_said(obj: dict[str, Any], listings: list[Listing]) -> None:
    shares = None
    for match in ranking(obj, listings).matches:
        shares = shares or _shares(obj)
        for criterion, points in match.contributions.items():
            if points / shares[criterion] < 0.4 - 1e-9:
                assert criterion in {caveat.criterion for caveat in match.caveats}


def _shares(obj: dict[str, Any]) -> dict[Criterion, float]:
    return dict(Student(Profile.from_json(obj), DEFAULT_WEIGHTS).shares)


@law
@given(profile_objects(), catalogues())
def test_conditional_names_a_published_bridge_for_every_gap(obj: dict[str, Any], listings: list[Listing]) -> None:
    ids = {listing.program_id for listing in listings}
    for match in ranking(obj, listings).matches:
        if match.verdict == "conditional":
            assert all(gap.bridges and set(gap.bridges) <= ids - {match.program_id} for gap in match.gaps)
        for gap in match.gaps:
            if gap.rule.startswith("subject."):
                assert RANKED_LEVELS.index(SubjectLevel(gap.has)) < RANKED_LEVELS.index(SubjectLevel(gap.needs))

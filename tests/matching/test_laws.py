"""Laws of scores, verdicts and explanations, on random profiles and catalogues."""

import json
from typing import Any

from tests.matching.law import Case, altered, by_id, law, law_from
from webapp.domain.advice import counterfactual_sentence, pathway_sentence
from webapp.domain.credential import Education, EnglishLevel
from webapp.domain.listing import ANY_FIELD, Listing, attribute_of
from webapp.domain.profile import Criterion, Modality, Pace, Profile
from webapp.domain.requirement import gap_sentence
from webapp.domain.subject import RANKED_LEVELS, Subject, SubjectLevel
from webapp.domain.wording import answer_phrase, caveat_sentence, reason_sentence
from webapp.matching import DEFAULT_WEIGHTS, Catalog
from webapp.matching.student import Student


@law
def test_what_is_told_is_what_was_judged(case: Case) -> None:
    told = [
        (m.program_id, m.rank, m.score, m.low, m.high, m.coverage, m.verdict, m.contributions)
        for m in case.ranking.matches
    ]
    assert told == case.judged()


@law
def test_contributions_add_up_and_every_number_is_a_share(case: Case) -> None:
    result = case.ranking.to_json()
    assert result["considered"] == len(case.listings)
    assert result["considered"] - sum(result["excluded"].values()) == len(result["matches"])
    for match in result["matches"]:
        low, high = match["interval"]
        assert abs(sum(match["contributions"].values()) - match["score"]) < 1e-9
        assert -1e-9 <= low <= match["score"] + 1e-9
        assert match["score"] <= high + 1e-9 <= 1 + 2e-9
        assert 0 <= match["coverage"] <= 1 + 1e-9


@law_from(1)
def test_raising_the_worth_of_a_program_never_lowers_it(case: Case) -> None:
    """Of a program that opens no other: a bridge that more may enter lifts those it leads to, perhaps above itself."""
    one = case.chance.choice(case.listings)
    listing = altered(one, {"bridge_for": ()})
    raised = altered(listing, case.chance.choice(_better(listing, case.obj)))
    others = [each for each in case.listings if each is not one]
    before, after = (
        by_id(case.judged(catalog=Catalog.from_listings([*others, each], "one"))).get(one.program_id)
        for each in (listing, raised)
    )
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
        *([{"start_terms": ("monthly",)}] if _may_wait(obj) else []),
        {"outcome_rate": 1.0} if listing.outcome_rate is not None else {"tuition_total_cents": 0},
        {f"req_{subject.value}": SubjectLevel.NONE for subject in Subject},
        {"accepted_fields": (ANY_FIELD,)},
    ]


def _may_wait(obj: dict[str, Any]) -> bool:
    """Nobody is admitted within days, so no published start is good for whoever wants to start at once."""
    wait: int | None = obj.get("practical", {}).get("start_within_months")
    return wait != 0


@law_from(1)
def test_an_unknown_fact_never_beats_a_good_one(case: Case) -> None:
    good: list[dict[str, Any]] = [
        {"tuition_total_cents": 0, "tuition_out_of_state_cents": 0},
        {"months": 0.5},
        {"pace": tuple(Pace)},
        {"hours_per_week": 1.0},
        *([{"start_terms": ("rolling",)}] if _may_wait(case.obj) else []),
        {"outcome_median_salary_cents": 900_000_000, "outcome_sample": 1000},
        {"outcome_rate": 1.0, "outcome_sample": 1000},
        {"modality": tuple(Modality), "states_authorized": ("ALL",)},
        {"min_gpa": 0.0, "min_work_years": 0.0, "min_english": EnglishLevel.A1},
        {"min_education": Education.LESS_THAN_HIGH_SCHOOL},
        {"accepted_fields": (ANY_FIELD,)},
        {f"req_{subject.value}": SubjectLevel.NONE for subject in Subject},
    ]
    change, one = case.chance.choice(good), case.chance.choice(case.listings)
    unknown = {key: () if isinstance(value, tuple) else None for key, value in change.items()}
    rest = [each for each in case.listings if each is not one]
    known, blank = (
        by_id(case.judged(catalog=Catalog.from_listings([*rest, altered(one, facts)], "one"))).get(one.program_id)
        for facts in (change, unknown)
    )
    assert known is not None or blank is None
    if known is not None and blank is not None:
        assert known.score >= blank.score - 1e-9
        assert known.coverage >= blank.coverage - 1e-9


_VERDICT_ORDER = ("not_yet", "conditional", "unknown", "likely", "eligible")


@law_from(1)
def test_a_stronger_profile_loses_no_eligible_program(case: Case) -> None:
    weaker = {**case.obj, "priorities": {}}
    stronger = _stronger(weaker, case.chance.choice(["gpa", "work_years", "english", "education", "subject"]))
    after = by_id(case.judged(stronger))
    for match in case.judged(weaker):
        now = after[match.program_id]
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
def test_a_hard_limit_is_never_crossed(case: Case) -> None:
    obj = {**case.obj, "priorities": dict.fromkeys((c.value for c in Criterion), "must")}
    profile = Profile.from_json(obj)
    result = case.asked(obj)
    held = {listing.program_id: listing for listing in case.listings}
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
def test_every_reason_ties_an_answer_to_a_fact(case: Case) -> None:
    profile = Profile.from_json(case.obj)
    stated, held = profile.stated(), {listing.program_id: listing for listing in case.listings}
    for match in case.ranking.matches:
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
def test_every_caveat_gap_and_pathway_can_be_said(case: Case) -> None:
    stated = Profile.from_json(case.obj).stated()
    result = json.loads(case.written)
    for match in result["matches"]:
        for caveat in match["caveats"]:
            assert caveat_sentence(caveat).endswith(".")
            assert caveat["student"] is None or stated[caveat["student"]["path"]] == caveat["student"]["value"]
        assert all(gap_sentence(gap).endswith(".") for gap in match["gaps"])
        assert bool(match["gaps"]) == (match["verdict"] in ("conditional", "not_yet"))
        assert all(counterfactual_sentence(item).endswith(".") for item in match["counterfactuals"])
    assert all(pathway_sentence(pathway).endswith(".") for pathway in result["pathways"])


@law
def test_what_counts_against_a_program_is_said(case: Case) -> None:
    shares = Student(Profile.from_json(case.obj), DEFAULT_WEIGHTS).shares
    for match in case.ranking.matches:
        for criterion, points in match.contributions.items():
            if points / shares[criterion] < 0.4 - 1e-9:
                assert criterion in {caveat.criterion for caveat in match.caveats}


@law
def test_conditional_names_a_published_bridge_for_every_gap(case: Case) -> None:
    ids = {listing.program_id for listing in case.listings}
    for match in case.ranking.matches:
        if match.verdict == "conditional":
            assert all(gap.bridges and set(gap.bridges) <= ids - {match.program_id} for gap in match.gaps)
        for gap in match.gaps:
            if gap.rule.startswith("subject."):
                assert RANKED_LEVELS.index(SubjectLevel(gap.has)) < RANKED_LEVELS.index(SubjectLevel(gap.needs))

"""A listing's stages, what may not be claimed, and how complete one is."""

from datetime import date

import pytest

from webapp.domain.claim import claim_problems
from webapp.domain.completeness import WEIGHTS, completeness_of
from webapp.domain.credential import Credential
from webapp.domain.listing import COLUMNS, FactSource, Listing
from webapp.domain.listing_stage import LISTING_LIFECYCLE, RANKED, ListingStage, stage_of

S, TODAY = ListingStage, date(2026, 11, 28)


def listing(**facts: object) -> Listing:
    whole = {"program_id": "x", "institution": "X", "name": "Data", "credential": Credential.MASTER, "cip": "11.0101"}
    return Listing(**{**whole, **facts})  # type: ignore[arg-type]  # the values are what the fields hold


def test_time_makes_stale_and_only_published_and_stale_are_ranked() -> None:
    def stage(published: bool, verified: date | None) -> ListingStage:
        return stage_of(is_published=published, verified_on=verified, today=TODAY, stale_days=365)

    assert stage(True, date(2025, 11, 28)) is S.PUBLISHED
    assert stage(True, date(2025, 11, 27)) is stage(True, None) is S.STALE
    assert stage(False, TODAY) is S.ARCHIVED
    assert {S.PUBLISHED, S.STALE} == RANKED
    roads = {(a, b) for a in S for b in S if LISTING_LIFECYCLE.allows(a, b)}
    assert (S.DRAFT, S.PUBLISHED) not in roads
    assert roads >= {(S.DRAFT, S.REVIEW), (S.REVIEW, S.PUBLISHED), (S.STALE, S.PUBLISHED), (S.STALE, S.ARCHIVED)}


@pytest.mark.parametrize(
    "text",
    [
        "Guaranteed job", "A job guarantee!", "we GUARANTEE employment", "job-guaranteed", "guaranteed admission",
        "100% placement", "100 percent hired", "money-back guarantee", "We promise you a dream job",
    ],
)  # fmt: skip
def test_promises_are_refused_wherever_they_stand(text: str) -> None:
    for place in ({"name": text}, {"summary": f"Good. {text}."}, {"topics": ("x", text)}):
        assert [problem.where for problem in claim_problems(listing(**place))][:1] == [next(iter(place))]


def test_claims_need_a_source_and_a_date() -> None:
    def told(**facts: object) -> list[tuple[str, str]]:
        return [(each.where, each.what.split()[-1]) for each in claim_problems(listing(**facts))]

    assert told(outcome_rate=0.9) == [("outcome_rate", "source."), ("outcome_rate", "date.")]
    assert told(outcome_rate=0.9, source="School", verified_on=TODAY) == told(outcome_rate=0.9)
    assert told(outcome_rate=0.9, outcome_source="Audit", outcome_as_of="2025") == []
    assert told(outcome_rate=0.9, fact_sources={"outcome_rate": FactSource("Audit", "2025")}) == []
    assert told(accreditor="ABET") == [("accreditor", "source."), ("accreditor", "date.")]
    assert told(accreditor="ABET", source="School", verified_on=TODAY) == []
    assert told(summary="Graduates earn $120,000 on average.") == [("summary", "source.")]
    assert told(summary="Nationally accredited.") == [("summary", "whom?")]
    plain = "We guarantee small classes, and teach how jobs are scheduled. Tuition is $900."
    assert told(summary=plain) == []


def test_completeness_counts_what_students_look_for() -> None:
    assert set(WEIGHTS) <= set(COLUMNS)
    bare = completeness_of(listing())
    assert bare.percent == 0
    assert bare.missing[:3] == ("tuition_total_usd", "months", "modality")
    assert "city" not in completeness_of(listing(modality=("online",))).missing
    assert completeness_of(listing(months=12.0)).percent > 0

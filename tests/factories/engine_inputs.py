"""Random but valid profiles and listings, for the laws of the engine."""

import string
from datetime import date
from typing import Any

from hypothesis import strategies as st

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.field import FIELDS
from webapp.domain.geography import STATES
from webapp.domain.listing import Bridge, Control, Listing, TuitionBasis
from webapp.domain.occupation import occupations
from webapp.domain.profile import Criterion, Modality, Pace, Priority, Profile
from webapp.domain.subject import RANKED_LEVELS, Subject, SubjectLevel

WORDS = ("vision", "health", "language", "finance", "robot", "data", "cloud", "statistics", "ml", "genome")
ZIPS = ("94110", "10001", "60614", "73301", "99501")
CIPS = ("11.0102", "11.0701", "30.7001", "27.0501", "11.1003", "52.1301", "54.0101", "11.0101")
HOME_STATES = ("CA", "NY", "TX", "IL")

_phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
_plain = st.text(alphabet=string.ascii_letters + string.digits + " ,.'&()-éñ", min_size=1, max_size=40).map(
    lambda text: text.strip() or "x"
)


def _optional(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


def _some(values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from([str(value) for value in values]), min_size=1, max_size=3, unique=True)


def profile_objects() -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects of the profile interface, from nothing said to everything said."""
    return _optional(
        goal=_optional(
            occupation=st.sampled_from([*occupations(), "99-9999"]),
            words=_phrases,
            credentials=_some(Credential),
            interests=st.lists(_phrases, min_size=1, max_size=3, unique=True),
        ),
        background=_optional(
            education=st.sampled_from([e.value for e in Education]),
            field=st.sampled_from(list(FIELDS)),
            gpa=st.sampled_from([0, 2.5, 3.0, 3.4, 4]),
            work_years=st.sampled_from([0, 1, 3, 10]),
            english=st.sampled_from([e.value for e in EnglishLevel]),
        ),
        subjects=_optional(**{s.value: st.sampled_from([level.value for level in SubjectLevel]) for s in Subject}),
        practical=_optional(
            modalities=_some(Modality),
            country=st.sampled_from(["US", "US", "US", "CA"]),
            state=st.sampled_from(HOME_STATES),
            postal_code=st.sampled_from(ZIPS),
            radius_km=st.sampled_from([10, 80, 500]),
            pace=st.sampled_from([p.value for p in Pace]),
            hours_per_week=st.sampled_from([8, 15, 40]),
            start_within_months=st.sampled_from([0, 3, 6, 12]),
            budget_usd=st.sampled_from([0, 5000, 20000, 30000, 30000.5, 90000]),
            months_max=st.sampled_from([3, 12, 24, 60]),
        ),
        priorities=_optional(**{c.value: st.sampled_from([p.value for p in Priority]) for c in Criterion}),
    )


def profiles() -> st.SearchStrategy[Profile]:
    """Valid profiles."""
    return profile_objects().map(Profile.from_json)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


_levels = _maybe(st.sampled_from(RANKED_LEVELS))
_bridges = st.builds(Bridge, subject=st.sampled_from(Subject), level=st.sampled_from(RANKED_LEVELS)) | st.builds(
    Bridge, program_id=st.integers(0, 12).map(lambda n: f"p{n:02d}")
)
_positions = st.sampled_from([(37.77, -122.42), (40.71, -74.0), (30.27, -97.74), (None, None)])
_starts = st.sampled_from(["fall", "winter", "spring", "summer", "rolling", "monthly", "2026-09", "2019-01"])


def _unique(strategy: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most, unique=True).map(tuple)


@st.composite
def listings(draw: st.DrawFn, program_id: str = "p00") -> Listing:
    """A valid listing with any of its facts unknown."""
    latitude, longitude = draw(_positions)
    return Listing(
        program_id=program_id,
        institution=draw(st.sampled_from(["Alder", "Birch", "Cedar", "Dogwood"])),
        name=draw(_phrases | _plain),
        credential=draw(st.sampled_from(Credential)),
        cip=draw(st.sampled_from(CIPS)),
        institution_control=draw(_maybe(st.sampled_from(Control))),
        title_iv=draw(_maybe(st.booleans())),
        url=draw(_maybe(st.just("https://school.example/program"))),
        modality=draw(_unique(st.sampled_from(Modality), 3)),
        pace=draw(_unique(st.sampled_from(Pace), 2)),
        city=draw(_maybe(_plain)),
        state=draw(_maybe(st.sampled_from(HOME_STATES))),
        postal_code=draw(_maybe(st.sampled_from(ZIPS))),
        country=draw(_maybe(st.just("US"))),
        latitude=latitude,
        longitude=longitude,
        states_authorized=draw(st.just(("ALL",)) | _unique(st.sampled_from(list(STATES)), 3)),
        months=draw(_maybe(st.sampled_from([0.5, 3.0, 12.0, 24.0, 60.0]))),
        hours_per_week=draw(_maybe(st.sampled_from([5.0, 15.0, 40.0]))),
        tuition_total_cents=draw(_maybe(st.sampled_from([0, 99, 500_000, 2_000_000, 3_000_050, 20_000_000]))),
        tuition_basis=draw(_maybe(st.sampled_from(TuitionBasis))),
        start_terms=draw(_unique(_starts, 3)),
        min_education=draw(_maybe(st.sampled_from(Education))),
        accepted_fields=draw(_unique(st.sampled_from([*FIELDS, "any", "any_with_prerequisites"]), 3)),
        min_gpa=draw(_maybe(st.sampled_from([0.0, 2.5, 3.0, 3.5]))),
        **{f"req_{subject.value}": draw(_levels) for subject in Subject},
        min_work_years=draw(_maybe(st.sampled_from([0.0, 2.0, 5.0]))),
        min_english=draw(_maybe(st.sampled_from(EnglishLevel))),
        bridge_for=draw(_unique(_bridges, 2)),
        topics=draw(_unique(_phrases, 3)),
        summary=draw(_maybe(_phrases)),
        accreditor=draw(_maybe(_plain)),
        outcome_median_salary_cents=draw(_maybe(st.sampled_from([0, 5_000_000, 12_000_000]))),
        outcome_rate=draw(_maybe(st.sampled_from([0.0, 0.4, 0.9, 1.0]))),
        outcome_sample=draw(_maybe(st.sampled_from([0, 5, 40, 1000]))),
        outcome_source=draw(_maybe(_plain)),
        outcome_as_of=draw(_maybe(st.sampled_from(["2024", "2024-06", "2024-06-30"]))),
        source=draw(_maybe(_plain)),
        verified_on=draw(_maybe(st.dates(date(2024, 1, 1), date(2026, 11, 1)))),
    )


@st.composite
def catalogues(draw: st.DrawFn, least: int = 0, most: int = 12) -> list[Listing]:
    """A few listings with ids p00, p01, ..."""
    count = draw(st.integers(least, most))
    return [draw(listings(program_id=f"p{index:02d}")) for index in range(count)]

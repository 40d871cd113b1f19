"""Random but valid profiles and listings, for the laws of the engine."""

import random
from collections.abc import Sequence
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

_seeds = st.integers(0, 2**40)


def profile_objects() -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects of the profile interface, from nothing said to everything said."""
    return _seeds.map(profile_object_of)


def profiles() -> st.SearchStrategy[Profile]:
    """Valid profiles."""
    return profile_objects().map(Profile.from_json)


_POSITIONS = ((37.77, -122.42), (40.71, -74.0), (30.27, -97.74), (None, None))
_STARTS = ("fall", "winter", "spring", "summer", "rolling", "monthly", "2026-09", "2019-01")
_TEXTS = ("Alder & Co.", "report (2025)", "école, ñ", "x")
_BRIDGES = (
    *(Bridge(subject, level) for subject in Subject for level in RANKED_LEVELS),
    *(Bridge(program_id=f"p{number:02d}") for number in range(12)),
)


class _Dice:
    """Draws facts from a seed: one seed, one listing. Far faster than a strategy of forty parts."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def one(self, *values: Any) -> Any:
        return self.chance.choice(values)

    def maybe(self, *values: Any) -> Any:
        return None if self.chance.random() < 0.4 else self.chance.choice(values)

    def some(self, values: Sequence[Any], most: int) -> tuple[Any, ...]:
        return tuple(self.chance.sample(values, self.chance.randint(0, min(most, len(values)))))

    def phrase(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 4)))


def listing_of(seed: int, program_id: str) -> Listing:
    """A valid listing, the same for the same seed."""
    dice = _Dice(seed)
    latitude, longitude = dice.one(*_POSITIONS)
    total = dice.maybe(0, 99, 500_000, 2_000_000, 3_000_050, 20_000_000)
    return Listing(
        program_id=program_id,
        institution=dice.one("Alder", "Birch", "Cedar", "Dogwood"),
        name=dice.phrase(),
        credential=dice.one(*Credential),
        cip=dice.one(*CIPS),
        institution_control=dice.maybe(*Control),
        title_iv=dice.maybe(True, False),
        url=dice.maybe("https://school.example/program"),
        modality=dice.some(tuple(Modality), 3),
        pace=dice.some(tuple(Pace), 2),
        city=dice.maybe(*_TEXTS),
        state=dice.maybe(*HOME_STATES),
        postal_code=dice.maybe(*ZIPS),
        country=dice.maybe("US"),
        latitude=latitude,
        longitude=longitude,
        states_authorized=dice.one(("ALL",), dice.some(tuple(STATES), 3), dice.some(HOME_STATES, 3)),
        months=dice.maybe(0.5, 3.0, 12.0, 24.0, 60.0),
        hours_per_week=dice.maybe(5.0, 15.0, 40.0),
        tuition_total_cents=total,
        tuition_out_of_state_cents=None if total is None else dice.maybe(None, None, 20_000_000, 30_000_000),
        tuition_basis=dice.maybe(*TuitionBasis),
        start_terms=dice.some(_STARTS, 3),
        min_education=dice.maybe(*Education),
        accepted_fields=dice.one(dice.some((*FIELDS, "any", "any_with_prerequisites"), 3), ("any",)),
        min_gpa=dice.maybe(0.0, 2.5, 3.0, 3.5),
        **{f"req_{subject.value}": dice.maybe(*RANKED_LEVELS) for subject in Subject},
        min_work_years=dice.maybe(0.0, 2.0, 5.0),
        min_english=dice.maybe(*EnglishLevel),
        bridge_for=dice.some(_BRIDGES, 2),
        topics=tuple(dict.fromkeys(dice.phrase() for _ in range(dice.one(0, 1, 3)))),
        summary=dice.maybe(dice.phrase()),
        accreditor=dice.maybe(*_TEXTS),
        outcome_median_salary_cents=dice.maybe(0, 5_000_000, 12_000_000),
        outcome_rate=dice.maybe(0.0, 0.4, 0.9, 1.0),
        outcome_sample=dice.maybe(0, 5, 40, 1000),
        outcome_source=dice.maybe(*_TEXTS),
        outcome_as_of=dice.maybe("2024", "2024-06", "2024-06-30"),
        source=dice.maybe(*_TEXTS),
        verified_on=dice.maybe(date(2024, 1, 1), date(2026, 5, 1), date(2026, 11, 1)),
    )


def listings(program_id: str = "p00") -> st.SearchStrategy[Listing]:
    """Valid listings with any of their facts unknown."""
    return _seeds.map(lambda seed: listing_of(seed, program_id))


def catalogues(least: int = 0, most: int = 12) -> st.SearchStrategy[list[Listing]]:
    """A few listings with ids p00, p01, ..."""
    seeds = st.lists(_seeds, min_size=least, max_size=most)
    return seeds.map(lambda drawn: [listing_of(seed, f"p{index:02d}") for index, seed in enumerate(drawn)])


def sized_catalogues(least: int = 0, most: int = 12) -> st.SearchStrategy[list[Listing]]:
    """The same from a size and one seed, for laws of one catalogue: quicker, but no two have a listing in common."""
    return st.tuples(st.integers(least, most), _seeds).map(
        lambda drawn: catalogue_of(drawn[0], random.Random(drawn[1]))
    )


def catalogue_of(size: int, chance: random.Random) -> list[Listing]:
    """So many listings with ids p00, p01, ..."""
    return [listing_of(chance.getrandbits(40), f"p{index:02d}") for index in range(size)]


def profile_object_of(seed: int) -> dict[str, Any]:
    """A JSON object of the profile interface, the same for the same seed."""
    dice = _Dice(seed)

    def part(**answers: Any) -> dict[str, Any]:
        """Some of the answers: mostly several, sometimes none, sometimes all."""
        share = dice.one(0.0, 0.3, 0.6, 1.0)
        return {name: answer for name, answer in answers.items() if dice.chance.random() < share}

    def some(values: Any) -> list[str]:
        return [str(value) for value in dice.chance.sample(list(values), dice.chance.randint(1, min(3, len(values))))]

    obj = {
        "goal": part(
            occupation=dice.one(*occupations(), "99-9999"),
            words=dice.phrase(),
            credentials=some(Credential),
            interests=list(dict.fromkeys(dice.phrase() for _ in range(dice.one(1, 2, 3)))),
        ),
        "background": part(
            education=dice.one(*Education).value,
            field=dice.one(*FIELDS),
            gpa=dice.one(0, 2.5, 3.0, 3.4, 4),
            work_years=dice.one(0, 1, 3, 10),
            english=dice.one(*EnglishLevel).value,
        ),
        "subjects": part(**{subject.value: dice.one(*SubjectLevel).value for subject in Subject}),
        "practical": part(
            modalities=some(Modality),
            country=dice.one("US", "US", "US", "CA"),
            state=dice.one(*HOME_STATES),
            postal_code=dice.one(*ZIPS),
            radius_km=dice.one(10, 80, 500),
            pace=dice.one(*Pace).value,
            hours_per_week=dice.one(8, 15, 40),
            start_within_months=dice.one(0, 3, 6, 12),
            budget_usd=dice.one(0, 5000, 20000, 30000, 30000.5, 90000),
            months_max=dice.one(3, 12, 24, 60),
        ),
        "priorities": part(**{criterion.value: dice.one(*Priority).value for criterion in Criterion}),
    }
    return {section: answers for section, answers in obj.items() if answers or dice.chance.random() < 0.5}

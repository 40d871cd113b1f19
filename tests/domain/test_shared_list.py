"""What is shared of a list can hold nothing that the student answered."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.demo_catalogue import demo_catalog
from tests.factories.engine_inputs import profile_objects
from tests.matching.law import TODAY
from webapp.domain.profile import Profile
from webapp.domain.shared_list import SharedContent, SharedKind, SharedProgram, shared_reasons
from webapp.domain.wording import reason_sentence
from webapp.matching import DEFAULT_WEIGHTS, rank
from webapp.matching.statement import fact_value


@given(obj=profile_objects())
@settings(max_examples=60, deadline=None)
def test_what_is_shared_of_reasons_stands_in_the_listing_alone(obj: dict[str, Any]) -> None:
    catalog = demo_catalog()
    matches = rank(Profile.from_json(obj), catalog, DEFAULT_WEIGHTS, 10, today=TODAY, counterfactuals=False).matches
    for match in matches:
        listing = catalog.listings[catalog.row_of[match.program_id]]
        for reason in shared_reasons([reason.to_json() for reason in match.reasons]):
            fact = reason["fact"]
            assert reason["student"] is None
            assert fact["value"] == fact_value(listing, fact["column"])
            assert fact.get("basis") in (None, listing.tuition_basis)
            assert fact.get("sample") in (None, listing.outcome_sample)
            assert set(fact) <= {"column", "value", "basis", "sample"}
            assert not reason["code"].endswith("within_budget")
            assert "ou said" not in reason_sentence(reason)


@given(
    programs=st.lists(
        st.builds(
            SharedProgram,
            program_id=st.text(min_size=1, max_size=8),
            verdict=st.none() | st.just("eligible"),
            band=st.none() | st.just("good"),
        ),
        max_size=4,
    ),
    kind=st.sampled_from(SharedKind),
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_content_is_read_as_it_was_written(
    programs: list[SharedProgram], kind: SharedKind, flags: tuple[bool, bool]
) -> None:
    content = SharedContent(kind=kind, programs=tuple(programs), with_verdicts=flags[0], with_reasons=flags[1])
    assert SharedContent.from_json(content.to_json()) == content

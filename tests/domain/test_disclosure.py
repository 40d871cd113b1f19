"""A filter sees nothing that the school is not sent."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.disclosure import LEAD_FIELDS, lead_record
from webapp.domain.partner import ContactChannel
from webapp.domain.profile import Profile
from webapp.domain.rule_field import PROFILE_FIELDS
from webapp.domain.submission import Contact
from webapp.services.posting import Marks, Posting, document_of

PROFILES = st.fixed_dictionaries(
    {},
    optional={
        "goal": st.just({"occupation": "15-2051", "words": "hospitals", "credentials": ["master"]}),
        "background": st.fixed_dictionaries(
            {}, optional={"education": st.just("bachelor"), "gpa": st.just(3.25), "field": st.just("45")}
        ),
        "subjects": st.fixed_dictionaries({}, optional={"statistics": st.sampled_from(["none", "unknown"])}),
        "practical": st.fixed_dictionaries(
            {"budget_usd": st.just(31417), "hours_per_week": st.just(13), "months_max": st.just(29)},
            optional={"state": st.just("TX"), "country": st.just("US"), "pace": st.just("part_time")},
        ),
        "priorities": st.just({"cost": "must"}),
    },
)
KEPT = {"practical.budget_usd", "practical.hours_per_week", "practical.months_max", "practical.pace"}


def document(profile: dict[str, Any], channels: tuple[ContactChannel, ...]) -> dict[str, Any]:
    return document_of(
        Posting(
            marks=Marks(),
            test=False,
            program_id="p",
            contact=Contact("ana@student.example"),
            profile=profile,
            band="good",
            reasons=(),
            channels=channels,
            preferences=ContactPreferences(),
            answers=(),
            legal_entity="L",
            text_version="1",
            text="t",
            attribution={},
        )
    )


@settings(max_examples=60)
@given(PROFILES, st.sets(st.sampled_from(ContactChannel), min_size=1))
def test_each_fact_a_filter_sees_stands_in_the_document(profile: dict[str, Any], ways: set[ContactChannel]) -> None:
    channels = tuple(sorted(ways))
    sent = document(profile, channels)
    background = sent["background"]
    told: dict[str, Any] = {f"practical.{name}": value for name, value in sent["student"].items()}
    told |= {
        f"{part}.{name}": value for part in ("goal", "subjects") for name, value in background.get(part, {}).items()
    }
    told |= {f"background.{name}": value for name, value in background.items()}
    told |= {"match.band": sent["match"]["band"], "contact.channels": sent["contact_preferences"]["channels"]}
    record = lead_record(profile, "good", channels)
    assert record == {name: told[name] for name in record}
    assert not KEPT & set(record)
    # And all that is sent and has a field is seen, so that no filter decides in the dark.
    stated = Profile.from_json(profile).stated()
    assert {name for name in stated if name in LEAD_FIELDS} <= set(record)


def test_what_stays_with_us_has_no_field() -> None:
    kept = set(PROFILE_FIELDS) - set(LEAD_FIELDS)
    assert kept > KEPT
    assert all(name.startswith("practical.") for name in kept)
    assert {"practical.state", "practical.postal_code", "practical.country"} <= set(LEAD_FIELDS)

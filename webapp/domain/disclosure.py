"""What of a profile goes to a school: what it needs to advise on admission. Budget, limits and priorities stay with us.

The document that is posted and the record that a school's filter sees are both made from here, so no filter can sift
students by something that they did not allow to be sent.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from webapp.domain.partner import ContactChannel
from webapp.domain.rule import Field, Fields, Kind, Record
from webapp.domain.rule_field import PROFILE_FIELDS

PLACE: Final = ("state", "postal_code", "country")
"""Of where the student lives, what the document says."""
_PARTS: Final = ("background", "subjects", "goal")
_BANDS: Final = ("possible", "good", "strong")


def told_background(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Schooling and work, subjects and goal, as the student gave them. Sorted, so that bytes stay equal."""
    more = {part: profile[part] for part in ("subjects", "goal") if part in profile}
    own = dict(sorted(profile.get("background", {}).items()))
    return {**own, **{part: dict(sorted(told.items())) for part, told in sorted(more.items())}}


def told_place(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Where the student lives, as far as it is sent; None where not given."""
    place = profile.get("practical", {})
    return {name: place.get(name) for name in PLACE}


def _is_told(name: str) -> bool:
    part, _, fact = name.partition(".")
    return part in _PARTS or (part == "practical" and fact in PLACE)


LEAD_FIELDS: Fields = MappingProxyType(
    {
        **{name: field for name, field in PROFILE_FIELDS.items() if _is_told(name)},
        "match.band": Field(name="match.band", kind=Kind.ORDERED, label="match", values=_BANDS),
        "contact.channels": Field(
            name="contact.channels", kind=Kind.SET, label="ways of contact", values=tuple(ContactChannel)
        ),
    }
)
"""What a school's filter may name: the facts of the document, by their paths in the profile."""


def lead_record(profile: Mapping[str, Any], band: str | None, channels: Iterable[str]) -> Record:
    """What a filter sees of one lead: nothing but what the document says too."""
    told: dict[str, object] = {f"practical.{name}": value for name, value in told_place(profile).items()}
    for part in _PARTS:
        told.update({f"{part}.{name}": value for name, value in profile.get(part, {}).items()})
    told["match.band"] = band
    told["contact.channels"] = list(channels) or None
    return {name: value for name, value in told.items() if name in LEAD_FIELDS and value is not None}

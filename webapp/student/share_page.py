"""A shared list as values, the same before it is shared and after."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.domain.label import BAND_LABELS
from webapp.domain.listing_words import Price, length, price, school, starts, teaching
from webapp.domain.shared_list import SharedContent, SharedKind, SharedProgram, shared_reasons
from webapp.domain.wording import reason_sentence
from webapp.queries.published_program import ListedProgram
from webapp.student.cards import Reason
from webapp.student.forms.goal import CREDENTIAL_WORDS

VERDICT_WORDS: Mapping[str, str] = {
    "eligible": "Meets the requirements",
    "likely": "Likely meets the requirements",
    "conditional": "Within reach after a bridge course",
    "not_yet": "Not open to them yet",
    "unknown": "Too little is known to say",
}
"""Verdicts about somebody else than the reader."""


@dataclass(frozen=True, slots=True)
class SharedCard:
    """One program as readers of the link see it. What it publishes is told as of today; `is_published` may be past."""

    number: int
    program_id: str
    name: str
    institution: str
    is_demo: bool
    is_published: bool
    credential: str
    modality: str | None
    duration: str | None
    start: str | None
    price: Price | None
    verdict: str | None
    verdict_label: str
    band: str | None
    band_label: str
    reasons: tuple[Reason, ...]


def content_of(
    kind: SharedKind,
    program_ids: Sequence[str],
    matches: Mapping[str, Mapping[str, Any]],
    *,
    with_verdicts: bool,
    with_reasons: bool,
) -> SharedContent:
    """What a link would hold. `matches` are judgements in their JSON form, for programs that have one."""
    programs = []
    for program_id in program_ids:
        match = matches.get(program_id)
        programs.append(
            SharedProgram(
                program_id=program_id,
                verdict=match["verdict"] if match and with_verdicts else None,
                band=match["band"] if match and with_verdicts else None,
                reasons=shared_reasons(match["reasons"]) if match and with_reasons else (),
            )
        )
    return SharedContent(kind=kind, programs=tuple(programs), with_verdicts=with_verdicts, with_reasons=with_reasons)


def digest_of(content: SharedContent) -> str:
    """Changes with anything that readers would see; a page that was shown with another one is out of date."""
    return hashlib.sha256(json.dumps(content.to_json(), sort_keys=True).encode()).hexdigest()[:32]


def shared_cards(content: SharedContent, programs: Mapping[str, ListedProgram]) -> tuple[SharedCard, ...]:
    """The list as its readers see it. Programs that the catalogue has forgotten are left out."""
    known = [each for each in content.programs if each.program_id in programs]
    return tuple(_card(number, each, programs[each.program_id]) for number, each in enumerate(known, start=1))


def _card(number: int, shared: SharedProgram, program: ListedProgram) -> SharedCard:
    listing = program.listing
    return SharedCard(
        number=number,
        program_id=listing.program_id,
        name=listing.name,
        institution=school(listing),
        is_demo=program.is_demo,
        is_published=program.is_published,
        credential=CREDENTIAL_WORDS[listing.credential][0],
        modality=teaching(listing),
        duration=length(listing),
        start=starts(listing),
        price=price(listing),
        verdict=shared.verdict,
        verdict_label=VERDICT_WORDS.get(shared.verdict or "", ""),
        band=shared.band,
        band_label=BAND_LABELS.get(shared.band or "", ""),
        reasons=tuple(_reasons(shared.reasons)),
    )


def _reasons(reasons: Iterable[Mapping[str, Any]]) -> Iterable[Reason]:
    for reason in reasons:
        text = reason_sentence(reason)
        yield Reason(text[:1].upper() + text[1:], reason["source"], reason["as_of"])

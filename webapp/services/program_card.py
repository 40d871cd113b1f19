"""The cards of matched-programs mails. What is said to many is put into words once in a process, and kept for a while.

Kept is only what follows from the text it is kept under: a statement of the engine, or one edition of a listing.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.label import verdict_label, verdict_sentence
from webapp.domain.listing import Listing
from webapp.domain.listing_words import length, price, starts, teaching
from webapp.domain.requirement import gap_sentence
from webapp.domain.wording import caveat_sentence, reason_sentence
from webapp.emails.matched_programs import ProgramCard
from webapp.queries.listing import listings_by_id
from webapp.queries.program_card import CardMatch, CardProgram, card_programs, list_card_matches

SENTENCES_KEPT: Final = 8192
FACTS_KEPT: Final = 8192

Facts = Mapping[str, str]
"""What a card says of a program to everybody."""


def cards_of(session: Session, submission_ids: Sequence[UUID]) -> dict[UUID, list[ProgramCard]]:
    """The programs of each submission, in rank order. A program that is no longer there has no card."""
    matches = list_card_matches(session, submission_ids)
    programs = {each.program_id: each for each in card_programs(session, {match.program_id for match in matches})}
    facts = _facts_of(session, programs.values())
    cards: dict[UUID, list[ProgramCard]] = {submission_id: [] for submission_id in submission_ids}
    for match in matches:
        program = programs.get(match.program_id)
        if program is not None and match.program_id in facts:
            cards[match.submission_id].append(_card(match, program, facts[match.program_id]))
    return cards


_kept_facts: dict[str, Facts] = {}
"""By edition. Threads share it: each of its uses is one step."""


def _facts_of(session: Session, programs: Iterable[CardProgram]) -> dict[str, Facts]:
    """What is told of each program, by its id; read are only those that this process has not told of before."""
    found = {each.program_id: _kept_facts.get(each.edition) for each in programs}
    missing = {each.program_id: each.edition for each in programs if found[each.program_id] is None}
    told = {program_id: facts for program_id, facts in found.items() if facts is not None}
    if missing:
        for program_id, listing in listings_by_id(session, missing).items():
            told[program_id] = _keep(missing[program_id], _facts(listing))
    return told


def _keep(edition: str, facts: Facts) -> Facts:
    if len(_kept_facts) >= FACTS_KEPT:
        _kept_facts.clear()
    _kept_facts[edition] = facts
    return facts


def _facts(listing: Listing) -> Facts:
    cost = price(listing)
    return {
        "name": listing.name,
        "institution": listing.institution,
        "price": cost.text if cost else "",
        "price_note": cost.note if cost else "",
        "modality": teaching(listing) or "",
        "duration": length(listing) or "",
        "start": starts(listing) or "",
        "url": listing.url or "",
    }


def _card(match: CardMatch, program: CardProgram, facts: Facts) -> ProgramCard:
    gaps = _sentences(_gap, match.gaps)
    return ProgramCard(
        rank=match.rank,
        verdict=match.verdict,
        verdict_label=verdict_label(match.verdict),
        verdict_sentence=verdict_sentence(match.verdict),
        reasons=_sentences(_reason, match.reasons),
        caveats=(*gaps, *_sentences(_caveat, match.caveats)),
        next_step=_next_step(match.verdict, gaps),
        is_partner=program.is_partner,
        is_demo=program.is_demo,
        **facts,
    )


def _sentences(sentence: Callable[[str], str], array: str) -> tuple[str, ...]:
    """A sentence for each statement of a JSON array, which is cut where PostgreSQL ends one and begins the next.

    The same may stand within a statement. Then a piece is no JSON, since it has a bracket or a quote too few, and the
    array is decoded as a whole.
    """
    if array == "[]":
        return ()
    try:
        return tuple(map(sentence, array[2:-2].split("}, {")))
    except json.JSONDecodeError:
        return tuple(sentence(json.dumps(each)[1:-1]) for each in json.loads(array))


@lru_cache(maxsize=SENTENCES_KEPT)
def _reason(statement: str) -> str:
    return reason_sentence(json.loads(f"{{{statement}}}"))


@lru_cache(maxsize=SENTENCES_KEPT)
def _caveat(statement: str) -> str:
    return caveat_sentence(json.loads(f"{{{statement}}}"))


@lru_cache(maxsize=SENTENCES_KEPT)
def _gap(statement: str) -> str:
    return gap_sentence(json.loads(f"{{{statement}}}"))


def _next_step(verdict: str, gaps: Sequence[str]) -> str:
    if gaps:
        return "Ask the school how others closed the gap above before they applied."
    if verdict == "eligible":
        return "Check the deadline on the school's own page, then apply."
    return "Ask the school about the points marked unknown before you apply."

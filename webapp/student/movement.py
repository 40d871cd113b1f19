"""What moved between two lists of one student: up, down, new, and gone with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.domain.label import rule_label
from webapp.matching.catalog import Catalog
from webapp.matching.standings import DEPTH, Fate

PUT_ASIDE = "hidden"


@dataclass(frozen=True, slots=True)
class Move:
    """Where a program came from: `code` is up, down, new or same."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A program that left the list by itself, and why. Those put aside by hand are told of elsewhere."""

    name: str
    school: str
    why: str


@dataclass(frozen=True, slots=True)
class Movement:
    """All that moved; `said` is the same as one line for those who hear the page."""

    moves: Mapping[str, Move]
    gone: tuple[Gone, ...]
    said: str


def movement_of(before: Sequence[str], now: Sequence[str], fates: Mapping[str, Fate], catalog: Catalog) -> Movement:
    """From the ids of the list before to those of the list now. `fates` tell of the ids that left."""
    places = {each: place for place, each in enumerate(before, start=1)}
    moves = {each: _move(places.get(each), place) for place, each in enumerate(now, start=1)}
    left = [each for each in before if each not in moves]
    gone = tuple(_gone(each, fates[each], catalog) for each in left if each in fates and fates[each].rule != PUT_ASIDE)
    return Movement(moves, gone, _said(moves, len(left), now, catalog))


def _move(before: int | None, now: int) -> Move:
    if before is None:
        return Move("new", "new")
    if before == now:
        return Move("same", "same place")
    return Move("up", f"up {before - now}") if now < before else Move("down", f"down {now - before}")


def _gone(program_id: str, fate: Fate, catalog: Catalog) -> Gone:
    listing = catalog.listings[catalog.row_of[program_id]]
    if fate.rule is not None:
        why = f"it {rule_label(fate.rule)}"
    elif fate.rank is not None:
        why = f"others fit better now; it is number {fate.rank}"
    else:
        why = f"others fit better now; it is below number {DEPTH}"
    return Gone(listing.name, listing.institution, why)


def _said(moves: Mapping[str, Move], left: int, now: Sequence[str], catalog: Catalog) -> str:
    counts = {code: sum(move.code == code for move in moves.values()) for code in ("new", "up", "down")}
    if not left and not any(counts.values()):
        return "The list is the same as before."
    told = [
        f"{count} {words}"
        for count, words in (
            (counts["new"], "new"),
            (counts["up"], "up"),
            (counts["down"], "down"),
            (left, "gone"),
        )
        if count
    ]
    first = f" First is {catalog.listings[catalog.row_of[now[0]]].name}." if now else " Nothing is left."
    return f"The list changed: {', '.join(told)}.{first}"

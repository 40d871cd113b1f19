"""Two sets of weights beside each other: what becomes of one list, and of many."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from webapp.domain.agreement import kendall_tau
from webapp.matching.catalog import Catalog
from webapp.matching.standings import Question, order_of
from webapp.matching.weights import Weights

TOP = 10
DEPTH = 50
"""How deep both orders are worked out, so that a program's new place is known where it leaves the first ten."""
MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Move:
    """A program's place under either weights, from 1; None below `DEPTH`."""

    program_id: str
    before: int | None
    after: int | None

    @property
    def up(self) -> int:
        """Places won, where both are known, else as though the missing one came after the last known."""
        return (self.before or DEPTH + 1) - (self.after or DEPTH + 1)


def moves(question: Question, catalog: Catalog, weights: Weights) -> tuple[Move, ...]:
    """All that stand among the first ten under the question's own weights or under others, in the new order."""
    before, after = _orders(question, catalog, weights)
    return _moves(before, after)


@dataclass(slots=True)
class Comparison:
    """What other weights would do to many lists. `lists` were compared; `gave_up` says that time ran out before all.

    `changed` counts lists with another program, or another order, among their first ten; `first_changed` another first
    one; `tau` is the sum over lists of Kendall's tau between the two.
    """

    lists: int = 0
    changed: int = 0
    first_changed: int = 0
    tau: float = 0.0
    entered: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    most_changed: list[tuple[float, str]] = field(default_factory=list)
    gave_up: bool = False

    def add(self, key: str, question: Question, catalog: Catalog, weights: Weights) -> None:
        """Compare one more list; `key` names it."""
        before, after = _orders(question, catalog, weights)
        found = kendall_tau(before, after, TOP)
        self.lists += 1
        self.tau += found
        self.first_changed += before[:1] != after[:1]
        if before[:TOP] == after[:TOP]:
            return
        self.changed += 1
        self.most_changed = sorted([*self.most_changed, (found, key)])[:MOST_TOLD]
        self.entered.update(set(after[:TOP]) - set(before[:TOP]))
        self.left.update(set(before[:TOP]) - set(after[:TOP]))
        for move in _moves(before, after):
            self.places[move.program_id] += move.up

    def to_json(self) -> dict[str, Any]:
        """The figures, with the programs that moved most over all lists (places won, less those lost)."""
        movers = sorted(self.places.items(), key=lambda item: (-abs(item[1]), item[0]))[:MOST_TOLD]
        return {
            "lists": self.lists,
            "gave_up": self.gave_up,
            "changed": self.changed,
            "first_changed": self.first_changed,
            "mean_tau": self.tau / self.lists if self.lists else None,
            "movers": [
                {"program_id": each, "places": places, "entered": self.entered[each], "left": self.left[each]}
                for each, places in movers
                if places
            ],
            "most_changed": [{"list": key, "tau": found} for found, key in self.most_changed],
        }


def compare(
    questions: Iterable[tuple[str, Question]], catalog: Catalog, weights: Weights, *, is_over: Callable[[], bool]
) -> Comparison:
    """Compare list by list until `is_over`; at least the first is compared."""
    found = Comparison()
    for key, question in questions:
        if found.lists and is_over():
            found.gave_up = True
            break
        found.add(key, question, catalog, weights)
    return found


def _orders(question: Question, catalog: Catalog, weights: Weights) -> tuple[tuple[str, ...], tuple[str, ...]]:
    other = replace(question, weights=weights)
    return order_of(question, catalog, DEPTH), order_of(other, catalog, DEPTH)


def _moves(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[Move, ...]:
    was, now = _places(before), _places(after)
    shown = dict.fromkeys([*after[:TOP], *before[:TOP]])
    return tuple(Move(each, was.get(each), now.get(each)) for each in shown)


def _places(order: Iterable[str]) -> Mapping[str, int]:
    return {each: place for place, each in enumerate(order, start=1)}

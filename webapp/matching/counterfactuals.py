"""Counterfactuals: single things the student could change, each verified by running the engine again.

Told is what opens a program, lifts it among the first TOP, or lifts it by LIFT places and more; and of each answer the
smallest value on its ladder that does as much. What cannot be shown within MOST_RUNS runs of the engine is not told.
A run takes over what the first one worked out and the change does not touch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from webapp.domain.profile import Criterion
from webapp.matching.changes import Change, Ladder, gap_ladders, wish_ladders
from webapp.matching.context import Context
from webapp.matching.gaps import Gap
from webapp.matching.reasons import criterion_of
from webapp.matching.rules import Verdict

MOST_RUNS = 6
"""How often the engine is run again for one list; this bounds the time."""
MOST_FOR_A_MATCH = 2
MOST_SHOWN = 6
TOP = 3
LIFT = 3
OPENS, TO_THE_TOP, LIFTS, NOTHING = 3, 2, 1, 0
"""What a change does for a match, the best first."""
OPENNESS = (Verdict.NOT_YET, Verdict.CONDITIONAL, Verdict.UNKNOWN, Verdict.LIKELY, Verdict.ELIGIBLE)
"""The verdicts from the least to the most open."""
_KEEPS_ENTRY = ("budget_usd", "months_max", "hours_per_week", "start_within_months", "radius_km", "pace")
"""Answers that no rule on entry reads."""

Run: TypeAlias = Callable[[Context], list[int]]
"""The engine again: the rows of the list, as long as the one shown, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A match of the list shown, as far as what-ifs need it."""

    row: int
    rank: int
    verdict: Verdict
    score: float
    contributions: Mapping[Criterion, float]
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What one change would do to one match. `rank` is None where the program would leave the list shown.

    `opens` says that the verdict gets better, `lifts` that the place does.
    """

    change: Change
    verdict: str
    rank: int | None
    opens: bool
    lifts: bool

    def to_json(self) -> dict[str, Any]:
        """The counterfactual as it stands in the ranking."""
        return {
            "change": {self.change.path: self.change.plain},
            "verdict": self.verdict,
            "rank": self.rank,
            "opens": self.opens,
            "lifts": self.lifts,
        }


def find_counterfactuals(context: Context, shown: Sequence[Seen], run: Run) -> dict[int, tuple[Counterfactual, ...]]:
    """For each row of the list what would help it most, MOST_FOR_A_MATCH at most, and MOST_SHOWN in the whole list."""
    trials = _Trials(context, run)
    found: list[tuple[int, Seen, Counterfactual]] = []
    for seen, ladder in _worth_trying(context, shown):
        best = trials.smallest(seen, ladder)
        if best is not None:
            found.append((trials.effect(seen, best.change), seen, best))
    found.sort(key=lambda item: (-item[0], item[1].rank))
    chosen: dict[int, tuple[Counterfactual, ...]] = {}
    told: set[Change] = set()
    for effect, seen, best in found:
        own = chosen.get(seen.row, ())
        # That one change lifts several programs is said once, at the one it does most for.
        if len(own) < MOST_FOR_A_MATCH and (effect == OPENS or best.change not in told):
            chosen[seen.row] = (*own, best)
            told.add(best.change)
        if sum(map(len, chosen.values())) == MOST_SHOWN:
            break
    return chosen


def _worth_trying(context: Context, shown: Sequence[Seen]) -> list[tuple[Seen, Ladder]]:
    """Gaps first, from the best match down; then wishes that could lift a match far enough, at the very best."""
    rows = [seen.row for seen in shown]
    ladders = [(seen, ladder) for seen in shown for ladder in gap_ladders(context, seen.gaps)]
    for seen in shown:
        for ladder in wish_ladders(context, seen.row, rows):
            # A wish that gives way makes no program worse: below the score now at the place aimed at, nothing is won.
            most = seen.score + context.student.shares.get(ladder.criterion, 0.0)
            most -= seen.contributions.get(ladder.criterion, 0.0)
            above = shown[max(TOP, seen.rank - LIFT) - 1] if seen.rank > TOP else None
            reachable = above is not None and (above.verdict is seen.verdict or seen.verdict is not Verdict.NOT_YET)
            refused = any(gap.rule == "state" for gap in seen.gaps)
            if refused or (reachable and above is not None and most >= above.score):
                ladders.append((seen, ladder))
    return ladders


@dataclass(slots=True)
class _Trials:
    """Runs of the engine on changed profiles, each made once."""

    context: Context
    run: Run
    made: dict[Change, tuple[list[int], Context]] = field(default_factory=dict)

    def smallest(self, seen: Seen, ladder: Ladder) -> Counterfactual | None:
        """The smallest change of a ladder that does as much as the largest; None where that is nothing or not shown."""
        *smaller, largest = ladder.changes
        if not self._affordable([largest]):
            return None
        most = self.effect(seen, largest)
        if most == NOTHING:
            return None
        for change in smaller:
            if not self._affordable([change]):
                return None
            if self.effect(seen, change) >= most:
                return self._told(seen, change)
        return self._told(seen, largest)

    def effect(self, seen: Seen, change: Change) -> int:
        """What a change does for a match, by the engine."""
        verdict, rank = self._result(seen, change)
        openness = OPENNESS.index(verdict) - OPENNESS.index(seen.verdict)
        if openness > 0:
            return OPENS
        if openness < 0 or rank is None:
            return NOTHING
        if rank <= TOP < seen.rank:
            return TO_THE_TOP
        return LIFTS if rank <= seen.rank - LIFT else NOTHING

    def _told(self, seen: Seen, change: Change) -> Counterfactual:
        verdict, rank = self._result(seen, change)
        opens = OPENNESS.index(verdict) > OPENNESS.index(seen.verdict)
        return Counterfactual(change, verdict.label, rank, opens, rank is not None and rank < seen.rank)

    def _affordable(self, changes: Sequence[Change]) -> bool:
        return len(self.made) + sum(change not in self.made for change in changes) <= MOST_RUNS

    def _result(self, seen: Seen, change: Change) -> tuple[Verdict, int | None]:
        if change not in self.made:
            changed = _again(self.context, change)
            self.made[change] = self.run(changed), changed
        rows, changed = self.made[change]
        verdict = Verdict(int(changed.eligibility.verdicts_of(np.array([seen.row]))[0]))
        return verdict, rows.index(seen.row) + 1 if seen.row in rows else None


def _again(context: Context, change: Change) -> Context:
    """The question with one answer changed; what the change does not touch is taken over and not worked out again."""
    student = replace(context.student, profile=change.apply(context.student.profile))
    changed = Context(student, context.catalog, context.today)
    section, key = change.path.split(".")
    untouched = ["months_to_start", "wishes", "prices"]
    if section != "practical" or key not in ("radius_km", "modalities"):
        untouched.append("places")
    if key in _KEEPS_ENTRY:
        untouched.append("eligibility")
    # A cached property keeps its value among the attributes of its object.
    vars(changed).update((name, value) for name, value in vars(context).items() if name in untouched)
    touched: set[str] = {criterion_of(change.path), section}
    if section == "subjects":  # a subject that is missing keeps the goal away, one that is known leads nowhere new
        touched.add(Criterion.GOAL)
    changed.kept.update((name, value) for name, value in context.kept.items() if name not in touched)
    changed.judged.update((name, value) for name, value in context.judged.items() if name not in touched)
    return changed

"""A memory of what was worked out for answers that many students give, so that it is worked out for the first alone.

It belongs to a catalogue and goes with it. Nothing is kept of who gave an answer.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

MOST = 1024

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Results by what was asked and answered; of so many that is kept, all are let go when another one comes.

    Threads may share it: at worst two work the same thing out.
    """

    most: int = MOST
    results: dict[Hashable, Any] = field(default_factory=dict)

    def of(self, asked: Hashable, work_out: Callable[[], _Result]) -> _Result:
        """The result for something asked, worked out where it is not kept."""
        found: _Result | None = self.results.get(asked)
        if found is None:
            if len(self.results) >= self.most:
                self.results.clear()
            found = self.results[asked] = work_out()
        return found

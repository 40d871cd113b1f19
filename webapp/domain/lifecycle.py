"""A life cycle: which status may follow which."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from webapp.domain.errors import InvalidTransition

Status = TypeVar("Status", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[Status]):
    """The roads between the statuses of one kind of row. A status without a road out is terminal."""

    noun: str
    roads: Mapping[Status, Set[Status]]

    def allows(self, current: Status, following: Status) -> bool:
        return following in self.roads.get(current, frozenset())

    def check(self, current: Status, following: Status) -> Status:
        """`following`, if it may follow `current`; otherwise InvalidTransition."""
        if not self.allows(current, following):
            raise InvalidTransition(f"A {self.noun} that is {current} cannot become {following}.")
        return following

    def is_terminal(self, status: Status) -> bool:
        return not self.roads.get(status)

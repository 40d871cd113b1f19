"""What may go wrong by the rules of the house, apart from faults of machines."""

from dataclasses import dataclass


class DomainError(Exception):
    """A rule was not met. The message is plain English and carries no personal data."""


class NotFound(DomainError):
    """The thing asked for does not exist, or not for the one who asks."""


class InvalidTransition(DomainError):
    """A status was asked to move where its life cycle has no road."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was wrong with what somebody gave us, and what would be right."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" {self.remedy}" if self.remedy else "")


class Refused(DomainError):
    """What was asked is refused; `problems` says why, all of it at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems

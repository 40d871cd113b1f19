"""A list as its readers see it: what a shared link holds, made so that it cannot hold more.

Always: the programs and their order. Only where the student chose so: verdict and band, and the facts behind the
reasons. A reason ties an answer to a fact; only the fact is taken, only from reasons whose fact is the listing's alone,
and under one code for those that differ by an answer (within the budget or not): no answer can be read from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_REASONS = 4
SHARED_CODES: Mapping[str, str] = {
    "goal_credential_wanted": "goal_credential_wanted",
    "background_any_field": "background_any_field",
    "cost_within_budget": "cost_total",
    "cost_total": "cost_total",
    "duration_within": "duration_total",
    "duration_total": "duration_total",
    "schedule_pace": "schedule_pace",
    "schedule_hours": "schedule_hours",
    "place_modality": "place_modality",
    "outcomes_salary": "outcomes_salary",
    "outcomes_rate": "outcomes_rate",
}
"""Reasons whose fact stands in the listing as it is, and the code each is shared under."""
_SHARED_FACTS = ("column", "value", "basis", "sample")


class SharedKind(StrEnum):
    """Which list was shared."""

    SHORTLIST = "shortlist"
    RANKED = "ranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedProgram:
    """One program of a shared list. What the student did not choose to show is None or empty."""

    program_id: str
    verdict: str | None = None
    band: str | None = None
    reasons: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "program_id": self.program_id,
            "verdict": self.verdict,
            "band": self.band,
            "reasons": [dict(reason) for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedContent:
    """All that a link shows, in order."""

    kind: SharedKind
    programs: tuple[SharedProgram, ...]
    with_verdicts: bool = False
    with_reasons: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "kind": self.kind.value,
            "with_verdicts": self.with_verdicts,
            "with_reasons": self.with_reasons,
            "programs": [program.to_json() for program in self.programs],
        }

    @classmethod
    def from_json(cls, obj: Mapping[str, Any]) -> "SharedContent":
        """Read what `to_json` wrote."""
        return cls(
            kind=SharedKind(obj["kind"]),
            with_verdicts=obj["with_verdicts"],
            with_reasons=obj["with_reasons"],
            programs=tuple(
                SharedProgram(
                    program_id=each["program_id"],
                    verdict=each["verdict"],
                    band=each["band"],
                    reasons=tuple(each["reasons"]),
                )
                for each in obj["programs"]
            ),
        )


def shared_reasons(reasons: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """What may be shared of a match's reasons in their JSON form: facts of the listing with source and date."""
    shared: dict[str, Mapping[str, Any]] = {}
    for reason in reasons:
        code = SHARED_CODES.get(reason["code"])
        if code is not None:
            fact = {key: value for key, value in (reason["fact"] or {}).items() if key in _SHARED_FACTS}
            told = {"code": code, "student": None, "fact": fact, "source": reason["source"], "as_of": reason["as_of"]}
            shared.setdefault(code, told)
    return tuple(shared.values())[:MOST_REASONS]

"""Answer rules: how one partner's system says that it took a lead, refused it, knew it already or had a fault.

A rule holds when all it names hold: a range of statuses, a value at a path of the JSON body, a text in the body. The
first rule that holds decides; where none does, an answer means what it means for everybody.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from webapp.domain.errors import Problem, Refused

MOST_RULES: Final = 20
LONGEST_TEXT: Final = 200
_PATH: Final = re.compile(r"[A-Za-z0-9_-]{1,64}(?:\[[0-9]{1,3}\])*(?:\.[A-Za-z0-9_-]{1,64}(?:\[[0-9]{1,3}\])*){0,9}")
_PART: Final = re.compile(r"[A-Za-z0-9_-]+|\[[0-9]+\]")
_KEYS: Final = frozenset({"means", "status", "path", "equals", "contains", "reason_path"})


class Verdict(StrEnum):
    """What an answer means."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    ERROR = "error"  # a fault of theirs: tried again


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """`status` is a range, both ends included. `path` alone asks that something stands there; `equals` names values."""

    means: Verdict
    status: tuple[int, int] | None = None
    path: str = ""
    equals: tuple[str, ...] = ()
    contains: str = ""
    reason_path: str = ""

    def to_json(self) -> dict[str, Any]:
        """What `read_rules` reads."""
        told: dict[str, Any] = {"means": self.means.value}
        if self.status:
            told["status"] = list(self.status)
        told |= {name: getattr(self, name) for name in ("path", "contains", "reason_path") if getattr(self, name)}
        return told | ({"equals": list(self.equals)} if self.equals else {})


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule made of an answer; `reason` holds the partner's own words, or nothing. `number`: which, from 1."""

    verdict: Verdict
    reason: str
    number: int


def judge(rules: Sequence[AnswerRule], status: int, body: bytes) -> Judged | None:
    """What the first rule that holds makes of an answer; None where none holds. Never raises, whatever the body."""
    text = body.decode("utf-8", "replace")
    document = _read(text) if any(rule.path or rule.reason_path for rule in rules) else None
    for number, rule in enumerate(rules, start=1):
        if _holds(rule, status, text, document):
            reason = value_at(document, rule.reason_path) if rule.reason_path else None
            return Judged(rule.means, _as_text(reason) if isinstance(reason, str | int | float) else "", number)
    return None


def value_at(document: Any, path: str) -> Any:
    """What stands at `path` (`result.items[0].code`) of parsed JSON; None where there is nothing."""
    for part in _PART.findall(path):
        if part.startswith("["):
            place = int(part[1:-1])
            document = document[place] if isinstance(document, list) and place < len(document) else None
        else:
            document = document.get(part) if isinstance(document, Mapping) else None
    return document


def read_rules(told: Any, *, where: str = "answers") -> tuple[AnswerRule, ...]:
    """Rules from their JSON form. Refused with every fault at once."""
    if not isinstance(told, list) or len(told) > MOST_RULES:
        raise Refused(Problem(where, "is not a list of rules.", f"Give at most {MOST_RULES} rules."))
    problems: list[Problem] = []
    rules = [_read_rule(each, f"{where}[{number}]", problems) for number, each in enumerate(told)]
    if problems:
        raise Refused(*problems)
    return tuple(rule for rule in rules if rule is not None)


def _holds(rule: AnswerRule, status: int, text: str, document: Any) -> bool:
    if rule.status and not rule.status[0] <= status <= rule.status[1]:
        return False
    if rule.contains and rule.contains.casefold() not in text.casefold():
        return False
    if not rule.path:
        return True
    found = value_at(document, rule.path)
    if found is None:
        return False
    return not rule.equals or _as_text(found).casefold() in {each.casefold() for each in rule.equals}


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read_rule(told: Any, where: str, problems: list[Problem]) -> AnswerRule | None:
    if not isinstance(told, Mapping):
        problems.append(Problem(where, "is not an object.", 'Write {"means": "accepted", "status": [200, 299]}.'))
        return None
    before = len(problems)
    problems += [
        Problem(where, f"has no setting called {key}.", f"Use {', '.join(sorted(_KEYS))}.")
        for key in sorted(set(told) - _KEYS)
    ]
    if told.get("means") not in tuple(Verdict):
        problems.append(Problem(where, "does not say what it means.", f"Use one of {', '.join(Verdict)}."))
    status, equals = told.get("status"), told.get("equals", [])
    is_range = isinstance(status, list) and len(status) == 2 and all(type(each) is int for each in status)
    if status is not None and not (is_range and 100 <= status[0] <= status[1] <= 599):
        problems.append(Problem(where, "has no usable range of statuses.", "Write [200, 299]."))
    for key in ("path", "reason_path"):
        path = told.get(key, "")
        if not isinstance(path, str) or (path and not _PATH.fullmatch(path)):
            problems.append(Problem(where, f"has a {key} that cannot be read.", "Write it like result.errors[0].code."))
    contains = told.get("contains", "")
    if not isinstance(contains, str) or len(contains) > LONGEST_TEXT:
        problems.append(Problem(where, "looks for a text that is none.", f"At most {LONGEST_TEXT} characters."))
    if not isinstance(equals, list) or not all(isinstance(each, str) for each in equals):
        problems.append(Problem(where, "compares with something that is not a list of texts.", 'Write ["ok", "true"].'))
    if equals and not told.get("path"):
        problems.append(Problem(where, "compares, but says not what.", "Give the path of the value."))
    if status is None and not told.get("path") and not contains:
        problems.append(Problem(where, "holds for every answer.", "Give a status, a path or a text."))
    if len(problems) > before:
        return None
    return AnswerRule(
        Verdict(told["means"]),
        (status[0], status[1]) if status else None,
        told.get("path", ""),
        tuple(equals),
        contains,
        told.get("reason_path", ""),
    )

"""The same step open twice, in two tabs or on two devices: the last save counts, and says what it replaced."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from webapp.student.answers import Step
from webapp.student.forms.words import in_words

SEEN = "seen"
"""The name of the hidden field that says which answers the page was filled in with."""
_TOLD_CHARACTERS = 80


def mark(answers: Mapping[str, Any] | None) -> str:
    """A short mark of the answers to one step; "" where there are none yet."""
    if answers is None:
        return ""
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:16]


def replaced(step: Step, seen: str | None, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[str]:
    """What a save replaces that its page had never shown: each question with the answer it had.

    Empty where the page was filled in with what is stored, and where it did not say.
    """
    if seen is None or before is None or seen == mark(before):
        return []
    form = step.form.restored(before, csrf=False)
    form.validate()
    changed = [form[name] for name, value in before.items() if name in form and now.get(name) != value]
    return [f"{field.label.text} (it was: {_short(in_words(field) or 'not answered')})" for field in changed]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TOLD_CHARACTERS else line[: _TOLD_CHARACTERS - 1] + "…"

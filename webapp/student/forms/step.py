"""What every step of the form shares: it can say its answers as a part of the profile's JSON (domain.profile)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from webapp.domain.plain_text import has_control_character
from webapp.ui.fields import clean_text
from webapp.ui.forms import BaseForm

RATHER_NOT = "I don't know, or would rather not say"

ProfilePart = dict[str, dict[str, Any]]
"""`{section: {key: value}}` as in the JSON of a profile; what was not answered is left out."""


@dataclass(frozen=True, slots=True)
class AskedWhen:
    """A question that follows from another: it is asked where the answer to `question` is one of `answers`.

    `words` say so to whoever sees all questions at once, because their browser runs no script.
    """

    question: str
    answers: frozenset[str]
    words: str


class StepForm(BaseForm):
    """One step. Every question may be left empty; an answer that did not pass its checks counts as not given.

    A question in `follow_ups` counts only while all its conditions hold: what was answered to it before is dropped as
    soon as one is ruled out. Where the question it follows from was left empty nothing is ruled out.
    """

    follow_ups: ClassVar[Mapping[str, tuple[AskedWhen, ...]]] = {}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; a mistake in an answer that does not count is none."""
        super().validate(extra_validators)
        for name in self.follow_ups:
            if self[name].errors and not self.counts(name):
                self[name].errors = []
        return not self.errors

    def counts(self, name: str) -> bool:
        """Whether the answer to this question may be used: nothing that was answered rules the question out."""
        return all(self._chosen(each).intersection(each.answers) or not self._chosen(each) for each in self._when(name))

    def is_shown(self, name: str) -> bool:
        """Whether the question is in sight from the start: its conditions are met, or it was answered before."""
        met = all(self._chosen(each).intersection(each.answers) for each in self._when(name))
        return met or (self[name].is_answered and self.counts(name)) or bool(self[name].errors)

    def conditions(self, name: str) -> str:
        """The conditions of a question for the page's script: `question=answer,answer` with a semicolon between two."""
        return ";".join(f"{each.question}={','.join(sorted(each.answers))}" for each in self._when(name))

    def condition_words(self, name: str) -> str:
        """The last condition in words, which says all."""
        return self._when(name)[-1].words

    def _when(self, name: str) -> tuple[AskedWhen, ...]:
        return self.follow_ups.get(name, ())

    def _chosen(self, when: AskedWhen) -> set[str]:
        chosen = self[when.question].chosen
        return set(filter(None, [chosen] if isinstance(chosen, str) else chosen))

    def profile_part(self) -> ProfilePart:
        """The answers of this step. Call it after `validate()`."""
        raise NotImplementedError

    def valid_draft(self) -> dict[str, str | list[str]]:
        """What was typed, without the answers that did not pass their checks and those that do not count."""
        return {name: value for name, value in self.draft().items() if not self[name].errors and self.counts(name)}

    def said(self, name: str) -> Any:
        """The answer in one field, or None where there is none or it is not valid."""
        field = self[name]
        if field.errors or field.data in (None, "", []) or not self.counts(name):
            return None
        return plain(field.data) if isinstance(field.data, str) else field.data

    def gathered(self, **names: str) -> dict[str, Any]:
        """`{key: answer}` for those of `key=field name` that were answered."""
        found = {key: self.said(name) for key, name in names.items()}
        return {key: value for key, value in found.items() if value is not None}


def plain(text: str) -> str | None:
    """`text` without the characters a profile refuses, keeping line breaks; None if nothing is left."""
    return clean_text("".join(c for c in text if c in "\n\t" or not has_control_character(c)))

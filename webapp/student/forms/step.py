"""What every step of the form shares: it can say its answers as a part of the profile's JSON (domain.profile)."""

from typing import Any

from webapp.domain.profile import has_control_character
from webapp.ui.fields import clean_text
from webapp.ui.forms import BaseForm

RATHER_NOT = "I don't know, or would rather not say"

ProfilePart = dict[str, dict[str, Any]]
"""`{section: {key: value}}` as in the JSON of a profile; what was not answered is left out."""


class StepForm(BaseForm):
    """One step. Every question may be left empty; an answer that did not pass its checks counts as not given."""

    def profile_part(self) -> ProfilePart:
        """The answers of this step. Call it after `validate()`."""
        raise NotImplementedError

    def valid_draft(self) -> dict[str, str | list[str]]:
        """What was typed, without the answers that did not pass their checks."""
        return {name: value for name, value in self.draft().items() if not self[name].errors}

    def said(self, name: str) -> Any:
        """The answer in one field, or None where there is none or it is not valid."""
        field = self[name]
        if field.errors or field.data in (None, "", []):
            return None
        return plain(field.data) if isinstance(field.data, str) else field.data

    def gathered(self, **names: str) -> dict[str, Any]:
        """`{key: answer}` for those of `key=field name` that were answered."""
        found = {key: self.said(name) for key, name in names.items()}
        return {key: value for key, value in found.items() if value is not None}


def plain(text: str) -> str | None:
    """`text` without the characters a profile refuses, keeping line breaks; None if nothing is left."""
    return clean_text("".join(c for c in text if c in "\n\t" or not has_control_character(c)))

"""What rendering gives: the words of one mail, without its addresses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """`subject` is one line without control characters. `text` says everything that `html` says."""

    subject: str
    text: str
    html: str

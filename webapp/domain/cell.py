"""Cells of exported tables: text that a spreadsheet would run as a formula is made harmless, and read back whole.

A formula starts with = + - @ or a tab or carriage return (OWASP, "CSV Injection"). `guard` puts an apostrophe before
such text, which spreadsheet programs show as plain text; `unguard` takes it off again, so that a file that is exported
and imported says what it said before.
"""

import re

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def guard(text: str) -> str:
    """`text` as it goes into a cell. Plain numbers stay as they are: a negative longitude is no formula."""
    return "'" + text if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """What `guard` was given. Text that carries no guard comes back unchanged."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text

"""Names made of junk, told from names that are short, foreign, hyphenated or odd.

Only what no person is called counts as certain: a web address, no letter at all, a row of keys, one letter over and
over, `test test`. Whatever merely looks strange is for a person to look at. No list of real names is used, since none
is complete.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from webapp.domain.finding import Finding

_LINK: Final = re.compile(
    r"://|\bwww\.|@|<|>|\b[\w-]+\.(com|net|org|info|io|ru|biz|xyz|top|online|site|co\.uk)\b", re.IGNORECASE
)
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm")
_ROW_LENGTH: Final = 4
_TESTS: Final = frozenset({"test", "tests", "tester", "testing", "testtest", "prueba", "demo", "xxx", "none", "null"})
_PLACEHOLDERS: Final = frozenset(
    {
        *("john doe", "jane doe", "mickey mouse", "donald duck", "foo bar", "max mustermann", "erika mustermann"),
        *("juan perez perez", "first last", "firstname lastname", "my name", "your name", "no name", "anonymous user"),
        *("lorem ipsum", "john smith test", "santa claus", "harry potter", "spider man", "james bond"),
    }
)
_WORD_SIGNS: Final = frozenset("'’‘ʻʼ`´-‐‑–.,·• ()")
_LEAST_UNPRONOUNCEABLE: Final = 6
_LEAST_REPEATED: Final = 3
_MOST_MARKS: Final = 4


def name_findings(first: str, last: str) -> tuple[Finding, ...]:
    """What is strange about a name, certain or not, each once."""
    given, family = first.strip(), last.strip()
    if not given and not family:
        return (Finding.NAME_MISSING,)
    found = [finding for part in (given, family) for finding in _part_findings(part)]
    words = " ".join(f"{given} {family}".casefold().split())
    if words in _PLACEHOLDERS:
        found.append(Finding.NAME_PLACEHOLDER)
    if {given.casefold(), family.casefold()} - {""} <= _TESTS:
        found.append(Finding.NAME_TEST)
    elif {given.casefold(), family.casefold()} & _TESTS:
        found.append(Finding.NAME_PLACEHOLDER)
    return tuple(dict.fromkeys(found))


def _part_findings(part: str) -> Iterator[Finding]:
    if not part:
        yield Finding.NAME_MISSING
        return
    if _LINK.search(part):
        yield Finding.NAME_HOLDS_LINK
        return
    letters = [sign for sign in part if unicodedata.category(sign)[0] in "LM"]
    if not letters:
        yield Finding.NAME_NO_LETTERS
        return
    if any(unicodedata.category(sign)[0] == "N" for sign in part):
        yield Finding.NAME_HOLDS_DIGITS
    if any(unicodedata.category(sign)[0] not in "LMN" and sign not in _WORD_SIGNS for sign in part) or _is_piled(part):
        yield Finding.NAME_HOLDS_SIGNS
    plain = _plain(part)
    if is_keyboard_row(plain):
        yield Finding.NAME_KEYBOARD
    elif len(plain) >= _LEAST_REPEATED and len(set(plain)) == 1:
        yield Finding.NAME_REPEATED_LETTER
    elif _is_unpronounceable(part, plain):
        yield Finding.NAME_UNPRONOUNCEABLE


def _is_piled(part: str) -> bool:
    """Whether more marks sit on one letter than any writing puts there."""
    height = 0
    for sign in part:
        height = height + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if height > _MOST_MARKS:
            return True
    return False


def is_keyboard_row(plain: str) -> bool:
    """Whether small letters are nothing but keys side by side, there or back, once or more (`asdf`, `qwerqwer`).

    Four keys at least, since three are also Poi, Ewe and Dfa.
    """
    for unit in range(_ROW_LENGTH, len(plain) + 1):
        piece = plain[:unit]
        whole = piece * (len(plain) // unit) + piece[: len(plain) % unit]
        if whole == plain and any(piece in row or piece[::-1] in row for row in _ROWS):
            return plain not in _NAMES_ON_A_ROW
    return False


_NAMES_ON_A_ROW: Final = frozenset({"reza", "azer", "treza", "wert", "wertz", "ertz", "trew"})
"""Names that happen to lie side by side on some keyboard: Reza and Azer backwards and forwards on a French one."""


def _is_unpronounceable(part: str, plain: str) -> bool:
    """Six Latin letters or more without a vowel: no spelling of a name does that, initials do and are short."""
    if len(plain) < _LEAST_UNPRONOUNCEABLE or not plain.isascii() or len(plain) < len(part.replace(" ", "")) - 2:
        return False
    return not set(plain) & set("aeiouy")


def _plain(part: str) -> str:
    """Small letters without accents, blanks and signs; letters of other scripts as they are."""
    spread = unicodedata.normalize("NFKD", part.casefold())
    return "".join(sign for sign in spread if sign.isalpha())

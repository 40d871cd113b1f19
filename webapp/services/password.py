"""Passwords: hashed with Argon2id, and refused where they are common, were breached or are easy to guess.

The list of common and breached ones comes with the library that estimates guesses: no password leaves the machine.
"""

import itertools
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from webapp.domain.errors import Problem

SHORTEST, LONGEST = 12, 128

ENOUGH_GUESSES: Final = 1e8
"""From here on the library says that a password is safely unguessable online (its score 3)."""
_ESTIMATED: Final = 64
"""Letters that are looked at: the estimate takes time with the square of their number."""

# Argon2id, 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet. The log-in library verifies such a hash as
# it stands when SECURITY_PASSWORD_SINGLE_HASH names argon2.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# fmt: off
_COMMON_PARTS = (
    "password", "passw0rd", "qwerty", "qwertz", "azerty", "letmein", "welcome", "iloveyou", "admin",
    "administrator", "changeme", "secret", "dragon", "monkey", "football", "baseball", "sunshine", "princess",
    "superman", "batman", "master", "trustno1", "shadow", "michael", "login", "starwars", "hello", "freedom",
    "whatever", "abc123", "123456", "1q2w3e4r", "asdfgh", "zxcvbn", "program", "match", "programmatch",
    "staff", "university", "student",
)
# fmt: on


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, in the normal form (NFKD) in which the log-in library verifies it."""
    return _HASHER.hash(unicodedata.normalize("NFKD", password))


def is_password(stored: str | None, typed: str) -> bool:
    """Whether `typed` is the password behind `stored`. Takes as long where there is none."""
    plain = unicodedata.normalize("NFKD", typed)
    try:
        return _HASHER.verify(stored or _nobodys(), plain) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """What is compared with where there is no account."""
    return _HASHER.hash("the password of nobody")


def password_problems(password: str, *, about: Iterable[str] = ()) -> list[Problem]:
    """Why a password will not do: too short, too long, common, or made of the words in `about` (the address)."""
    if len(password) < SHORTEST:
        remedy = f"Use {SHORTEST} characters or more; four unrelated words do well."
        return [Problem("password", f"It has only {len(password)} characters.", remedy)]
    if len(password) > LONGEST:
        return [Problem("password", f"It has {len(password)} characters.", f"Use at most {LONGEST}.")]
    own = [part for text in about for part in text.casefold().replace("@", ".").split(".")]
    if _is_guessable(password.casefold(), [*_COMMON_PARTS, *own]) or _guesses(password, own) < ENOUGH_GUESSES:
        return [Problem("password", "It is easy to guess.", "Use four or more unrelated words, or a random one.")]
    return []


def _guesses(password: str, own: list[str]) -> float:
    """About how many tries it takes who knows common passwords, names, dates, patterns on keys and the `own` words."""
    from zxcvbn import zxcvbn  # its word lists take longer to load than all else here; few processes need them

    estimated = zxcvbn(password[:_ESTIMATED], user_inputs=[part for part in own if part])
    return float(estimated["guesses"])


def _is_guessable(folded: str, known: Iterable[str]) -> bool:
    """Whether too little is left once known words are taken out, counting each different character once."""
    rest = folded
    for part in sorted(known, key=len, reverse=True):
        if len(part) >= 3:
            rest = rest.replace(part, "")
    return len(set(rest)) < 6 or len(rest) < SHORTEST // 2 or _is_a_run(folded)


def _is_a_run(folded: str) -> bool:
    """Whether most characters follow from the one before: abcdefgh, 987654, aaaaaa."""
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(folded)]
    return sum(step in (-1, 0, 1) for step in steps) * 3 >= len(steps) * 2

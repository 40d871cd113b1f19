"""Findings: what may be wrong with the details of a student, and how sure of it we are."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Grade(StrEnum):
    """How the details of a lead look. Only `invalid` is certain: they cannot be right."""

    VALID = "valid"
    CAUTION = "caution"
    INVALID = "invalid"


class Finding(StrEnum):
    """One thing that was found. The value is stored; it never holds what the student wrote."""

    EMAIL_MALFORMED = "email_malformed"
    EMAIL_DISPOSABLE = "email_disposable"
    PHONE_IMPOSSIBLE = "phone_impossible"
    PHONE_UNLIKELY = "phone_unlikely"
    PHONE_MISSING = "phone_missing"
    NAME_MISSING = "name_missing"
    NAME_NO_LETTERS = "name_no_letters"
    NAME_HOLDS_LINK = "name_holds_link"
    NAME_KEYBOARD = "name_keyboard"
    NAME_REPEATED_LETTER = "name_repeated_letter"
    NAME_TEST = "name_test"
    NAME_HOLDS_DIGITS = "name_holds_digits"
    NAME_HOLDS_SIGNS = "name_holds_signs"
    NAME_PLACEHOLDER = "name_placeholder"
    NAME_UNPRONOUNCEABLE = "name_unpronounceable"
    # What only a person can find.
    NOT_A_PERSON = "not_a_person"
    EMAIL_UNREACHABLE = "email_unreachable"
    PHONE_UNREACHABLE = "phone_unreachable"


F = Finding
CANNOT_BE_RIGHT: Final = frozenset(
    {
        *(F.EMAIL_MALFORMED, F.PHONE_IMPOSSIBLE),
        *(F.NAME_NO_LETTERS, F.NAME_HOLDS_LINK, F.NAME_KEYBOARD, F.NAME_REPEATED_LETTER, F.NAME_TEST),
        *(F.NOT_A_PERSON, F.EMAIL_UNREACHABLE, F.PHONE_UNREACHABLE),
    }
)
"""These make a lead invalid; every other one asks for a person's look."""

FOUND_BY_STAFF: Final = (F.NOT_A_PERSON, F.EMAIL_UNREACHABLE, F.PHONE_UNREACHABLE)

TO_CORRECT: Final[Mapping[Finding, str]] = {
    F.EMAIL_MALFORMED: "Your e-mail address is not one that mail can be sent to.",
    F.EMAIL_DISPOSABLE: "Your e-mail address is at a provider of addresses that vanish after a while.",
    F.PHONE_IMPOSSIBLE: "Your phone number is not one that can be called.",
    F.PHONE_UNLIKELY: "Your phone number is one that nobody is known to have.",
    F.PHONE_MISSING: "You allowed calls or texts, but there is no phone number.",
    F.NAME_MISSING: "A part of your name is missing.",
    F.NAME_NO_LETTERS: "A part of your name has no letters in it.",
    F.NAME_HOLDS_LINK: "A part of your name is a web or e-mail address.",
    F.NAME_KEYBOARD: "A part of your name is a row of keys, such as asdf.",
    F.NAME_REPEATED_LETTER: "A part of your name is one letter over and over.",
    F.NAME_TEST: "Your name reads like a test of the form.",
    F.NAME_HOLDS_DIGITS: "A part of your name has digits in it.",
    F.NAME_HOLDS_SIGNS: "A part of your name has signs in it that names do not have.",
    F.NAME_PLACEHOLDER: "Your name is one that forms are often filled in with.",
    F.NAME_UNPRONOUNCEABLE: "A part of your name has many letters and no vowel.",
    F.NOT_A_PERSON: "Your details do not seem to be those of a person.",
    F.EMAIL_UNREACHABLE: "Mail to your address comes back.",
    F.PHONE_UNREACHABLE: "Your phone number does not lead to you.",
}
"""What the student reads. It says what was seen, and blames nobody."""


def grade_of(findings: Iterable[Finding]) -> Grade:
    """What findings come to together."""
    found = set(findings)
    if found & CANNOT_BE_RIGHT:
        return Grade.INVALID
    return Grade.CAUTION if found else Grade.VALID


def to_correct(codes: Iterable[str]) -> tuple[str, ...]:
    """The sentences for stored codes; a code that this release does not know says nothing."""
    known = {finding.value: words for finding, words in TO_CORRECT.items()}
    return tuple(known[code] for code in codes if code in known)

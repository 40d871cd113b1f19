"""Claims that may not stand in a listing: figures nobody can check, and promises nobody can keep.

An outcome, pay or an accreditation needs a source and a date. A promise of a job, of pay or of admission is refused
wherever it stands. Source of the second: US Federal Trade Commission, 16 CFR 254 (guides for vocational schools) and
the Enforcement Policy Statement on deceptively formatted claims; both forbid what cannot be substantiated.
"""

import re
from collections.abc import Iterator
from typing import Final

from webapp.domain.errors import Problem
from webapp.domain.listing import Listing, attribute_of

CLAIMS: Final = ("outcome_median_salary_usd", "outcome_rate", "accreditor")
"""Columns whose facts are claims about what comes of it, or about who vouches for it."""

_PROMISED: Final = r"(?:a |an |your |full[- ]time |dream )*(?:job|jobs|employment|placement|hire|career|salary|offer)"
PROMISES: Final = (
    re.compile(rf"\bguarante\w*\s+(?:of\s+)?{_PROMISED}\b", re.IGNORECASE),
    re.compile(rf"\b{_PROMISED}[- ]+guarante\w*", re.IGNORECASE),
    re.compile(r"\bguarante\w*\s+(?:admission|acceptance|enrol+ment|success)\b", re.IGNORECASE),
    re.compile(
        r"\b100\s?(?:%|percent|per cent)\s+(?:job|employment|placement|hiring|success|hired|placed)", re.IGNORECASE
    ),
    re.compile(r"\b(?:get|be)\s+hired\s+or\s+(?:your\s+)?money\s+back\b", re.IGNORECASE),
    re.compile(r"\bmoney[- ]back\s+(?:job|guarante)", re.IGNORECASE),
    re.compile(r"\bwe\s+(?:will\s+)?(?:promise|ensure)\s+(?:you\s+)?" + _PROMISED, re.IGNORECASE),
)
_MONEY: Final = r"[$€£]\s?\d[\d,.]*\s?k?"
_WAGES: Final = r"\b(?:salar|earn|pay|income|wage)\w*"
_PAY: Final = re.compile(rf"{_MONEY}[^.]{{0,40}}{_WAGES}|{_WAGES}[^.]{{0,40}}{_MONEY}", re.IGNORECASE)
_ACCREDITED: Final = re.compile(r"\b(?:fully |nationally |regionally )?accredited\b", re.IGNORECASE)
_WORDS: Final = ("name", "summary", "accreditor")


def claim_problems(listing: Listing) -> list[Problem]:
    """Why a listing may not be published as it stands; `where` is the column. Empty when it may."""
    return [*_unsourced(listing), *_promises(listing), *_beside(listing)]


def _unsourced(listing: Listing) -> Iterator[Problem]:
    for column in CLAIMS:
        if getattr(listing, attribute_of(column)) is None:
            continue
        told = listing.source_of(column)
        own = column in listing.fact_sources or column == "accreditor"
        source = told.source if own else listing.outcome_source
        as_of = told.as_of if own else listing.outcome_as_of
        if not source:
            yield Problem(column, "It is a claim without a source.", "Say who found it.")
        if not as_of:
            yield Problem(column, "It is a claim without a date.", "Say as of when it is true.")


def _texts(listing: Listing) -> Iterator[tuple[str, str]]:
    for column in _WORDS:
        if text := getattr(listing, column):
            yield column, text
    yield from (("topics", topic) for topic in listing.topics)


def _promises(listing: Listing) -> Iterator[Problem]:
    for column, text in _texts(listing):
        for promise in PROMISES:
            if found := promise.search(text):
                yield Problem(
                    column, f"“{found[0]}” is a promise that nobody can keep.", "Say what was, with its source."
                )
                break


def _beside(listing: Listing) -> Iterator[Problem]:
    """Claims in free words, where no source can stand beside them."""
    summary = listing.summary or ""
    if found := _PAY.search(summary):
        yield Problem("summary", f"“{found[0]}” tells pay without a source.", "Give it as outcome_median_salary_usd.")
    if listing.accreditor is None and (found := _ACCREDITED.search(summary)):
        yield Problem("summary", f"“{found[0]}”: by whom?", "Name the accreditor in its own column, with its source.")

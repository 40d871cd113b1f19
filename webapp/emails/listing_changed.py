"""To a student who wants to hear of it: listings they were shown are not what they were."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class ChangedListing:
    """`changes` are whole sentences, each with what it was and what it is. `url` is blank where it was withdrawn."""

    program: str
    institution: str
    changes: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class ListingChanged:
    """`listings` are in the order of the student's list."""

    footer: Footer
    first_name: str
    listings: tuple[ChangedListing, ...]
    results_url: str

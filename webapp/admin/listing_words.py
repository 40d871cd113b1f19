"""What the back office calls the stages of a listing, and how it shows a listing's facts."""

from collections.abc import Mapping
from typing import Any, Final

from webapp.admin.listing_form import GROUPS, LABELS, UNSOURCED, cell_words
from webapp.admin.words import Look
from webapp.domain.listing import Listing
from webapp.domain.listing_row import to_row
from webapp.domain.listing_stage import ListingStage
from webapp.domain.program_proposal import ProposalKind, ProposalStatus

STAGE_LOOKS: Final[Mapping[ListingStage, Look]] = {
    ListingStage.DRAFT: ("Draft", "neutral"),
    ListingStage.REVIEW: ("In review", "accent"),
    ListingStage.PUBLISHED: ("Published", "good"),
    ListingStage.STALE: ("Stale", "warm"),
    ListingStage.ARCHIVED: ("Archived", "neutral"),
}
PROPOSAL_LOOKS: Final[Mapping[ProposalStatus, Look]] = {
    ProposalStatus.PENDING: ("Waits for you", "warm"),
    ProposalStatus.ACCEPTED: ("Accepted", "good"),
    ProposalStatus.DECLINED: ("Declined", "neutral"),
    ProposalStatus.WITHDRAWN: ("Taken back by the partner", "neutral"),
}
PROPOSAL_KINDS: Final[Mapping[ProposalKind, str]] = {
    ProposalKind.LISTING: "Publish this listing",
    ProposalKind.REMOVAL: "Take this listing down",
}
CAUSE_WORDS: Final[Mapping[str, str]] = {"import": "An import", "undo": "The undo of an import", "edit": "An edit"}


def label_of(column: str) -> str:
    """A column in words; `source of` one, as differences between two states of a listing name it, too."""
    column, of = column.removeprefix("source of "), column.startswith("source of ")
    return f"Source of: {LABELS[column]}" if of else LABELS[column]


def facts_of(listing: Listing) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every fact under its heading, as `macros/definition.html` takes it: with source and date where they are its own.

    Those of the listing as a whole stand at its end, and are not repeated forty times.
    """
    cells = to_row(listing)
    return [(title, [_fact(listing, cells, column) for column in columns]) for title, columns in GROUPS]


def _fact(listing: Listing, cells: Mapping[str, str], column: str) -> dict[str, Any]:
    value = cells[column] or None
    told = listing.source_of(column) if value and column not in UNSOURCED else None
    if told == listing.source_of("source"):
        told = None
    return {
        "label": LABELS[column],
        "value": cell_words(column, value) if value else None,
        "unknown": "Not known",
        "source": told.source if told else "",
        "as_of": told.as_of if told else None,
    }

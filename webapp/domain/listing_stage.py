"""Where a listing stands: from a draft that nobody else sees to one that is taken down."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class ListingStage(StrEnum):
    DRAFT = "draft"  # being written; a published listing may have one beside it
    REVIEW = "review"  # written, and waiting for somebody to publish it
    PUBLISHED = "published"
    STALE = "stale"  # published, and not checked for too long: ranked, and marked
    ARCHIVED = "archived"  # taken down; kept, and may come back


STAFF_SOURCE: Final = "staff"
"""The source of listings that staff wrote themselves. No import is ever of it."""
NOTE_LIMIT: Final = 1000
"""The most letters of a note that sends a draft back."""

S = ListingStage
LISTING_LIFECYCLE: Final = Lifecycle[ListingStage](
    "listing",
    {
        S.DRAFT: frozenset({S.REVIEW}),
        S.REVIEW: frozenset({S.DRAFT, S.PUBLISHED}),
        S.PUBLISHED: frozenset({S.STALE, S.ARCHIVED}),
        S.STALE: frozenset({S.PUBLISHED, S.ARCHIVED}),
        S.ARCHIVED: frozenset({S.PUBLISHED}),
    },
)
RANKED: Final = frozenset({S.PUBLISHED, S.STALE})
"""What students are shown."""


def stale_before(today: date, stale_days: int) -> date:
    """A listing that was last checked before this day is stale."""
    return today - timedelta(days=stale_days)


def stage_of(*, is_published: bool, verified_on: date | None, today: date, stale_days: int) -> ListingStage:
    """The stage of a listing in the catalogue. Time alone makes it stale; one that was never checked is."""
    if not is_published:
        return ListingStage.ARCHIVED
    fresh = verified_on is not None and verified_on >= stale_before(today, stale_days)
    return ListingStage.PUBLISHED if fresh else ListingStage.STALE

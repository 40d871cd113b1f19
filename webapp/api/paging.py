"""Pages of lists: a limit, and a cursor that only we can read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from webapp.api.problem import Failure
from webapp.domain.errors import NotFound, Problem
from webapp.queries.paging import PAGE_SIZE

MOST: Final = 100
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,400}$")]
Item = TypeVar("Item", bound=BaseModel)

NO_SUCH_PAGE: Final = Problem("cursor", "It names no page.", "Use next_cursor of the page before, as it was given.")


class PageQuery(BaseModel):
    """What every list may be asked."""

    model_config = ConfigDict(extra="forbid")

    cursor: Cursor | None = Field(default=None, description="`next_cursor` of the page before.")
    limit: int = Field(default=PAGE_SIZE, ge=1, le=MOST, description="How many at most.")


class PageOf(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(extra="forbid")

    items: list[Item]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last.")


@contextmanager
def known_cursor() -> Iterator[None]:
    """Inside this block a cursor that is not one of ours is refused."""
    try:
        yield
    except NotFound:
        raise Failure(422, NO_SUCH_PAGE) from None

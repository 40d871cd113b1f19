"""What has changed of the listings a student was shown, since a version of the catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from webapp.domain.listing import Listing
from webapp.domain.listing_words import price, starts
from webapp.models import ListingRevision, ListingStatus, Match, Program, Prospect, Submission
from webapp.queries.listing import listings_by_id, listings_in


@dataclass(frozen=True, slots=True)
class ListingChange:
    """One listing that is not what it was; each sentence says what it was and what it is."""

    listing: Listing
    withdrawn: bool
    sentences: tuple[str, ...]


def students_with_news(session: Session, version: int, *, limit: int) -> list[UUID]:
    """Students who want to hear of it and on whose list something was changed since the version they know of."""
    changed = exists().where(
        Submission.prospect_id == Prospect.id,
        Match.submission_id == Submission.id,
        ListingRevision.program_id == Match.program_id,
        ListingRevision.from_version <= Prospect.listing_news_from,
        ListingRevision.to_version > Prospect.listing_news_from,
    )
    statement = select(Prospect.id).where(Prospect.listing_news_from < version, changed)
    return list(session.scalars(statement.order_by(Prospect.id).limit(limit)))


def listing_changes(session: Session, prospect_id: UUID, since: int) -> tuple[ListingChange, ...]:
    """What differs now from version `since`, in the order of the student's list: price, start, whether it is offered.

    What was changed and changed back is not in it.
    """
    shown = session.scalars(
        select(Match.program_id)
        .join(Submission, Submission.id == Match.submission_id)
        .where(Submission.prospect_id == prospect_id)
        .order_by(Match.rank)
    ).all()
    then = listings_in(session, since, shown)
    now = listings_by_id(session, then)
    offered = set(
        session.scalars(
            select(Program.program_id).where(
                Program.program_id.in_(list(then)), Program.status == ListingStatus.PUBLISHED
            )
        )
    )
    found = []
    for program_id in shown:
        if program_id in then and program_id in now:
            is_gone = program_id not in offered
            sentences = tuple(_sentences(then[program_id], now[program_id], withdrawn=is_gone))
            if sentences:
                found.append(ListingChange(now[program_id], is_gone, sentences))
    return tuple(found)


def _sentences(then: Listing, now: Listing, *, withdrawn: bool) -> Iterator[str]:
    if withdrawn:
        yield "It is not offered in our catalog any more. Ask the school whether it still is."
        return
    was, costs = price(then), price(now)
    before, after = was.text if was else "not published", costs.text if costs else "not published any more"
    if (then.tuition_total_cents, then.tuition_out_of_state_cents) != (
        now.tuition_total_cents,
        now.tuition_out_of_state_cents,
    ):
        yield f"The price is now {_lower(after)}; it was {_lower(before)}."
    if then.start_terms != now.start_terms:
        began, begins = starts(then) or "not published", starts(now) or "not published any more"
        yield f"Start: {_lower(begins)}; it was {_lower(began)}."


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]

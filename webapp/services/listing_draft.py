"""Writing listings: a draft beside what is published, sent to review, published or sent back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.claim import claim_problems
from webapp.domain.clock import Clock
from webapp.domain.errors import DomainError, NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.listing import COLUMNS, PROGRAM_ID, FactSource, Listing
from webapp.domain.listing_cell import CellError, read
from webapp.domain.listing_row import Fault, ListingError, parse_row, to_row
from webapp.domain.listing_stage import LISTING_LIFECYCLE, NOTE_LIMIT, STAFF_SOURCE, ListingStage
from webapp.domain.program_proposal import PROPOSAL_LIFECYCLE, ProposalStatus
from webapp.models import Institution, ListingDraft, Program, ProgramProposal
from webapp.queries.listing import listings_by_id
from webapp.services.catalog import publish_rows
from webapp.services.catalog_row import SourceRow
from webapp.services.catalog_version import lock_catalog

CELL_LIMIT: Final = 4000


class WrittenMeanwhile(DomainError):
    """A draft is not as it was when somebody began to type."""


@dataclass(frozen=True, slots=True)
class Written:
    """A listing as somebody typed it: its cells by column, and where single facts come from."""

    cells: Mapping[str, str]
    sources: Mapping[str, FactSource] = field(default_factory=dict)

    @classmethod
    def of(cls, listing: Listing) -> "Written":
        """A listing as it would be typed."""
        return cls({column: text for column, text in to_row(listing).items() if text}, dict(listing.fact_sources))

    def read(self) -> tuple[Listing | None, list[Fault]]:
        """The listing it says, or everything that is wrong with it. The column of a source's fault has `source:`."""
        faults = [fault for column, told in self.sources.items() for fault in _source_faults(column, told)]
        try:
            listing = parse_row(self.cells)
        except ListingError as error:
            return None, [*error.faults, *faults]
        return (None, faults) if faults else (replace(listing, fact_sources=dict(self.sources)), [])

    def problems(self) -> list[Problem]:
        """Why it may not be published: what cannot be read, and claims that may not stand."""
        listing, faults = self.read()
        if listing is None:
            return [Problem(fault.column, f"It {fault.problem}.", f"{_upper(fault.remedy)}.") for fault in faults]
        return claim_problems(listing)


def open_draft(session: Session, clock: Clock, program_id: str, *, actor: str) -> UUID:
    """The draft beside a listing of the catalogue, begun from what it says now unless there is one. NotFound."""
    program = _program(session, program_id)
    if program is None:
        raise NotFound("There is no such listing.")
    listing = listings_by_id(session, [program_id])[program_id]
    return begin(session, clock, Written.of(listing), program_id=program_id, actor=actor)


def begin_new(session: Session, clock: Clock, written: Written, *, program_id: str, actor: str) -> UUID:
    """A draft of a listing that is to be. Refused when the id is none, or is taken by a listing or a draft.

    What is typed for a new one would take the place of all that stands there.
    """
    taken = select(ListingDraft.id).where(ListingDraft.program_id == program_id)
    if _program(session, program_id) is not None or session.scalars(taken).first() is not None:
        what = "There is a listing or a draft with this id."
        raise Refused(Problem("program_id", what, "Open it from the list and edit it, or choose another id."))
    return begin(session, clock, written, program_id=program_id, actor=actor)


def begin(
    session: Session,
    clock: Clock,
    written: Written,
    *,
    program_id: str,
    actor: str,
    proposal_id: UUID | None = None,
    replace_open: bool = False,
) -> UUID:
    """A draft of these words; where the id has one already that one, unless `replace_open`.

    Refused when the id is none. A listing of the catalogue keeps its source; a new one is the staff's own.
    """
    if not PROGRAM_ID.fullmatch(program_id):
        wanted = "Use lower-case letters, digits and . _ : - (80 at most)."
        raise Refused(Problem("program_id", "It has the wrong form.", wanted))
    found = session.scalars(select(ListingDraft).where(ListingDraft.program_id == program_id).with_for_update()).first()
    if found is not None and not replace_open:
        return found.id
    program = _program(session, program_id)
    draft = found or ListingDraft(id=new_id(), program_id=program_id, created_at=clock.now())
    draft.catalog_source = program.catalog_source if program else STAFF_SOURCE
    draft.based_on = program.changed_in if program else None
    draft.stage, draft.note, draft.proposal_id, draft.made_by = ListingStage.DRAFT.value, None, proposal_id, actor
    _hold(draft, {**written.cells, "program_id": program_id}, written.sources, clock)
    session.add(draft)
    session.flush()
    return draft.id


def save(
    session: Session, clock: Clock, draft_id: UUID, written: Written, *, actor: str, seen: datetime | None = None
) -> None:
    """Keep what somebody typed, right or wrong. Refused once it was sent to review.

    WrittenMeanwhile where it is not as it was at `seen`, so that nobody's words are replaced unseen.
    """
    draft = _draft(session, draft_id)
    if seen is not None and seen != draft.updated_at:
        raise WrittenMeanwhile(f"{draft.made_by} wrote in this draft meanwhile.")
    if draft.stage != ListingStage.DRAFT:
        raise Refused(Problem("stage", "It is in review.", "Send it back first."))
    draft.made_by = actor
    _hold(draft, {**written.cells, "program_id": draft.program_id}, written.sources, clock)


def send_to_review(session: Session, clock: Clock, draft_id: UUID) -> None:
    """Say that a draft is ready. Refused, with everything that is wrong with it, when it could not be published."""
    draft = _draft(session, draft_id)
    problems = written_of(draft).problems()
    if problems:
        raise Refused(*problems)
    _move(draft, ListingStage.REVIEW, clock)
    draft.note = None


def send_back(session: Session, clock: Clock, draft_id: UUID, note: str) -> None:
    """Hand a draft back to whoever writes it, saying why."""
    draft = _draft(session, draft_id)
    _move(draft, ListingStage.DRAFT, clock)
    draft.note = note[:NOTE_LIMIT]


def publish(session: Session, clock: Clock, draft_id: UUID, *, actor: str) -> int | None:
    """Publish a draft that was reviewed; the version of the catalogue it makes, None where it changes nothing.

    Refused when it may not be published as it stands, or when its listing was changed since the draft was begun. The
    proposal it came from counts as accepted.
    """
    proposal = _proposal_of(session, draft_id)
    draft = _draft(session, draft_id)
    if draft.proposal_id != (proposal.id if proposal else None):
        raise Refused(Problem("stage", "The draft was begun anew meanwhile.", "Look at it once more."))
    LISTING_LIFECYCLE.check(ListingStage(draft.stage), ListingStage.PUBLISHED)
    written = written_of(draft)
    listing, _ = written.read()
    problems = written.problems()
    if problems or listing is None:
        raise Refused(*problems)
    # Looked at under the lock: an import that ends just now has changed the listing, or waits.
    lock_catalog(session)
    program = _program(session, draft.program_id)
    if program is not None and program.changed_in != draft.based_on:
        raise Refused(
            Problem(
                "stage", "The listing was changed since this draft was begun.", "Throw the draft away and edit anew."
            )
        )
    key = _institution_key(session, program, listing)
    version = publish_rows(
        session,
        clock,
        source=draft.catalog_source,
        rows=[SourceRow(line=1, program_id=listing.program_id, listing=listing, institution_key=key)],
        is_demo=program.is_demo if program else False,
    )
    if proposal is not None and proposal.status is not ProposalStatus.ACCEPTED:
        proposal.status = PROPOSAL_LIFECYCLE.check(proposal.status, ProposalStatus.ACCEPTED)
        proposal.decided_at, proposal.decided_by = clock.now(), actor
    session.delete(draft)
    session.flush()
    return version


def discard(session: Session, draft_id: UUID) -> None:
    """Throw a draft away. What is published stays as it is, and a proposal waits again."""
    session.delete(_draft(session, draft_id))
    session.flush()


def written_of(draft: ListingDraft) -> Written:
    """What stands in a draft."""
    return Written(dict(draft.cells), {column: FactSource(**told) for column, told in draft.fact_sources.items()})


def _proposal_of(session: Session, draft_id: UUID) -> ProgramProposal | None:
    """The proposal that a draft came from, locked: before the draft, as whoever decides on one does."""
    proposal_id = session.scalars(select(ListingDraft.proposal_id).where(ListingDraft.id == draft_id)).one_or_none()
    if proposal_id is None:
        return None
    return session.get_one(ProgramProposal, proposal_id, with_for_update=True, populate_existing=True)


def _institution_key(session: Session, program: Program | None, listing: Listing) -> str | None:
    """Which known institution is meant; None makes it one by its name."""
    if program is not None:
        own = session.get_one(Institution, program.institution_id)
        if own.name.casefold() == listing.institution.casefold():
            return own.key
    same = func.lower(Institution.name) == listing.institution.lower()
    keys = session.scalars(select(Institution.key).where(same).limit(2)).all()
    return keys[0] if len(keys) == 1 else None


def _hold(draft: ListingDraft, cells: Mapping[str, str], sources: Mapping[str, FactSource], clock: Clock) -> None:
    draft.cells = {column: text[:CELL_LIMIT] for column, text in cells.items() if column in COLUMNS and text}
    draft.fact_sources = {
        column: {"source": told.source, "as_of": told.as_of}
        for column, told in sources.items()
        if column in COLUMNS and (told.source or told.as_of)
    }
    draft.updated_at = clock.now()


def _source_faults(column: str, told: FactSource) -> list[Fault]:
    faults = []
    for name, kind, text in (("source", "source", told.source), ("as_of", "outcome_as_of", told.as_of)):
        try:
            if text:
                read(kind, text)
        except CellError as error:
            faults.append(Fault(f"{name}:{column}", text or "", error.problem, error.remedy))
    return faults


def _move(draft: ListingDraft, stage: ListingStage, clock: Clock) -> None:
    draft.stage = LISTING_LIFECYCLE.check(ListingStage(draft.stage), stage).value
    draft.updated_at = clock.now()


def _program(session: Session, program_id: str) -> Program | None:
    return session.scalars(
        select(Program).where(Program.program_id == program_id).execution_options(populate_existing=True)
    ).first()


def _draft(session: Session, draft_id: UUID) -> ListingDraft:
    draft = session.get(ListingDraft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise NotFound("There is no such draft: it was published or thrown away.")
    return draft


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]

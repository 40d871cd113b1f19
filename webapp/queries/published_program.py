"""Programs for the public: one by its id, and the index of all that are published."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, and_, any_, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session

from webapp.domain.credential import Credential
from webapp.domain.listing import ALL_STATES, Listing
from webapp.domain.profile import Modality
from webapp.models import Institution, ListingStatus, PartnerInstitution, Program
from webapp.models.program import NAME_KEY
from webapp.queries.listing import listings_by_id
from webapp.queries.paging import Key, Order, Page, read_page

INDEX_PAGE = 20
MOST_WORDS = 6
_ORDER = Order(
    # The length is written out: bound as a parameter, the planner would not know the index that holds it.
    (Key(func.left(Program.name, literal_column(str(NAME_KEY)), type_=Text), str), Key(Program.program_id, str)),
    descending=False,
)


@dataclass(frozen=True, slots=True)
class ListedProgram:
    """A listing with what the catalogue says of it. One that is not published was withdrawn."""

    listing: Listing
    is_published: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for among the programs; None or empty asks for nothing. `price_cents` is the most to pay.

    `partner_id` is whose programs they must be.
    """

    words: tuple[str, ...] = ()
    credential: Credential | None = None
    modality: Modality | None = None
    state: str | None = None
    price_cents: int | None = None
    partner_id: UUID | None = None


def listed_programs(session: Session, program_ids: Iterable[str]) -> dict[str, ListedProgram]:
    """The programs named, published or since withdrawn, keyed by id, in the order of the ids."""
    ids = list(dict.fromkeys(program_ids))
    listings = listings_by_id(session, ids)
    rows = session.execute(
        select(Program.program_id, Program.status, Program.is_demo).where(Program.program_id.in_(ids))
    )
    told = {program_id: (status is ListingStatus.PUBLISHED, demo) for program_id, status, demo in rows}
    return {each: ListedProgram(listings[each], *told[each]) for each in ids if each in told}


def find_program(session: Session, program_id: str) -> ListedProgram | None:
    """One program, published or since withdrawn."""
    return listed_programs(session, [program_id]).get(program_id)


def list_published(
    session: Session, search: Search, *, cursor: str | None, size: int = INDEX_PAGE
) -> Page[ListedProgram]:
    """The published programs that fit a search, in the order of their names.

    Every word must stand in the name, the institution, the topics or the summary. A program fits a state where its
    campus is there or its online students may live there. Where a price is named, programs without one are left out.
    """
    statement: Any = (
        select(Program.program_id)
        .join(Institution, Institution.id == Program.institution_id)
        .where(Program.status == ListingStatus.PUBLISHED, *_conditions(search))
    )
    found = read_page(session, statement, _ORDER, lambda row: str(row[0]), cursor=cursor, size=size)
    programs = listed_programs(session, found.items)
    return Page(tuple(programs[each] for each in found.items), found.back, found.on)


def _conditions(search: Search) -> list[Any]:
    topics = func.array_to_string(Program.topics, " ")
    conditions: list[Any] = [
        or_(
            *(
                column.icontains(word, autoescape=True)
                for column in (Program.name, Institution.name, Program.summary, topics)
            )
        )
        for word in search.words[:MOST_WORDS]
    ]
    if search.credential is not None:
        conditions.append(Program.credential == search.credential.value)
    if search.modality is not None:
        conditions.append(_holds(Program.modality, search.modality.value))
    if search.state is not None:
        online = _holds(Program.modality, Modality.ONLINE.value)
        admitted = or_(*(_holds(Program.states_authorized, each) for each in (ALL_STATES, search.state)))
        conditions.append(or_(Program.state == search.state, and_(online, admitted)))
    if search.price_cents is not None:
        conditions.append(Program.tuition_total_cents <= search.price_cents)
    if search.partner_id is not None:
        own = select(PartnerInstitution.institution_id).where(PartnerInstitution.partner_id == search.partner_id)
        conditions.append(Program.institution_id.in_(own))
    return conditions


def _holds(column: Any, value: str) -> Any:
    return literal(value) == any_(column)

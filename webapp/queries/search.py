"""What the search box of staff finds: one thing by its id, or the things of each noun that words are about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, Subquery, exists, func, intersect, or_, select, union
from sqlalchemy.orm import Session

from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.domain.search_words import SearchWords
from webapp.models import (
    BulkAct,
    Delivery,
    Institution,
    Invoice,
    Lead,
    LeadReturn,
    Message,
    Partner,
    Program,
    Prospect,
    Publisher,
    Submission,
)

MOST_COUNTED: Final = 1000
"""Counting stops here: whoever finds more writes more words."""
MOST_PEOPLE, MOST_SHOWN = 20, 10
_IDS: dict[str, Any] = {
    "leads": Lead.id,
    "submissions": Submission.id,
    "messages": Message.id,
    "deliveries": Delivery.id,
    "partners": Partner.id,
    "invoices": Invoice.id,
    "returns": LeadReturn.id,
    "publishers": Publisher.id,
    "bulk_acts": BulkAct.id,
}


@dataclass(frozen=True, slots=True)
class FoundId:
    """What an id belongs to: the noun of a page, and the id of the row."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One submission and whose it is. Holds personal data."""

    submission_id: UUID
    prospect_id: UUID
    name: str
    email: str | None
    phone: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FoundLead:
    """One lead of somebody who was found."""

    id: UUID
    prospect_id: UUID
    partner: str
    program_id: str
    status: LeadStatus
    reason: str | None
    test: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FoundPartner:
    """A partner whose names or contact address have the words."""

    id: UUID
    display_name: str
    legal_name: str
    status: PartnerStatus


@dataclass(frozen=True, slots=True)
class FoundProgram:
    """A listing that has the words in its name, its id or its institution's name."""

    program_id: str
    name: str
    institution: str
    status: str


@dataclass(frozen=True, slots=True)
class FoundInstitution:
    """An institution that has the words in its name, and how many listings it has."""

    id: UUID
    name: str
    programs: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The first of what was found, and how many there are in all: `MOST_COUNTED` stands for that many or more."""

    rows: tuple[Any, ...]
    count: int

    @property
    def is_more(self) -> bool:
        """Whether there may be more than was counted."""
        return self.count >= MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, by noun. `people` and `leads` are empty for those who may not see people."""

    people: Counted
    leads: Counted
    partners: Counted
    institutions: Counted
    programs: Counted

    @property
    def count(self) -> int:
        """How many in all."""
        return sum(each.count for each in (self.people, self.leads, self.partners, self.institutions, self.programs))


def find_by_id(session: Session, words: SearchWords) -> FoundId | None:
    """What the search names by itself: by any row's whole id, a webhook-id or an invoice's number; None for nothing."""
    row_id = words.id
    if row_id is not None:
        for kind, column in _IDS.items():
            if session.execute(select(exists().where(column == row_id))).scalar():
                return FoundId(kind, row_id)
    delivery = session.execute(select(Delivery.id).where(Delivery.webhook_id == words.text)).scalar()
    if delivery is not None:
        return FoundId("deliveries", delivery)
    if words.invoice_number is not None:
        invoice = session.execute(select(Invoice.id).where(Invoice.number == words.invoice_number)).scalar()
        return FoundId("invoices", invoice) if invoice else None
    return None


def search(session: Session, words: SearchWords, *, email_key: bytes | None, sees_people: bool) -> Findings:
    """What has the words, noun by noun. `email_key` is the keyed hash of the address they are, if they are one."""
    people, leads = _people(session, words, email_key) if sees_people else (_NOTHING, _NOTHING)
    if words.names_a_person:
        return Findings(people, leads, _partners(session, words), _NOTHING, _NOTHING)
    return Findings(people, leads, _partners(session, words), _institutions(session, words), _programs(session, words))


_NOTHING = Counted((), 0)


def _people(session: Session, words: SearchWords, email_key: bytes | None) -> tuple[Counted, Counted]:
    """Whose details they are. The newest first, of those that were counted."""
    if email_key is not None:
        which: ColumnElement[bool] = Prospect.email_key == email_key
    elif words.phones:
        which = Prospect.phone.in_(words.phones)
    elif words.query is not None:
        which = _holds(func.search_vector(Prospect.first_name, Prospect.last_name), words.query)
    else:
        return _NOTHING, _NOTHING
    some = select(Prospect.id, Prospect.created_at).where(which).limit(MOST_COUNTED).subquery()
    return _people_of(session, some)


def _people_of(session: Session, some: Subquery) -> tuple[Counted, Counted]:
    counted = (
        select(some.c.id, func.count().over().label("total")).order_by(some.c.created_at.desc()).limit(MOST_PEOPLE)
    )
    first = session.execute(counted).all()
    if not first:
        return _NOTHING, _NOTHING
    ids = [row.id for row in first]
    rows = session.execute(
        select(
            Submission.id,
            Prospect.id,
            func.concat_ws(" ", Prospect.first_name, Prospect.last_name),
            Prospect.email,
            Prospect.phone,
            Submission.created_at,
        )
        .join(Submission, Submission.prospect_id == Prospect.id)
        .where(Prospect.id.in_(ids))
        .order_by(Submission.created_at.desc(), Submission.id.desc())
        .limit(MOST_PEOPLE)
    )
    people = Counted(tuple(FoundPerson(*row) for row in rows), first[0].total)
    leads = session.execute(
        select(
            Lead.id,
            Lead.prospect_id,
            Partner.display_name,
            Lead.program_id,
            Lead.status,
            Lead.reason,
            Lead.test,
            Lead.created_at,
            func.count().over(),
        )
        .join(Partner, Partner.id == Lead.partner_id)
        .where(Lead.prospect_id.in_(ids))
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .limit(MOST_PEOPLE)
    ).all()
    return people, Counted(tuple(FoundLead(*row[:8]) for row in leads), leads[0][8] if leads else 0)


def _partners(session: Session, words: SearchWords) -> Counted:
    """There are hundreds at most, so they are read through."""
    said = (Partner.display_name, Partner.legal_name, Partner.slug, Partner.contact_email)
    rows = session.execute(
        select(Partner.id, Partner.display_name, Partner.legal_name, Partner.status, func.count().over())
        .where(or_(*(column.icontains(words.text, autoescape=True) for column in said)))
        .order_by(func.lower(Partner.display_name), Partner.id)
        .limit(MOST_SHOWN)
    ).all()
    return Counted(tuple(FoundPartner(*row[:4]) for row in rows), rows[0][4] if rows else 0)


def _institutions(session: Session, words: SearchWords) -> Counted:
    if words.query is None:
        return _NOTHING
    some = select(Institution.id, Institution.name).where(_in_school(words.query)).limit(MOST_COUNTED).subquery()
    first = select(some.c.id, some.c.name, func.count().over().label("total")).order_by(some.c.name).limit(MOST_SHOWN)
    shown = first.subquery()
    programs = select(func.count()).where(Program.institution_id == shown.c.id).scalar_subquery()
    rows = session.execute(select(shown.c.id, shown.c.name, programs, shown.c.total).order_by(shown.c.name)).all()
    return Counted(tuple(FoundInstitution(*row[:3]) for row in rows), rows[0][3] if rows else 0)


def _programs(session: Session, words: SearchWords) -> Counted:
    """Each word may be in the listing's name or in its institution's."""
    found = programs_with(session, words)
    if found is None:
        return _NOTHING
    some = found.limit(MOST_COUNTED).subquery()
    first = select(some.c.id, func.count().over().label("total")).order_by(some.c.id).limit(MOST_SHOWN).subquery()
    rows = session.execute(
        select(Program.program_id, Program.name, Institution.name, Program.status, first.c.total)
        .join(first, first.c.id == Program.id)
        .join(Institution, Institution.id == Program.institution_id)
        .order_by(Program.name, Program.program_id)
    ).all()
    return Counted(tuple(FoundProgram(*row[:4]) for row in rows), rows[0][4] if rows else 0)


def programs_with(session: Session, words: SearchWords) -> Select[tuple[UUID]] | None:
    """The listings that have every word in their name or their institution's, and that whose id it is. None for no
    words."""
    if words.query is None:
        return None
    said = words.query.split(" & ")
    # Most words are in no institution's name: these are looked up together, and not word by word in tens of thousands.
    # Counted, for of "is there any" the planner thinks that it is answered soonest by reading the whole table.
    counts = [select(func.count()).select_from(Institution).where(_in_school(word)).scalar_subquery() for word in said]
    at_schools = dict(zip(said, session.execute(select(*counts)).one(), strict=True))
    alone = " & ".join(word for word in said if not at_schools[word])
    each: list[Select[Any] | CompoundSelect[Any]] = [select(Program.id).where(_in_name(alone))] if alone else []
    for word in said:
        if at_schools[word]:
            by_institution = select(Program.id).join(Institution, Institution.id == Program.institution_id)
            each.append(select(Program.id).where(_in_name(word)).union(by_institution.where(_in_school(word))))
    by_id = select(Program.id).where(Program.program_id == words.text)
    both = union(by_id, select(intersect(*each).subquery().c.id)).subquery()
    return select(both.c.id)


def _in_name(query: str) -> ColumnElement[bool]:
    return _holds(func.search_vector(Program.name), query)


def _in_school(query: str) -> ColumnElement[bool]:
    return _holds(func.search_vector(Institution.name), query)


def _holds(vector: ColumnElement[Any], query: str) -> ColumnElement[bool]:
    return vector.bool_op("@@")(func.to_tsquery("simple", func.search_fold(query)))

"""Program groups: programs of one partner that share terms."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.models import Fee, GroupedProgram, PartnerInstitution, Program, ProgramGroup
from webapp.services.partner import locked

LONGEST_NAME = 100


def create(session: Session, clock: Clock, partner_id: UUID, name: str) -> UUID:
    """Make an empty group; its id. Refused for a name that is taken, empty or too long."""
    locked(session, partner_id)
    _check_name(session, partner_id, name)
    made = ProgramGroup(
        id=new_id(), partner_id=partner_id, name=name.strip(), created_at=clock.now(), updated_at=clock.now()
    )
    session.add(made)
    session.flush()
    return made.id


def rename(session: Session, clock: Clock, group_id: UUID, name: str) -> None:
    """Give a group another name. Invoices that were made, and leads whose price is fixed, keep the former one."""
    group = _group(session, group_id)
    if name.strip() != group.name:
        _check_name(session, group.partner_id, name)
        group.name, group.updated_at = name.strip(), clock.now()
        session.flush()


def put(session: Session, group_id: UUID, program_ids: Collection[str]) -> int:
    """Move programs into a group, out of the one they were in; how many. Leads that exist keep their price.

    Refused, naming them, for programs that are not of the partner's own institutions.
    """
    group = _group(session, group_id)
    wanted = set(program_ids)
    own = set(
        session.scalars(
            select(Program.program_id)
            .join(PartnerInstitution, PartnerInstitution.institution_id == Program.institution_id)
            .where(Program.program_id.in_(wanted), PartnerInstitution.partner_id == group.partner_id)
        )
    )
    if wanted - own:
        raise Refused(
            *(
                Problem("programs", f"{each} is not a program of this partner's institutions.")
                for each in sorted(wanted - own)[:20]
            )
        )
    if own:
        rows = [{"program_id": each, "group_id": group_id} for each in sorted(own)]
        statement = insert(GroupedProgram).values(rows)
        session.execute(
            statement.on_conflict_do_update(index_elements=["program_id"], set_={"group_id": group_id}),
            execution_options={"synchronize_session": False},
        )
    return len(own)


def take_out(session: Session, group_id: UUID, program_ids: Collection[str]) -> None:
    """Programs leave the group: the partner's own terms stand for them."""
    _group(session, group_id)
    session.execute(
        delete(GroupedProgram)
        .where(GroupedProgram.group_id == group_id, GroupedProgram.program_id.in_(set(program_ids)))
        .execution_options(synchronize_session=False)
    )


def remove(session: Session, group_id: UUID) -> None:
    """Remove a group. Refused when terms name it, also former ones: an old price must still say what it was for."""
    group = _group(session, group_id)
    if session.execute(select(exists().where(Fee.group_id == group_id))).scalar():
        raise Refused(Problem("group", "Terms have a price for it.", "Rename it, or take its programs out."))
    session.delete(group)
    session.flush()


def _group(session: Session, group_id: UUID) -> ProgramGroup:
    found = session.get(ProgramGroup, group_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such group.")
    return found


def _check_name(session: Session, partner_id: UUID, name: str) -> None:
    if not name.strip() or len(name.strip()) > LONGEST_NAME or not name.isprintable():
        raise Refused(Problem("name", f"Write one line of at most {LONGEST_NAME} characters."))
    taken = exists().where(ProgramGroup.partner_id == partner_id, ProgramGroup.name == name.strip())
    if session.execute(select(taken)).scalar():
        raise Refused(Problem("name", "Another group of this partner has that name."))

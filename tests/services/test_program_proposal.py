"""Proposals of partners: those who decide on one at the same time wait for each other, and none of them for ever."""

import threading
from uuid import UUID

from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from tests.factories.school import make_school
from webapp.domain.clock import SystemClock
from webapp.domain.errors import NotFound
from webapp.domain.program_proposal import ProposalStatus
from webapp.gateways.sealing import Seal
from webapp.models import Institution, ListingDraft, PartnerInstitution, ProgramProposal
from webapp.services import listing_draft, program_proposal

CLOCK = SystemClock()
ROW = {"program_id": "larkspur-new", "name": "Data", "credential": "master", "cip": "30.7001"}


def proposed(session: Session, seal: Seal) -> UUID:
    """A proposal of a school for itself."""
    school = make_school(session, seal)
    institution = session.scalars(
        select(Institution.name)
        .join(PartnerInstitution, PartnerInstitution.institution_id == Institution.id)
        .where(PartnerInstitution.partner_id == school.partner_id)
    ).one()
    return program_proposal.propose_listing(
        session,
        CLOCK,
        partner_id=school.partner_id,
        listing={**ROW, "institution": institution},
        note=None,
        test=False,
        actor="pat@school.example",
    )


def test_declining_and_publishing_at_once_wait_for_each_other_in_one_order(fresh_database_url: str, seal: Seal) -> None:
    engine = create_engine(fresh_database_url)
    with Session(engine) as session, session.begin():
        proposal_id = proposed(session, seal)
        draft_id = program_proposal.take_up(session, CLOCK, proposal_id, actor="ada@staff.example")
    refused: list[Exception] = []

    def publish() -> None:
        try:
            with Session(engine) as session, session.begin():
                listing_draft.publish(session, CLOCK, draft_id, actor="bob@staff.example")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
            refused.append(error)

    late = threading.Thread(target=publish)
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
    with Session(engine) as session, session.begin():
        session.get_one(ProgramProposal, proposal_id, with_for_update=True)
        late.start()
        while late.is_alive() and not session.execute(waits).scalar_one():
            late.join(timeout=0.01)
        # Whoever published first would hold the draft that goes here, and wait for the proposal that is held here.
        program_proposal.decline(session, CLOCK, proposal_id, "It is there already.", actor="ada@staff.example")
    late.join(timeout=10)
    assert [type(each) for each in refused] == [NotFound]
    with Session(engine) as session:
        assert session.get_one(ProgramProposal, proposal_id).status is ProposalStatus.DECLINED
        assert session.get(ListingDraft, draft_id) is None
    engine.dispose()


def test_a_proposal_that_was_taken_up_is_accepted_by_publishing(session: Session, seal: Seal) -> None:
    proposal_id = proposed(session, seal)
    draft_id = program_proposal.take_up(session, CLOCK, proposal_id, actor="ada@staff.example")
    assert program_proposal.take_up(session, CLOCK, proposal_id, actor="bob@staff.example") == draft_id
    listing_draft.publish(session, CLOCK, draft_id, actor="bob@staff.example")
    row = session.get_one(ProgramProposal, proposal_id)
    assert (row.status, row.decided_by) == (ProposalStatus.ACCEPTED, "bob@staff.example")

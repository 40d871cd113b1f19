"""Partners as staff make them: in test first, live when they are ready, and never charged by enrolment."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.charge import MoneyStatus
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import InvalidTransition, NotFound, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.partner import PARTNER_LIFECYCLE, PARTNER_REASONS, PartnerStatus
from webapp.domain.terms import Fee, FeeKind
from webapp.gateways.sealing import Seal
from webapp.models import (
    Delivery,
    Institution,
    Lead,
    LedgerEntry,
    OutboxEvent,
    Partner,
    PartnerEndpoint,
    PartnerEvent,
    PartnerInstitution,
    PartnerTerms,
)
from webapp.queries.invoice import lead_money
from webapp.queries.partners import get_partner, list_groups, list_partners
from webapp.queries.readiness import readiness
from webapp.queries.terms import list_terms
from webapp.services import delivery, lead, partner, program_group, terms
from webapp.services.handover import Outside
from webapp.services.partner import Identity
from webapp.services.terms import Agreed
from webapp.services.transaction import Begin

WEST = Identity("Westhill College", "Westhill", "America/Denver", "leads@westhill.example")
ADA = "ada@staff.example"


def test_a_partner_starts_in_test_and_goes_live_only_when_it_is_ready(
    session: Session, begin: Begin, clock: FrozenClock, links: Links, seal: Seal, delivery_outside: Outside
) -> None:
    with pytest.raises(Refused) as refused:
        partner.create(
            session, clock, "West Hill", Identity(" ", "a\nb", "Mars/Base", "nobody"), actor=ADA
        )  # fmt: skip
    named = {problem.where for problem in refused.value.problems}
    assert named == {"slug", "legal_name", "display_name", "time_zone", "contact_email"}

    school = make_school(session, seal, status=PartnerStatus.TEST)
    institution = session.execute(select(Institution.id)).scalar_one()
    endpoint = session.get_one(PartnerEndpoint, school.endpoint_id)
    session.execute(delete(PartnerTerms))
    made = partner.create(session, clock, "westhill", WEST, actor=ADA)
    assert get_partner(session, made, clock.now()).status is PartnerStatus.TEST
    with pytest.raises(Refused, match="short name"):
        partner.create(session, clock, "westhill", WEST, actor=ADA)
    with pytest.raises(Refused, match="Another partner speaks"):
        partner.speak_for(session, made, institution)
    partner.stop_speaking_for(session, school.partner_id, institution)
    with pytest.raises(Refused) as refused:
        partner.move(session, clock, made, PartnerStatus.LIVE, reason="ready", actor=ADA)
    assert [problem.where for problem in refused.value.problems] == ["terms", "institutions", "delivery"]

    partner.speak_for(session, made, institution)
    partner.speak_for(session, made, institution)
    terms.agree(session, clock, made, Agreed((Fee(FeeKind.PER_LEAD, 4000),)), actor=ADA)
    endpoint.partner_id, endpoint.created_at = made, clock.now()
    session.flush()
    mine = School(school.program_id, made, WEST.legal_name, school.secret, school.endpoint_id)
    submit_request(session, clock, links, [mine])
    clock.advance(timedelta(minutes=10))
    (lead_id,) = session.scalars(select(Lead.id)).all()
    lead.release(session, clock, lead_id)
    delivery.attempt(begin, clock, delivery_outside, session.scalars(select(Delivery.id)).one())
    assert session.get_one(Lead, lead_id).status is LeadStatus.DELIVERED
    assert lead_money(session, lead_id).status is MoneyStatus.NOT_BILLABLE
    assert session.scalars(select(LedgerEntry)).all() == []  # a test lead

    assert all(point.met for point in readiness(session, made, clock.now()))
    partner.move(session, clock, made, PartnerStatus.LIVE, reason="ready", actor=ADA, words="All looked at.")
    steps = get_partner(session, made, clock.now()).steps
    assert [(step.from_status, step.to_status, step.reason, step.actor) for step in steps] == [
        (None, PartnerStatus.TEST, "created", ADA),
        (PartnerStatus.TEST, PartnerStatus.LIVE, "ready", ADA),
    ]
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(update(PartnerEvent).values(actor="x").execution_options(synchronize_session=False))
    with pytest.raises(InvalidTransition):
        partner.move(session, clock, made, PartnerStatus.TEST, reason="created", actor=ADA)
    with pytest.raises(Refused, match="no reason"):
        partner.move(session, clock, made, PartnerStatus.PAUSED, reason="ready", actor=ADA)
    assert [each.slug for each in list_partners(session, status=PartnerStatus.LIVE).items] == ["westhill"]


def test_leads_that_waited_for_a_paused_partner_are_looked_at_at_once(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    school = make_school(session, seal)
    partner.move(session, clock, school.partner_id, PartnerStatus.PAUSED, reason="complaints", actor="scorecard")
    submit_request(session, clock, links, [school])
    clock.advance(timedelta(minutes=10))
    held = session.scalars(select(Lead)).one()
    lead.release(session, clock, held.id)
    assert held.status is LeadStatus.HELD_SCHEDULE
    session.execute(delete(PartnerTerms))
    with pytest.raises(Refused, match="No terms are in force"):
        partner.move(session, clock, school.partner_id, PartnerStatus.LIVE, reason="resumed_by_staff", actor=ADA)
    terms.agree(session, clock, school.partner_id, Agreed((Fee(FeeKind.PER_LEAD, 1),)), actor=ADA)
    waiting = len(session.scalars(select(OutboxEvent.id)).all())
    partner.move(session, clock, school.partner_id, PartnerStatus.LIVE, reason="resumed_by_partner", actor="lee")
    session.refresh(held)
    assert held.due_at == clock.now()
    assert len(session.scalars(select(OutboxEvent.id)).all()) == waiting + 1
    lead.release(session, clock, held.id)
    assert held.reason == "hold_over"


def test_leads_that_waited_for_a_partner_that_is_ended_end_at_once(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    school = make_school(session, seal)
    submit_request(session, clock, links, [school])
    held = session.scalars(select(Lead)).one()
    held.status, held.reason = LeadStatus.HELD_CAP, "cap_full"
    held.due_at = clock.now() + timedelta(days=3)
    session.flush()
    partner.move(session, clock, school.partner_id, PartnerStatus.ENDED, reason="ended_by_staff", actor=ADA)
    session.refresh(held)
    assert held.due_at == clock.now()
    lead.release(session, clock, held.id)
    assert (held.status, held.reason) == (LeadStatus.EXPIRED, "partner_ended")


def test_groups_hold_a_partners_own_programs(session: Session, clock: FrozenClock, seal: Seal) -> None:
    school, other = make_school(session, seal), make_school(session, seal, name="Other")
    first, second = (program_group.create(session, clock, school.partner_id, name) for name in ("Online", "Campus"))
    with pytest.raises(Refused, match="has that name"):
        program_group.create(session, clock, school.partner_id, " Online ")
    with pytest.raises(Refused, match=f"{other.program_id} is not"):
        program_group.put(session, first, [school.program_id, other.program_id])
    program_group.put(session, first, [school.program_id])
    program_group.put(session, second, [school.program_id])
    program_group.rename(session, clock, second, "On campus")
    groups = {group.name: [each for each, _ in group.programs] for group in list_groups(session, school.partner_id)}
    assert groups == {"On campus": [school.program_id], "Online": []}
    program_group.remove(session, first)
    institution = session.execute(
        select(PartnerInstitution.institution_id).where(PartnerInstitution.partner_id == school.partner_id)
    ).scalar_one()
    partner.stop_speaking_for(session, school.partner_id, institution)
    assert [group.programs for group in list_groups(session, school.partner_id)] == [()]
    with pytest.raises(NotFound):
        partner.stop_speaking_for(session, other.partner_id, institution)
    partner.change(session, clock, school.partner_id, replace(WEST, display_name="Now Westhill"))
    assert session.get_one(Partner, school.partner_id).display_name == "Now Westhill"


def test_terms_that_cannot_be_meant_are_refused_all_at_once(session: Session, clock: FrozenClock, seal: Seal) -> None:
    school, other = make_school(session, seal), make_school(session, seal, name="Other")
    foreign = program_group.create(session, clock, other.partner_id, "Theirs")
    wrong = Agreed(
        (Fee(FeeKind.PER_LEAD, -1), Fee(FeeKind.PER_LEAD, 5, foreign), Fee(FeeKind.FLAT_PER_CYCLE, 5, foreign)),
        currency="usd",
        return_days=400,
        return_percent=120,
    )
    yesterday = clock.now().date() - timedelta(days=1)
    with pytest.raises(Refused) as refused:
        terms.agree(session, clock, school.partner_id, wrong, actor=ADA, from_day=yesterday)
    assert {problem.where for problem in refused.value.problems} == {
        "fees", "currency", "return_days", "return_percent", "from_day",
    }  # fmt: skip
    with pytest.raises(Refused, match="No fee"):
        terms.agree(session, clock, school.partner_id, Agreed(()), actor=ADA)
    terms.agree(session, clock, school.partner_id, Agreed((Fee(FeeKind.PER_LEAD, 7000),)), actor=ADA)
    (only,) = list_terms(session, school.partner_id)
    assert (only.fees, only.agreed_by) == ((Fee(FeeKind.PER_LEAD, 7000),), ADA)
    # The release before this one, still running for a moment, reads the same price.
    assert session.scalars(
        select(PartnerTerms.price_cents).where(PartnerTerms.partner_id == school.partner_id)
    ).one() == 7000  # fmt: skip
    for table in ("terms_versions", "fees"):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize("title_iv", [True, None, False])
def test_no_fee_by_enrolment_reaches_a_school_with_federal_aid(
    session: Session, clock: FrozenClock, seal: Seal, title_iv: bool | None
) -> None:
    """The type knows two kinds, so does the table; and were a word added there, the triggers still refuse it."""
    assert {str(kind) for kind in FeeKind} == {"per_lead", "flat_per_cycle"}
    school = make_school(session, seal)
    session.execute(update(Institution).values(title_iv=title_iv))
    version = terms.agree(session, clock, school.partner_id, Agreed((Fee(FeeKind.PER_LEAD, 1),)), actor=ADA)
    for kind in ("per_enrolment", "tuition_share"):
        with pytest.raises(DBAPIError, match="ck_fees_feekind"), session.begin_nested():
            add_fee(session, version, kind)

    session.execute(text("ALTER TABLE fees DROP CONSTRAINT ck_fees_feekind"))  # taken back with the test
    if title_iv is not False:
        with pytest.raises(DBAPIError, match="no fee by enrolment"), session.begin_nested():
            add_fee(session, version, "per_enrolment")
        return
    add_fee(session, version, "per_enrolment")
    for unknown in ("title_iv = NULL", "title_iv = true"):
        with pytest.raises(DBAPIError, match="no fee by enrolment"), session.begin_nested():
            session.execute(text(f"UPDATE institutions SET {unknown}"))
    aided = Institution(id=new_id(), key="aided", name="Aided", control="public", title_iv=True)
    session.add(aided)
    session.flush()
    with pytest.raises(DBAPIError, match="no fee by enrolment"), session.begin_nested():
        session.execute(insert(PartnerInstitution).values(institution_id=aided.id, partner_id=school.partner_id))


def add_fee(session: Session, version: UUID, kind: str) -> None:
    session.execute(
        text("INSERT INTO fees (id, terms_id, kind, cents) VALUES (:id, :version, :kind, 100)"),
        {"id": new_id(), "version": version, "kind": kind},
    )


def test_every_road_of_a_partner_has_a_reason() -> None:
    reached = {status for roads in PARTNER_LIFECYCLE.roads.values() for status in roads} | {PartnerStatus.TEST}
    assert {status for status, reasons in PARTNER_REASONS.items() if reasons} == reached

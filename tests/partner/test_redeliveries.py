"""Sending again from the portal: counted before it is done, recorded as the school's own wish, billed once."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update

from tests.factories.portal import put_lead_in
from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.partner_role import PartnerRole
from webapp.models import AuditEntry, Delivery, Lead, LeadEvent, LedgerEntry

PAGE = "/partner/send-again"


def test_what_failed_is_counted_then_sent_again_as_the_schools_own_wish(
    logged_in: Callable[..., Visitor], running: Runtime, school: School, clock: FrozenClock
) -> None:
    visitor = logged_in(PartnerRole.ADMISSIONS)
    with running.begin() as session:
        failed = [put_lead_in(session, running, school, LeadStatus.FAILED) for _ in range(3)]
        put_lead_in(session, running, school, LeadStatus.DELIVERED)
        old = session.scalars(select(Delivery).where(Delivery.lead_id == failed[0])).one()
        session.execute(update(Lead).where(Lead.id == failed[1]).values(expires_at=clock.now()))
        old.finished_at = clock.now() - timedelta(days=3)
        earlier = old.id
    asked = {"what": "failed", "since": f"{clock.now() - timedelta(hours=1):%Y-%m-%d %H:%M}"}
    shown = visitor.post(PAGE, {**asked, "do": "show"}, form_at=PAGE).text
    assert "1 delivery would be sent again" in shown
    assert "1 other is too old" in shown
    assert "bills nothing by itself" in shown
    with running.begin() as session:
        status = session.scalars(select(Lead.status).where(Lead.id == failed[2])).one()
    assert status is LeadStatus.FAILED  # to look is not to send
    visitor.post(PAGE, {**asked, "do": "send"}, form_at=PAGE)
    visitor.post(f"{PAGE}/{earlier}", form_at=PAGE)  # one alone
    with running.begin() as session:
        steps = session.execute(
            select(LeadEvent.lead_id, LeadEvent.reason).where(
                LeadEvent.lead_id.in_(failed), LeadEvent.reason.startswith("replayed")
            )
        ).all()
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "delivery")).all()
    assert {tuple(each) for each in steps} == {(each, "replayed_by_partner") for each in (failed[0], failed[2])}
    assert done.count("had sent again") == 2
    page = visitor.get(f"/partner/deliveries/{earlier}")
    assert page.status_code == 200  # it stays in sight while it waits for its turn
    assert "You had it sent again." in page.text


def test_what_was_delivered_is_handed_over_once_more_and_bills_nothing(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    visitor = logged_in()
    with running.begin() as session:
        lead_id = put_lead_in(session, running, school, LeadStatus.DELIVERED)
        before = session.scalar(select(func.count()).select_from(LedgerEntry))
    asked = {"what": "delivered", "since": "2026-11-01", "method": str(school.endpoint_id)}
    assert "nothing is billed" in visitor.post(PAGE, {**asked, "do": "show"}, form_at=PAGE).text
    visitor.post(PAGE, {**asked, "do": "send"}, form_at=PAGE)
    with running.begin() as session:
        row = session.scalars(select(Delivery).where(Delivery.lead_id == lead_id)).one()
        found = (row.status, row.redelivery, row.reason)
        assert session.get_one(Lead, lead_id).status is LeadStatus.DELIVERED
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == before
    assert found == (DeliveryStatus.PENDING, True, "redelivery_by_partner")


def test_a_moment_that_is_none_is_refused_beside_its_field(logged_in: Callable[..., Visitor]) -> None:
    visitor = logged_in()
    for since in ("", "yesterday", "2026-13-01", "2026-11-22 25:00"):
        answer = visitor.post(PAGE, {"what": "failed", "since": since}, form_at=PAGE)
        assert answer.status_code == 422
        assert 'id="since-error"' in answer.text

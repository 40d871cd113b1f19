"""What a partner sees of its money: returns with what is left, invoices in three shapes, and what performance costs."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from tests.factories.portal import make_invoices, put_lead_in
from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.funnel import FunnelSource, FunnelStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.partner_role import PartnerRole
from webapp.domain.terms import Fee, FeeKind
from webapp.models import Lead, LeadReturn, LedgerEntry
from webapp.queries.funnel_pace import funnel_pace
from webapp.queries.performance import ContactSpan, performance, performance_with_groups
from webapp.services import charge, funnel, lead_return, program_group, terms
from webapp.services.funnel import Said
from webapp.services.terms import Agreed

S = LeadStatus


def billed(running: Runtime, school: School, count: int) -> list[UUID]:
    """Leads that the school has and owes for."""
    with running.begin() as session:
        made = [put_lead_in(session, running, school, S.DELIVERED) for _ in range(count)]
        for each in made:
            charge.accrue(session, session.get_one(Lead, each, with_for_update=True), at=running.clock.now())
    return made


def test_a_return_is_asked_for_knowing_what_is_left_and_the_answer_is_read(
    running: Runtime, logged_in: Callable[..., Visitor], school: School, clock: FrozenClock
) -> None:
    with running.begin() as session:
        agreed = Agreed((Fee(FeeKind.PER_LEAD, 3300),), return_days=10, return_percent=20)
        terms.agree(session, running.clock, school.partner_id, agreed, actor="ada")
    clock.advance(timedelta(hours=1))
    first, second, *_ = billed(running, school, 5)
    clerk, reader = logged_in(PartnerRole.ADMISSIONS), logged_in(PartnerRole.READ_ONLY)
    lead, path = f"/partner/leads/{first}", f"/partner/leads/{first}/return"
    for page in (clerk.get(lead).text, clerk.get(path).text):
        words = " ".join(page.split())
        assert 'until <time datetime="2026-12-05T15:17:00Z">December 5, 2026, 15:17 UTC</time>, 10 days after' in words
        assert "1 of 5 in this lead’s cycle. 0 are used, 1 is left." in words
    assert path in clerk.get(lead).text
    assert path not in reader.get(lead).text
    for sent, told in (
        ({}, "Choose what is wrong"),
        ({"reason": "other"}, "Say what is wrong with the lead"),
        ({"reason": "duplicate"}, "needs the day on which you had the student first"),
        ({"reason": "student_complaint"}, "Choose one of the options"),
    ):
        answer = clerk.post(path, sent, form_at=path)
        assert (answer.status_code, told in answer.text) == (422, True), told
    wish = {"reason": "bad_contact", "words": "Her mail came back."}
    assert clerk.post(path, wish, form_at=path).location == lead
    assert "asked for before" in clerk.post(path, wish, form_at=path).text
    shown = clerk.get(f"/partner/leads/{second}").text
    assert "1 is used, 0 are left" in " ".join(shown.split())
    assert f"{second}/return" not in shown
    assert "they are used" in clerk.post(f"/partner/leads/{second}/return", wish, form_at=path).text
    with running.begin() as session:
        made = session.scalars(select(LeadReturn.id).where(LeadReturn.lead_id == first)).one()
        lead_return.deny(session, running.clock, made, actor="ada", words="Our own mail was read.")
    for visitor, sees in ((clerk, True), (reader, False)):
        for page in (visitor.get("/partner/returns?status=denied").text, visitor.get(lead).text):
            assert "Denied" in page
            assert ("Our own mail was read." in page) is sees
    assert "No return is like that" in clerk.get("/partner/returns?status=approved").text
    assert clerk.get("/partner/returns?status=x").status_code == 404
    clock.advance(timedelta(days=11))
    clerk = logged_in(PartnerRole.ADMISSIONS)
    assert "It could be returned until" in clerk.post(f"/partner/leads/{second}/return", wish, form_at=lead).text


def test_what_is_accrued_and_invoiced_is_shown_to_the_cent_as_page_paper_and_file(
    running: Runtime, logged_in: Callable[..., Visitor], school: School
) -> None:
    with running.begin() as session:
        old = [put_lead_in(session, running, school, S.DELIVERED) for _ in range(2)]
        (invoice_id,) = make_invoices(session, running, school.partner_id, *old)
    billed(running, school, 3)
    reader = logged_in(PartnerRole.READ_ONLY)
    listed = " ".join(reader.get("/partner/invoices").text.split())
    assert "<strong>$135.00</strong> for 3 leads; closes on" in listed
    assert "November 30, 2026</time>." in listed
    assert "$90.00" in listed
    assert "No invoice is like that" in reader.get("/partner/invoices?status=paid").text
    path = f"/partner/invoices/{invoice_id}"
    page = reader.get(path).text
    paper = reader.get(f"{path}/invoice.pdf")
    assert (paper.mimetype, paper.data[:5], b"(90.00) Tj" in paper.data) == ("application/pdf", b"%PDF-", True)
    file = reader.get(f"{path}/leads.csv")
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert {row["lead_id"] for row in rows} == {str(each) for each in old}
    assert (page.count("$90.00"), [row["amount"] for row in rows]) == (3, ["45.00", "45.00"])
    assert "Silva" not in page + file.text + paper.data.decode("cp1252")
    with running.begin() as session:
        owed = select(func.sum(LedgerEntry.amount_cents)).where(LedgerEntry.partner_id == school.partner_id)
        assert session.execute(owed).scalar_one() == 9000 + 13_500


def test_a_lead_that_nothing_was_said_of_is_not_yet_contacted_and_counts(
    running: Runtime, logged_in: Callable[..., Visitor], school: School, clock: FrozenClock
) -> None:
    made = billed(running, school, 6)
    clock.advance(timedelta(days=9))
    with running.begin() as session:
        for number, (status, day) in enumerate(
            ((FunnelStatus.CONTACTED, 25), (FunnelStatus.QUALIFIED, 28), (FunnelStatus.APPLIED, 30))
        ):
            said = Said(status, date(2026, 11, day))
            funnel.record(session, clock, made[number], said, source=FunnelSource.API, actor="crm")
        gone = session.get_one(Lead, made[5])
        gone.status = S.WITHDRAWN
    with running.begin() as session:
        (row,) = performance(session, partner_id=school.partner_id, by_group=False)
        both = performance_with_groups(session, school.partner_id, since=clock.now() - timedelta(days=60))
        assert both == ((row,), performance(session, partner_id=school.partner_id))
        pace = funnel_pace(session, school.partner_id, since=clock.now() - timedelta(days=60))
    assert {span: count for span, count in row.contacted.items() if count} == {
        ContactSpan.SAME_DAY: 1,
        ContactSpan.THREE_DAYS: 1,
        ContactSpan.WEEK: 1,
    }
    # Six delivered: three contacted, two never answered for, and one that its student took back is nobody's to contact.
    assert (row.delivered, row.not_contacted, row.contacted_share, row.days_to_contact) == (6, 2, 0.6, 5.0)
    assert [(each.reached, each.dated, each.days) for each in pace[:4]] == [
        (3, 1, 0.0),
        (2, 1, 3.0),
        (1, 0, None),
        (1, 1, 5.0),
    ]
    page = " ".join(logged_in(PartnerRole.READ_ONLY).get("/partner/performance").text.split())
    page = re.sub(r"<(td|th) [^>]*>", r"<\1>", page)
    assert "<th>Nov 2026</th><td>1</td><td>0</td><td>1</td><td>1</td><td>0</td><td>2</td><td>60%</td>" in page
    assert "$270.00" in page
    assert "/partner/leads?step=none" in page
    assert "By program group" not in page
    with running.begin() as session:
        group = program_group.create(session, clock, school.partner_id, "Evenings")
        program_group.put(session, group, [school.program_id])
    page = " ".join(logged_in(PartnerRole.READ_ONLY).get("/partner/performance").text.split())
    page = re.sub(r"<(td|th) [^>]*>", r"<\1>", page)
    assert "Nov 2026</th><td>Evenings</td><td>6</td><td>6</td><td>100%</td><td>2</td><td>5</td>" in page

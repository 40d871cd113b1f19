"""What a partner's people see of leads: which, how much, in which words; and what leaves as a file."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.factories.portal import SHOWN, ask_for, put_lead_in
from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.errors import InvalidTransition
from webapp.domain.ids import new_id
from webapp.domain.lead import HAS_PERSON, SEEN_BY_PARTNER, LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.domain.partner_role import PartnerRole
from webapp.domain.question import Answer, QuestionKind
from webapp.models import AuditEntry, Lead, Partner, Prospect
from webapp.partner.analytics import duration
from webapp.partner.leads import COLUMNS, csv_lines
from webapp.queries.consent_certificate import find_certificate_of_lead
from webapp.queries.partner_leads import ExportedLead, get_partner_lead
from webapp.services import lead as leads
from webapp.services.partner_setting import resume
from webapp.ui.chart import nice_top

S = LeadStatus
STATES = (S.DELIVERING, S.DELIVERED, S.REJECTED, S.DUPLICATE_AT_PARTNER, S.FAILED, S.WITHDRAWN)
HIDDEN = (S.QUEUED, S.HELD_CAP, S.HELD_SCHEDULE, S.HELD_REVIEW, S.EXPIRED)
STANDS = {
    S.DELIVERING: ("could not take it at the last try", "We try again at November 25, 2026, 16:05 UTC"),
    S.DELIVERED: ("You have it", "contact the student in the ways they allow"),
    S.REJECTED: ("Your system answered that it does not take it", "look at its answer below"),
    S.DUPLICATE_AT_PARTNER: ("answered 409", "only in the ways they allow"),
    S.FAILED: ("at any of the tries over about three days", "ask us to send it again"),
    S.WITHDRAWN: ("took it back after it was handed over", "Stop contacting the student"),
}


def test_each_state_a_partner_sees_says_why_and_what_next_and_shows_people_only_where_it_may(
    running: Runtime, logged_in: Callable[..., Visitor], school: School
) -> None:
    with running.begin() as session:
        made = {status: put_lead_in(session, running, school, status) for status in (*STATES, *HIDDEN)}
        made[S.UNDO_WINDOW] = ask_for(session, running, school, "undo@student.example")
    assert set(STATES) == SEEN_BY_PARTNER | {S.WITHDRAWN}
    clerk, reader = logged_in(PartnerRole.ADMISSIONS), logged_in(PartnerRole.READ_ONLY)
    listed = clerk.get("/partner/leads").text
    for status in (*HIDDEN, S.UNDO_WINDOW):
        assert str(made[status]) not in listed, status
        assert clerk.get(f"/partner/leads/{made[status]}").status_code == 404, status
    assert "@student.example" not in listed
    assert listed.count("Ana Silva") == len(HAS_PERSON)
    assert "Silva" not in reader.get("/partner/leads").text
    for status in STATES:
        path = f"/partner/leads/{made[status]}"
        assert path in listed
        page, without = clerk.get(path).text, reader.get(path).text
        for told in STANDS[status]:
            assert told in page.replace("&#39;", "'"), (status, told)
        assert ("@student.example" in page) is (status in HAS_PERSON), status
        assert ("Silva" in page) is (status in HAS_PERSON), status
        assert "@student.example" not in without
        assert "Silva" not in without
        assert "$30,000" not in page, "a budget is the student's own"
        assert "184 ms" in page, status
    assert "next try 2026-11-25 16:05" in listed.replace('<time datetime="2026-11-25T16:05:00Z">', "").replace(
        "</time>", ""
    )
    assert listed.count(">New<") == 1
    assert clerk.get("/partner/leads").text.count(">New<") == 0
    with running.begin() as session:
        viewed = session.scalars(
            select(AuditEntry.object_id).where(
                AuditEntry.partner_id == school.partner_id, AuditEntry.action == "viewed"
            )
        ).all()
    assert set(viewed) == {str(made[status]) for status in HAS_PERSON}


def test_what_was_sent_and_answered_is_shown_to_those_who_may_and_never_a_secret(
    running: Runtime, logged_in: Callable[..., Visitor], school: School
) -> None:
    with running.begin() as session:
        lead_id = put_lead_in(session, running, school, S.DELIVERED)
        back = put_lead_in(session, running, school, S.WITHDRAWN)
        sent = get_partner_lead(session, school.partner_id, lead_id).deliveries[0].id
        taken = get_partner_lead(session, school.partner_id, back).deliveries[0].id
    clerk, reader = logged_in(PartnerRole.ADMISSIONS), logged_in(PartnerRole.READ_ONLY)
    page = clerk.get(f"/partner/deliveries/{sent}").text
    assert SHOWN["email"] in page
    assert "QM-20418" in page
    assert school.secret not in page
    for visitor, path in ((reader, sent), (clerk, taken)):
        text = visitor.get(f"/partner/deliveries/{path}").text
        assert SHOWN["email"] not in text
        assert "QM-20418" not in text
    listed = clerk.get("/partner/deliveries?status=delivered").text
    assert str(sent) in listed
    assert SHOWN["email"] not in listed


def test_an_erased_student_is_gone_from_every_page(
    running: Runtime, logged_in: Callable[..., Visitor], school: School, clock: FrozenClock
) -> None:
    with running.begin() as session:
        lead_id = put_lead_in(session, running, school, S.DELIVERED)
        prospect = session.get_one(Lead, lead_id).prospect_id
        session.execute(
            update(Prospect)
            .where(Prospect.id == prospect)
            .values(erased_at=clock.now(), email=None, first_name=None, last_name=None)
        )
    page = logged_in().get(f"/partner/leads/{lead_id}").text
    assert "No personal details are shown any more" in page
    assert "QM-20418" not in page


def test_the_certificate_holds_the_words_and_says_when_they_were_changed(
    running: Runtime, logged_in: Callable[..., Visitor], school: School
) -> None:
    with running.begin() as session:
        lead_id = put_lead_in(session, running, school, S.DELIVERED)
        record = find_certificate_of_lead(session, school.partner_id, lead_id)
    visitor = logged_in(PartnerRole.READ_ONLY)
    page = visitor.get(f"/partner/consents/{record}").text
    assert f"I agree that Program Match sends {school.legal_name}" in page
    assert "The records hold" in page
    assert "/results" in page
    assert "@student.example" not in page
    assert str(record) in visitor.get(f"/partner/leads/{lead_id}").text


def test_the_export_is_streamed_written_down_and_holds_only_what_may_be_shown(
    running: Runtime, logged_in: Callable[..., Visitor], school: School
) -> None:
    with running.begin() as session:
        made = {status: put_lead_in(session, running, school, status) for status in (*STATES, S.HELD_CAP)}
    clerk = logged_in(PartnerRole.ADMISSIONS)
    answer = clerk.post("/partner/leads/export", form_at="/partner/leads")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = {row["lead_id"]: row for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))}
    assert set(rows) == {str(made[status]) for status in STATES}
    for status in STATES:
        row = rows[str(made[status])]
        assert row["status"] == status
        assert bool(row["email"]) is (status in HAS_PERSON)
        assert bool(row["postal_code"]) is (status in HAS_PERSON)
        assert row["phone"] == "", "a phone is exported only where calls or texts are allowed"
    few = clerk.post("/partner/leads/export?status=failed&from=2026-11-25&to=2026-11-25", form_at="/partner/leads")
    assert few.text.count("\n") == 2
    assert clerk.post("/partner/leads/export?to=2026-11-24", form_at="/partner/leads").text.count("\n") == 1
    with running.begin() as session:
        done = session.scalars(
            select(AuditEntry.after).where(AuditEntry.partner_id == school.partner_id, AuditEntry.action == "exported")
        ).all()
    assert {"filter": {"status": "failed", "from": "2026-11-25", "to": "2026-11-25"}} in done


def test_no_cell_of_the_export_is_a_formula_whatever_a_student_wrote(running: Runtime, data_dir: Path) -> None:
    naughty = json.loads((data_dir / "blns.json").read_text())
    naughty += ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "=cmd|' /C calc'!A0", '"=1+1', ";=1+1"]
    made = tuple(
        ExportedLead(
            id=new_id(),
            created_at=running.clock.now(),
            program_id="p",
            program=text,
            status=S.DELIVERED,
            reason=text,
            test=False,
            delivered_at=None,
            first_name=text,
            last_name=text,
            email=text,
            phone="+14155550134",
            state=text,
            postal_code=text,
            country=text,
            channels=("email", "phone"),
            preferences=ContactPreferences(),
            answers=(Answer(new_id(), QuestionKind.TEXT, text, text),),
        )
        for text in naughty
    )
    rows = list(csv.reader(io.StringIO("".join(csv_lines(made)), newline="")))
    assert [len(row) for row in rows] == [len(COLUMNS)] * len(naughty)
    cells = [cell for row in rows for cell in row]
    dangerous = [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(cell)]
    assert dangerous == []
    assert len(cells) > 8000
    # What was written is all there, behind at most one apostrophe.
    for text, row in zip(naughty, rows, strict=True):
        assert row[8] in (text, f"'{text}"), text


def test_pausing_holds_leads_back_and_resuming_lets_them_go_on(
    running: Runtime, logged_in: Callable[..., Visitor], school: School, clock: FrozenClock
) -> None:
    owner = logged_in()
    with running.begin() as session:
        lead_id = ask_for(session, running, school, "waits@student.example")
    assert "While you are paused nothing is handed over" in owner.get("/partner/settings").text
    owner.post("/partner/settings/pause", form_at="/partner/settings")
    clock.advance(timedelta(minutes=11))
    with running.begin() as session:
        leads.release(session, clock, lead_id)
    assert "1 lead waits" in owner.get("/partner/settings").text
    overview = owner.get("/partner/").text
    assert "Your leads are paused." in overview
    owner.post("/partner/settings/resume", form_at="/partner/settings")
    with running.begin() as session:
        leads.release(session, clock, lead_id)
    with running.begin() as session:
        assert session.get_one(Lead, lead_id).status is S.QUEUED
        session.execute(update(Partner).where(Partner.id == school.partner_id).values(status=PartnerStatus.PAUSED))
    owner.post("/partner/settings/resume", form_at="/partner/settings")
    with running.begin() as session, pytest.raises(InvalidTransition):
        resume(session, clock, school.partner_id)
    assert "only we can resume them" in owner.get("/partner/settings").text
    kept = {"contact_email": "new@school.example", "time_zone": "America/Denver"}
    assert owner.post("/partner/settings", kept, form_at="/partner/settings").status_code == 303
    assert (
        owner.post("/partner/settings", {**kept, "time_zone": "Mars/Base"}, form_at="/partner/settings").status_code
        == 422
    )
    assert "new@school.example" in owner.get("/partner/activity").text


def test_the_overview_and_the_figures_count_what_came_and_leave_tests_out(
    running: Runtime, logged_in: Callable[..., Visitor], school: School
) -> None:
    owner = logged_in()
    assert "No figures yet" in owner.get("/partner/analytics").text
    assert "Nothing needs you right now" in owner.get("/partner/").text
    with running.begin() as session:
        for status in (*STATES, S.HELD_CAP):
            put_lead_in(session, running, school, status)
        tried = put_lead_in(session, running, school, S.FAILED)
        session.execute(update(Lead).where(Lead.id == tried).values(test=True))
    told = " ".join(owner.get("/partner/").text.split())
    for words in ("1 new lead", "2 leads</strong> that could not be", "1 lead</strong> that your system could not"):
        assert words in told
    assert "Your cap is full for now." in told
    figures = " ".join(owner.get("/partner/analytics").text.split())
    assert "6 in all" in figures
    assert ">33%<" in figures


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 2), (1, 2), (3, 4), (5, 6), (7, 8), (11, 12), (17, 20), (41, 50), (199, 200), (201, 300)],
)
def test_an_axis_ends_on_a_round_number(most: int, top: int) -> None:
    assert nice_top(most) == top


def test_times_read_in_the_unit_that_suits_them() -> None:
    assert [duration(each) for each in (None, 0.4, 59, 90, 7200, 200_000)] == [
        "",
        "0 s",
        "59 s",
        "1.5 min",
        "2 h",
        "2.3 days",
    ]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True

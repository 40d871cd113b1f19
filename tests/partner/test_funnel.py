"""How far the school came, said in the portal: beside a lead, for several at once, by a file."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from tests.factories.portal import put_lead_in
from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.lead import LeadStatus
from webapp.domain.partner_role import PartnerRole
from webapp.models import AuditEntry, FunnelEvent
from webapp.queries.funnel import steps_held

S = LeadStatus


def test_steps_are_said_beside_the_lead_and_corrected_with_a_reason(
    running: Runtime, logged_in: Callable[..., Visitor], school: School, clock: FrozenClock
) -> None:
    with running.begin() as session:
        lead_id = put_lead_in(session, running, school, S.DELIVERED)
        held_back = put_lead_in(session, running, school, S.REJECTED)
    clock.advance(timedelta(days=3))
    clerk, reader = logged_in(PartnerRole.ADMISSIONS), logged_in(PartnerRole.READ_ONLY)
    lead, steps = f"/partner/leads/{lead_id}", f"/partner/leads/{lead_id}/steps"
    assert 'value="2026-11-28"' in clerk.get(lead).text, "the day of today is filled in"
    assert clerk.get(f"/partner/leads/{held_back}/steps").status_code == 404
    for status, on, words in (
        ("", "2026-11-26", "Choose how far you came"),
        ("contacted", "", "Write the day"),
        ("contacted", "2026-11-24", "The lead came on 2026-11-25"),
        ("contacted", "2026-12-24", "Today is 2026-11-28"),
    ):
        answer = clerk.post(steps, {"status": status, "on": on}, form_at=steps)
        assert answer.status_code == 422
        assert words in answer.text
    for status, on in (("contacted", "2026-11-26"), ("applied", "2026-11-28"), ("applied", "2026-11-28")):
        assert clerk.post(steps, {"status": status, "on": on}, form_at=steps).location == lead
    back = clerk.post(steps, {"status": "qualified", "on": "2026-11-28"}, form_at=steps)
    assert (back.status_code, "qualified comes before that. Correct it, with a reason." in back.text) == (422, True)

    fix = f"{steps}/correction"
    for sent, words in (
        ({"right-status": "qualified"}, "Choose why it does not hold"),
        ({"right-reason": "wrong_date", "right-status": "qualified"}, "Write the day"),
        ({"right-reason": "wrong_date", "right-status": "started", "right-on": "2026-11-28"}, "Say it as news"),
    ):
        answer = clerk.post(fix, sent, form_at=steps)
        assert answer.status_code == 422
        assert words in answer.text
    right = {"right-reason": "wrong_date", "right-status": "qualified", "right-on": "2026-11-27"}
    assert clerk.post(fix, right, form_at=steps).location == steps
    told = reader.get(steps).text
    assert "Correction: Qualified" in told
    assert "The date was wrong" in told
    assert "Write it down" not in told
    assert "Qualified, 2026-11-27" in clerk.get("/partner/leads?step=qualified").text
    assert str(lead_id) not in clerk.get("/partner/leads?step=none").text
    with running.begin() as session:
        assert [str(each) for each in steps_held(session, lead_id)] == ["contacted", "qualified"]
        trail = select(AuditEntry.action).where(AuditEntry.object_id == str(lead_id), AuditEntry.action != "viewed")
        assert session.scalars(trail.order_by(AuditEntry.at, AuditEntry.id)).all() == ["said", "said", "corrected"]
    story = " ".join(logged_in().get("/partner/activity").text.split())
    assert "corrected how far it came with lead" in story
    assert "reason: wrong date; status: qualified" in story
    nothing = {"right-reason": "student_left", "right-status": "nothing"}
    assert clerk.post(fix, nothing, form_at=steps).location == steps
    assert str(lead_id) in clerk.get("/partner/leads?step=none").text
    assert clerk.get("/partner/leads?step=sold").status_code == 404


def test_one_step_for_several_is_shown_before_it_is_done_and_leaves_out_what_cannot_be(
    running: Runtime, logged_in: Callable[..., Visitor], school: School, new_school: Callable[[], School]
) -> None:
    with running.begin() as session:
        first, second, rejected = (
            put_lead_in(session, running, school, each) for each in (*[S.DELIVERED] * 2, S.REJECTED)
        )
        foreign = put_lead_in(session, running, new_school(), S.DELIVERED)
    clerk = logged_in(PartnerRole.ADMISSIONS)
    listed = clerk.get("/partner/leads").text
    assert [f'name="lead" value="{each}"' in listed for each in (first, second, rejected)] == [True, True, False]
    path = "/partner/leads/joint-step"
    assert clerk.get(path).location == "/partner/leads"
    assert clerk.get(f"{path}?lead=x").status_code == 404
    day = {"status": "admitted", "on": "2026-11-25"}
    assert clerk.post(f"/partner/leads/{first}/steps", day).status_code == 303
    ticked = f"{path}?lead={first}&lead={second}&lead={rejected}&lead={foreign}"
    assert "How far, with 4 leads?" in clerk.get(ticked).text
    assert clerk.get(f"{ticked}&status=qualified&on=").status_code == 422
    shown = clerk.get(f"{ticked}&status=qualified&on=2026-11-25").text
    assert "Write down “Qualified” for 1 lead" in shown
    assert "Stays as it is" in shown
    assert "qualified comes before that" in shown
    table = shown.split("<table")[1].split("</table>")[0]
    assert [str(each) in table for each in (first, second, rejected, foreign)] == [True, True, False, False]
    assert "2 of the leads you ticked were not delivered to you" in shown
    with running.begin() as session:
        assert steps_held(session, second) == {}
    sent = {"lead": [str(first), str(second), str(foreign)], "status": "qualified", "on": "2026-11-25"}
    for told in ("Written down for 1 lead", "Written down for 0 leads"):
        assert told in clerk.post(path, sent).text
    assert clerk.post(path, {"status": "qualified"}).location == "/partner/leads"
    many = "&".join(f"lead=01890000-0000-7000-8000-{number:012d}" for number in range(101))
    assert clerk.get(f"{path}?{many}&status=qualified&on=2026-11-25").location == "/partner/leads"
    with running.begin() as session:
        assert list(steps_held(session, second)) == ["qualified"]
        assert steps_held(session, foreign) == {}
        events = session.scalars(select(FunnelEvent.source).where(FunnelEvent.lead_id == second)).all()
    assert list(events) == ["portal"]


def test_a_file_is_checked_line_by_line_and_then_written_by_one_press(
    running: Runtime, logged_in: Callable[..., Visitor], school: School
) -> None:
    with running.begin() as session:
        first, second = (put_lead_in(session, running, school, S.DELIVERED) for _ in range(2))
    clerk, path = logged_in(PartnerRole.ADMISSIONS), "/partner/leads/status-file"

    def send(content: str, what: str = "check", encoding: str = "utf-8-sig") -> str:
        file = (io.BytesIO(content.encode(encoding)), "statuses.csv")
        return clerk.post(path, {"file": file, "what": what}, form_at=path).text

    header = "lead_id,status,date\r\n"
    bad = f"{header}{first},sold,2026-11-25\r\nx,contacted,2026-11-25\r\n{second},contacted,2026-11-26\r\n"
    for what in ("check", "write"):
        told = send(bad, what)
        assert "Nothing was written" in told
        assert "3 things are wrong in 3 lines" in told
        rows = [re.sub(r"<[^>]+>|\s+", " ", each) for each in re.findall(r"<tr role.*?</tr>", told, re.S)[1:]]
        assert [re.split(r"\s+", each.strip())[:2] for each in rows] == [
            ["2", "status"],
            ["3", "lead_id"],
            ["4", "date"],
        ]
        assert "One of: contacted, qualified" in told
        assert "Today is 2026-11-25" in told
    assert "Choose a file" in clerk.post(path, {"what": "check"}, form_at=path).text
    assert "spreadsheet" in send("PK\x03\x04", encoding="ascii")
    assert "The file has no lines" in send(header)

    good = f"{header}{first},contacted,2026-11-25\r\n{second},applied,2026-11-25\r\n{second},applied,2026-11-25\r\n"
    checked = send(good)
    assert "nothing is written yet" in checked
    assert "Write 2 statuses down" in checked
    with running.begin() as session:
        assert steps_held(session, first) == {}
    kept = re.search(r'name="kept" value="([^"]+)"', checked)
    assert kept is not None
    done = clerk.post(path, {"kept": kept[1], "what": "write"}, form_at=path).text
    assert "Written down: 2 new statuses" in done
    assert (done.count(">New<"), done.count(">Said before<")) == (2, 1)
    with running.begin() as session:
        assert (list(steps_held(session, first)), list(steps_held(session, second))) == (["contacted"], ["applied"])
    example = clerk.get(f"{path}/example.csv").text
    assert example.startswith("lead_id,status,date\r\n")
    assert "You have no lead of that id" in send(example)

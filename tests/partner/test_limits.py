"""Caps, hours and pace in the portal: who may change what, what waits for the owner, and what the page says of it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.portal import put_lead_in
from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.domain.cap import CapMeasure, CapPeriod, CapTerms, WhenFull
from webapp.domain.lead import LeadStatus
from webapp.domain.partner_role import PartnerRole
from webapp.domain.schedule import Pace, Span
from webapp.models import AuditEntry, CapRequest
from webapp.queries.cap import list_caps
from webapp.queries.cap_request import list_open_requests
from webapp.queries.schedule import find_schedule
from webapp.services import program_group
from webapp.services.cap_terms import set_cap

DAILY = {"scope": "all", "period": "day", "measure": "count", "limit": "10", "when_full": "hold"}
HOURS = {"open": "week", **{f"day_{day}": "9-17" for day in range(5)}, "pace": "each"}


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def caps(running: Runtime, school: School) -> Callable[[], list[tuple[int, WhenFull]]]:
    """What is in force, the first cap first."""

    def caps() -> list[tuple[int, WhenFull]]:
        with running.begin() as session:
            rows = list_caps(session, school.partner_id, running.clock.now())
        return [(row.terms.limit, row.terms.when_full) for row in rows]

    return caps


def cap_path(running: Runtime, school: School) -> str:
    with running.begin() as session:
        return f"/partner/limits/caps/{list_caps(session, school.partner_id, running.clock.now())[0].id}"


def test_admissions_lower_caps_alone_and_ask_the_owner_for_more(
    running: Runtime,
    school: School,
    logged_in: Callable[..., Visitor],
    caps: Callable[[], list[tuple[int, WhenFull]]],
) -> None:
    owner, clerk, reader = logged_in(), logged_in(PartnerRole.ADMISSIONS), logged_in(PartnerRole.READ_ONLY)
    assert clerk.post("/partner/limits/caps/new", DAILY).status_code == 303
    path = cap_path(running, school)
    assert caps() == [(10, WhenFull.HOLD)]
    assert clerk.post(path, {"limit": "4", "when_full": "tell"}).status_code == 303
    assert caps() == [(4, WhenFull.TELL)]

    asked = clerk.post(path, {"limit": "40", "when_full": "hold", "words": "The fall campaign <begins>"})
    assert asked.status_code == 303
    assert caps() == [(4, WhenFull.TELL)]
    again = clerk.post(f"{path}/remove")
    assert again.status_code == 422
    assert "waits for the owner already" in again.text
    assert caps() == [(4, WhenFull.TELL)]
    for visitor, sees in ((owner, "Approve"), (clerk, "Take it back"), (reader, "Waiting for your owner")):
        page = visitor.get("/partner/limits")
        assert "4 leads a day → 40 leads a day" in words_of(page.text)
        assert "The fall campaign &lt;begins&gt;" in page.text
        assert sees in page.text
        assert ("Approve" in page.text) is (visitor is owner)
    assert "request for a higher cap waits for you to decide" in words_of(owner.get("/partner/").text)

    with running.begin() as session:
        (request,) = list_open_requests(session, school.partner_id)
    decision = f"/partner/limits/requests/{request.id}"
    assert owner.post(f"{decision}/take-back").status_code == 404  # it is not the owner's own
    assert owner.post(f"{decision}/approve").status_code == 303
    assert caps() == [(40, WhenFull.HOLD)]
    told = owner.client.post(
        f"{decision}/decline", data={"csrf_token": owner.token("/partner/")}, follow_redirects=True
    )
    assert "decided already" in told.text
    assert caps() == [(40, WhenFull.HOLD)]

    assert clerk.post(f"{path}/remove").status_code == 303
    with running.begin() as session:
        (removal,) = list_open_requests(session, school.partner_id)
    assert removal.wanted is None
    assert clerk.post(f"/partner/limits/requests/{removal.id}/take-back").status_code == 303
    assert clerk.post(path, {"limit": "41", "when_full": "hold"}).status_code == 303
    assert owner.post(f"{path}/remove").status_code == 303
    gone = owner.get("/partner/limits").text
    assert "The cap was removed since" in gone
    with running.begin() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.partner_id == school.partner_id, AuditEntry.object_type == "limits")
        ).all()
        assert session.scalars(select(CapRequest.status).order_by(CapRequest.id)).all()
    told_of = [entry.action for entry in sorted(entries, key=lambda entry: entry.id)]
    assert told_of == [
        *("cap_set", "cap_set", "cap_asked", "cap_request_approved"),
        *("cap_removal_asked", "cap_request_taken_back", "cap_asked", "cap_removed"),
    ]
    changed = next(entry for entry in entries if entry.action == "cap_request_approved")
    assert changed.before == {"cap": "4 leads a day, all leads", "when_full": "Tell the student at once"}
    assert (changed.after or {})["cap"] == "40 leads a day, all leads"
    activity = words_of(owner.get("/partner/activity").text)
    assert "asked the owner for another cap cap: 4 leads a day, all leads → 40 leads a day, all leads" in activity


def test_a_cap_set_now_counts_what_the_day_had_and_says_so(
    running: Runtime, school: School, logged_in: Callable[..., Visitor]
) -> None:
    with running.begin() as session:
        for status in (LeadStatus.DELIVERED, LeadStatus.DELIVERED, LeadStatus.QUEUED, LeadStatus.FAILED):
            put_lead_in(session, running, school, status)
    owner = logged_in()
    assert owner.post("/partner/limits/caps/new", {**DAILY, "limit": "3"}).status_code == 303
    page = words_of(owner.get("/partner/limits").text)
    assert "3 of 3 leads taken today: full. Starts again Thu, Nov 26, 00:00 EST." in page
    assert (
        "A lead that came this minute would wait until Thu, Nov 26, 00:00 EST if its student lets it wait, and else "
        "end and the student be told: your cap of 3 leads a day (all leads) is full." in page
    )
    for wrong in ({"limit": "2.5"}, {"limit": ""}, {"scope": "group:x"}, {"period": "year"}):
        assert owner.post("/partner/limits/caps/new", {**DAILY, **wrong}).status_code == 422
    budget = {**DAILY, "measure": "budget", "limit": "200.50", "period": "month", "scope": "state:TX"}
    assert owner.post("/partner/limits/caps/new", budget).status_code == 303
    assert "$200.50 a month students in Texas" in words_of(owner.get("/partner/limits").text)
    texan = words_of(owner.get("/partner/limits?state=TX").text)
    assert "from a student in Texas" in texan
    assert owner.get("/partner/limits?state=QQ").status_code == 404


def test_hours_and_pace_are_set_read_back_and_foretold(
    running: Runtime, school: School, logged_in: Callable[..., Visitor]
) -> None:
    with running.begin() as session:
        group_id = program_group.create(session, running.clock, school.partner_id, "Evening")
        program_group.put(session, group_id, [school.program_id])
    clerk = logged_in(PartnerRole.ADMISSIONS)
    wrong = clerk.post("/partner/limits/hours", {**HOURS, "day_1": "nine to five"})
    assert wrong.status_code == 422
    assert "“nine to five” cannot be read" in wrong.text
    assert "Write how many leads." in wrong.text
    assert "Write a number of minutes." in wrong.text
    late = {**HOURS, "day_1": "17-9", "pace_most": "2", "pace_minutes": "60"}
    assert "Tuesday: hours must open before they close" in clerk.post("/partner/limits/hours", late).text
    assert clerk.post("/partner/limits/hours", {"open": "week", "pace": "none"}).status_code == 422
    right = {**HOURS, "day_1": "9am-noon, 13:00 to 17.30", "closed_on": "2026-11-26, 2026-11-27"}
    assert clerk.post("/partner/limits/hours", {**right, "pace_most": "2", "pace_minutes": "60"}).status_code == 303
    with running.begin() as session:
        kept = find_schedule(session, school.partner_id, None)
    assert kept is not None
    assert kept.hours[1] == (Span(540, 720), Span(780, 1050))
    assert (kept.pace, len(kept.holidays)) == (Pace(2, 60), 2)
    assert 'value="09:00–12:00, 13:00–17:30"' in clerk.get("/partner/limits/hours").text

    running.clock.at += timedelta(hours=8, minutes=40)  # type: ignore[attr-defined]  # Wednesday, 17:45 in New York
    clerk = logged_in(PartnerRole.ADMISSIONS)
    page = words_of(clerk.get("/partner/limits").text)
    assert "would wait until Mon, Nov 30, 09:00 EST: outside your hours." in page  # two holidays and a weekend
    assert "Closed now Opens Mon, Nov 30, 09:00 EST." in page
    path = f"/partner/limits/groups/{group_id}/hours"
    assert "your general hours and pace stand for this group" in clerk.get(path).text
    always = {"open": "always", "pace": "spread", "pace_most": "1"}
    assert clerk.post(path, always).status_code == 303
    group_page = words_of(clerk.get(f"/partner/limits?program={school.program_id}").text)
    assert "A lead that came this minute would go out at once." in group_page
    assert "at most 1 lead a day, spread evenly over the open hours" in group_page
    assert clerk.post(f"{path}/remove").status_code == 303
    assert clerk.post(f"{path}/remove").status_code == 404
    changes = words_of(clerk.get("/partner/limits").text)
    assert "Hours: Monday 09:00–17:00; Tuesday 09:00–12:00, 13:00–17:30; Wednesday to Friday 09:00–17:00" in changes
    assert "Hours set by staff" not in changes


def test_of_staff_the_partner_sees_what_they_changed_and_not_who_they_are(
    running: Runtime, school: School, logged_in: Callable[..., Visitor]
) -> None:
    with running.begin() as session:
        terms = CapTerms(CapPeriod.WEEK, CapMeasure.COUNT, 7)
        set_cap(session, running.clock, school.partner_id, terms)
        session.add(
            AuditEntry(
                at=running.clock.now(),
                actor="grace@ours.example",
                action="cap_set",
                object_type="limits",
                object_id=str(school.partner_id),
                before={},
                after={"cap": "7 leads a week, all leads"},
            )
        )
    reader = logged_in(PartnerRole.READ_ONLY)
    page = reader.get("/partner/limits")
    assert "grace@ours.example" not in page.text
    assert "Staff of Program Match set a cap – 7 leads a week, all leads" in words_of(page.text)
    assert "Add a cap" not in page.text
    assert "Change" not in words_of(page.text).replace("Changed lately", "")

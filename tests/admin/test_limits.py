"""Caps, hours and pace in the back office."""

import re
from collections.abc import Callable

from sqlalchemy import select

from tests.admin.conftest import Visitor
from tests.factories.school import School
from webapp.bootstrap import Runtime
from webapp.domain.cap import CapMeasure, CapPeriod, CapTerms
from webapp.models import AuditEntry
from webapp.queries.cap import list_caps
from webapp.queries.schedule import find_schedule
from webapp.services import program_group
from webapp.services.cap_request import change


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_staff_set_caps_and_hours_and_each_change_is_written_down(
    running: Runtime, school: School, logged_in: Callable[..., Visitor]
) -> None:
    with running.begin() as session:
        group_id = program_group.create(session, running.clock, school.partner_id, "Evening")
        program_group.put(session, group_id, [school.program_id])
    owner, analyst, path = logged_in(), logged_in("analyst"), f"/admin/partners/{school.partner_id}/limits"
    assert "As many leads come as students ask for." in owner.get(path).text
    wanted: dict[str, object] = {
        "scope": f"group:{group_id}",
        "period": "week",
        "measure": "count",
        "when_full": "tell",
    }
    assert owner.post(f"{path}/caps/new", {**wanted, "limit": "1,000,001"}).status_code == 422
    assert owner.post(f"{path}/caps/new", {**wanted, "limit": "0"}).status_code == 303
    with running.begin() as session:
        (row,) = list_caps(session, school.partner_id, running.clock.now())
    page = words_of(owner.get(f"{path}?program={school.program_id}").text)
    assert (
        "would end at once and its student be told: its cap of 0 leads a week (programs of “Evening”) is full." in page
    )
    assert "would go out at once" in words_of(owner.get(path).text)  # a program of no group
    assert owner.post(f"{path}/caps/{row.id}", {"limit": "2.5", "when_full": "hold"}).status_code == 422
    assert owner.post(f"{path}/caps/{row.id}", {"limit": "25", "when_full": "hold"}).status_code == 303
    with running.begin() as session:
        more = CapTerms(row.terms.period, CapMeasure.COUNT, 90, row.terms.scope)
        change(session, running.clock, school.partner_id, more, actor="sam@school.example", may_raise_spend=False)
    assert "25 leads a week → 90 leads a week" in words_of(owner.get(path).text)

    hours: dict[str, object] = {"open": "week", "day_0": "10-12", "pace": "none"}
    assert owner.post(f"{path}/groups/{group_id}/hours", {**hours, "closed_on": "Xmas"}).status_code == 422
    assert owner.post(f"{path}/groups/{group_id}/hours", hours).status_code == 303
    seen = words_of(analyst.get(path).text)
    assert "Monday 10:00–12:00 Tuesday closed" in seen
    assert "Add a cap" not in seen
    assert "Change hours" not in seen
    assert owner.post(f"{path}/hours", {"open": "always", "pace": "spread", "pace_most": "12"}).status_code == 303
    assert owner.post(f"{path}/groups/{group_id}/hours/remove").status_code == 303
    assert owner.post(f"{path}/caps/{row.id}/remove").status_code == 303
    with running.begin() as session:
        kept = find_schedule(session, school.partner_id, None)
        assert find_schedule(session, school.partner_id, group_id) is None
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.object_id == str(school.partner_id), AuditEntry.object_type == "limits")
        ).all()
    assert kept is not None
    assert kept.pace is not None
    told = sorted(entries, key=lambda entry: entry.id)
    assert [entry.action for entry in told] == [
        *("cap_set", "cap_set", "hours_set", "hours_set", "hours_removed", "cap_removed")
    ]
    assert told[1].before == {"cap": "0 leads a week, programs of “Evening”", "when_full": "Tell the student at once"}
    assert told[3].after == {
        "for": "all leads",
        "hours": "at any time",
        "pace": "at most 12 leads a day, spread evenly over the open hours",
    }
    assert told[0].partner_id is None
    assert "0 leads a week" in owner.get("/admin/audit").text


def test_a_cap_of_another_partner_is_not_found(
    running: Runtime, school: School, logged_in: Callable[..., Visitor]
) -> None:
    owner, path = logged_in(), f"/admin/partners/{school.partner_id}/limits"
    set_up: dict[str, object] = {
        "scope": "all",
        "period": CapPeriod.DAY,
        "measure": "budget",
        "limit": "12.50",
        "when_full": "hold",
    }
    assert owner.post(f"{path}/caps/new", set_up).status_code == 303
    with running.begin() as session:
        (row,) = list_caps(session, school.partner_id, running.clock.now())
    assert row.terms.limit == 1250
    assert 'value="12.5"' in owner.get(f"{path}/caps/{row.id}").text
    other = f"/admin/partners/01890000-0000-7000-8000-000000000000/limits/caps/{row.id}"
    assert owner.get(other).status_code == 404
    assert owner.post(f"{other}/remove").status_code == 404

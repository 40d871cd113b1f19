"""The audit log: who looked at whom, and finding what was done."""

import re
from datetime import timedelta

from sqlalchemy import select

from tests.admin.accounts import Account, Visit
from tests.admin.conftest import Asked
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.models import AuditEntry, Lead, Message, Prospect


def test_whoever_looks_at_a_person_is_written_down_once_for_each_look(
    running: Runtime, visit: Visit, account: Account, asked: Asked
) -> None:
    visitor, login, analyst = visit(), account("support"), account("analyst")
    reader = visit()
    visitor.log_in(login.email, login.password)
    reader.log_in(analyst.email, analyst.password)
    with running.begin() as session:
        message_id = session.scalars(
            select(Message.id).where(Message.prospect_id.is_not(None), Message.submission_id == asked.submission_id)
        ).first()
    looks = [("lead", f"leads/{asked.lead_id}"), ("submission", f"submissions/{asked.submission_id}")]
    if message_id is not None:
        looks.append(("message", f"messages/{message_id}"))
    for _, path in looks:
        assert visitor.get(f"/admin/{path}").status_code == reader.get(f"/admin/{path}").status_code == 200
    with running.begin() as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.staff_id == login.id, AuditEntry.action == "viewed")
        ).all()
        none = session.scalars(
            select(AuditEntry).where(AuditEntry.staff_id == analyst.id, AuditEntry.action == "viewed")
        ).all()
    assert sorted(row.object_type for row in rows) == sorted(kind for kind, _ in looks)
    assert all(row.before is None and row.after is None and row.remote_address for row in rows)
    assert none == [], "who is shown no person looked at none"


def test_the_audit_log_is_searched_by_person_thing_kind_and_time(
    running: Runtime, visit: Visit, account: Account, asked: Asked, clock: FrozenClock
) -> None:
    visitor, login = visit(), account("support")
    visitor.log_in(login.email, login.password)
    visitor.get(f"/admin/leads/{asked.lead_id}")

    def rows(query: str) -> list[str]:
        page = visitor.get(f"/admin/audit?{query}")
        assert page.status_code == 200, query
        return re.findall(r'data-label="Did"[^>]*>(?:<[^>]+>)*([^<]+)<', page.text)

    own = f"who={login.id}"
    assert rows(own) == ["viewed", "logged in"]
    assert rows(f"{own}&kind=views") == ["viewed"]
    assert rows(f"{own}&kind=way_in") == ["logged in"]
    assert rows(f"{own}&kind=changes") == []
    assert rows(f"type=lead&id={asked.lead_id}") == ["viewed"]
    assert rows(f"{own}&type=lead") == ["viewed"]
    today = clock.now().date()
    assert rows(f"{own}&since={today}&until={today}") == ["viewed", "logged in"]
    assert rows(f"{own}&until={today - timedelta(days=1)}") == rows(f"{own}&since={today + timedelta(days=1)}") == []
    assert "staff.create" in rows("who=command-line&type=staff_account") or rows("who=command-line") != []
    with running.begin() as session:
        email = session.get_one(Prospect, session.get_one(Lead, asked.lead_id).prospect_id).email
    visitor.post("/admin/find", {"text": email}, form_at="/admin/")
    assert rows(f"{own}&kind=views") == ["searched", "viewed"], "both look at people"
    assert rows(f"{own}&kind=changes") == []
    for wrong in ("who=me", "kind=odd", "since=yesterday", "until=2026-13-01", "page=x", "id=%00"):
        assert visitor.get(f"/admin/audit?{wrong}").status_code == 404, wrong
    assert visitor.get("/admin/audit?to=9999-12-31").status_code == 200

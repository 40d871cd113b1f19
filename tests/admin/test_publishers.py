"""Publishers in the back office: set up, changed, paused; their lines and their months."""

from collections.abc import Callable

from sqlalchemy import select

from tests.admin.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.domain.ids import new_id
from webapp.domain.publisher import PUBLISHER
from webapp.models import AuditEntry, Publisher
from webapp.services import publisher


def test_a_publisher_is_set_up_changed_and_paused(logged_in: Callable[..., Visitor], running: Runtime) -> None:
    owner, name = logged_in(), f"Guides {new_id()}"
    wrong = owner.post("/admin/publishers/new", {"name": name, "origins": "https://guides.example/page"})
    assert wrong.status_code == 422
    assert "Write the site alone: https://guides.example" in wrong.text
    made = owner.post("/admin/publishers/new", {"name": name, "origins": "https://guides.example"})
    assert made.status_code == 303
    again = owner.post("/admin/publishers/new", {"name": name.upper(), "origins": "https://guides.example"})
    assert "Another publisher has that name" in again.text
    with running.begin() as session:
        row = session.scalars(select(Publisher).where(Publisher.name == name)).one()
        publisher.count(session, running.clock, {PUBLISHER: row.key}, started=3, completed=2)
        publisher.count(session, running.clock, {PUBLISHER: row.key}, started=1, requests=1, introductions=2)
    page = owner.get(made.location).text
    assert f'publisher="{row.key}"' in page
    csv = owner.get(f"{made.location}/months.csv")
    assert csv.text.splitlines()[1].endswith(",4,2,1,2")
    assert owner.post(f"{made.location}/edit", {"name": name, "origins": "https://*.guides.example"}).status_code == 303
    owner.post(f"{made.location}/move/paused", {})
    owner.post(f"{made.location}/move/paused", {})
    assert "It is so already" in owner.get(made.location).text
    with running.begin() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.object_id == str(row.id)).order_by(AuditEntry.id)
        ).all()
    assert [entry.action for entry in entries] == ["created", "changed", "paused"]
    assert entries[1].before is not None
    assert entries[1].after is not None
    assert (entries[1].before["origins"], entries[1].after["origins"]) == (
        ["https://guides.example"],
        ["https://*.guides.example"],
    )

"""The operations page: what runs, what waits, and the switches."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete, select

from tests.admin.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.models import AuditEntry, SwitchedOff


@pytest.fixture
def running(running: Runtime) -> Iterator[Runtime]:
    """Leaves everything on."""
    yield running
    with running.begin() as session:
        session.execute(delete(SwitchedOff))


def test_it_says_when_the_broker_is_gone_and_still_opens(logged_in: Callable[..., Visitor]) -> None:
    page = logged_in("analyst").get("/admin/operations").text
    assert "The broker does not answer" in page
    assert "Nothing is lost" in page
    assert "Stop mail" not in page  # only an owner may


def test_an_owner_stops_mail_and_lets_it_go_on(logged_in: Callable[..., Visitor], running: Runtime) -> None:
    owner, of_switches = logged_in(), AuditEntry.object_type == "switch"
    with running.begin() as session:
        earlier = session.scalars(select(AuditEntry.id).where(of_switches)).all()
    owner.post("/admin/operations/mail/off", {"words": ""})
    assert "Say why" in owner.get("/admin/operations").text
    assert owner.post("/admin/operations/mail/off", {"words": "<b>blocked</b>"}).status_code == 303
    page = owner.get("/admin/operations").text
    assert "“&lt;b&gt;blocked&lt;/b&gt;”" in page
    assert owner.post("/admin/operations/mail/on").status_code == 303
    assert "Stop mail" in owner.get("/admin/operations").text
    with running.begin() as session:
        entries = session.scalars(
            select(AuditEntry).where(of_switches, AuditEntry.id.not_in(earlier)).order_by(AuditEntry.id)
        ).all()
    assert [(entry.action, entry.before, entry.after) for entry in entries] == [
        ("switched_off", {"on": True}, {"on": False, "why": "<b>blocked</b>"}),
        ("switched_on", {"on": False}, {"on": True}),
    ]

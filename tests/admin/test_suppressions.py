"""Staff find suppressions by an address that is kept nowhere, add and lift them, and leave a trace without it."""

from collections.abc import Callable

from sqlalchemy import select

from tests.admin.conftest import Asked, Visitor
from webapp.bootstrap import Runtime
from webapp.domain.bounce import ReportKind
from webapp.domain.ids import address_key
from webapp.domain.message import MessageClass, MessageStatus
from webapp.domain.suppression import EVERY_CLASS
from webapp.models import AuditEntry, InboundMail, Message, Suppression
from webapp.services import suppression

LIST = "/admin/suppressions"
LoggedIn = Callable[..., Visitor]


def test_found_added_lifted_and_written_down(logged_in: LoggedIn, running: Runtime) -> None:
    address = "Blocked@Student.example"
    key = address_key(running.links.secret, address)
    support = logged_in("support")
    found = support.post(f"{LIST}/find", {"address": address}, form_at=LIST)
    assert found.location == f"{LIST}?person={key.hex()}"
    assert "such an address gets mail of every class" in support.get(found.location).text
    assert support.post(f"{LIST}/find", {"address": "nonsense"}, form_at=LIST).status_code == 422

    asked: dict[str, object] = {"address": address, "scope": "everything", "reason": "asked_of_staff"}
    assert support.post(LIST, {**asked, "reason": "hard_bounce"}, form_at=LIST).status_code == 422
    assert support.post(LIST, asked, form_at=LIST).location == f"{LIST}?person={key.hex()}"
    assert support.post(LIST, {**asked, "scope": "matches"}, form_at=LIST).status_code == 303  # it stands already
    with running.begin() as session:
        suppression.suppress(session, key, [MessageClass.MATCHES], reason="stopped_by_student", at=running.clock.now())
        rows = session.scalars(select(Suppression).where(Suppression.email_key == key)).all()
        own = next(row.id for row in rows if row.reason == "stopped_by_student")
        ours = next(row.id for row in rows if row.reason != "stopped_by_student")
    assert len(rows) == len(EVERY_CLASS) + 1
    page = support.get(f"{LIST}?person={key.hex()}").text
    assert page.count("The reader asked us to") >= len(EVERY_CLASS)
    assert support.get(f"{LIST}?person={key.hex()}&reason=stopped_by_student").status_code == 200

    # What a reader stopped starts again only where they ask for it.
    refused = support.post(f"{LIST}/{own}/lift", {"reason": "mailbox_works"}, form_at=f"{LIST}/{own}")
    assert (refused.status_code, "Its reader stopped this mail" in refused.text) == (422, True)
    for row_id in (own, ours):
        path = f"{LIST}/{row_id}"
        assert support.post(f"{path}/lift", {}, form_at=path).status_code == 422
        assert support.post(f"{path}/lift", {"reason": "reader_asked"}, form_at=path).status_code == 303
        assert support.get(path).status_code == 404
    with running.begin() as session:
        trail = session.scalars(
            select(AuditEntry).where(AuditEntry.object_type == "address", AuditEntry.object_id == key.hex())
        ).all()
    assert sorted(row.action for row in trail) == ["lifted", "lifted", "suppressed"]
    told = str([(row.before, row.after, row.object_id) for row in trail])
    assert "student.example" not in told.lower()
    assert "Stop mail to an address" not in logged_in("analyst").get(LIST).text


def test_the_timeline_of_a_message_tells_what_came_back(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    with running.begin() as session:
        message = session.scalars(select(Message).where(Message.submission_id == asked.submission_id)).one()
        message.status, message.reason = MessageStatus.BOUNCED, "hard_bounce"
        session.add(
            InboundMail(
                digest=asked.submission_id.bytes,
                source="test",
                size=1,
                message_id=message.id,
                kind=ReportKind.HARD_BOUNCE,
                status_code="5.1.1",
                diagnosis="smtp; 550 5.1.1 <address>: User unknown",
                outcome="address_stopped",
                received_at=running.clock.now(),
                handled_at=running.clock.now(),
            )
        )
    page = logged_in().get(f"/admin/messages/{message.id}").text
    for words in ("Came back: there is no such mailbox", "5.1.1", "User unknown", "No more mail goes to this address"):
        assert words in page

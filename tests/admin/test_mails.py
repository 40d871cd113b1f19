"""Staff see every mail as its reader does, how our mail is taken, and what name servers say."""

from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from tests.admin.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.context import RUNTIME
from webapp.domain.message import Template
from webapp.emails.samples import SAMPLES
from webapp.gateways.fakes import FakeResolver
from webapp.models import AuditEntry, MailReputation


def test_every_mail_there_is_has_a_preview_that_can_do_nothing(logged_in: Callable[..., Visitor]) -> None:
    staff = logged_in()
    index = staff.get("/admin/mails").text
    assert set(SAMPLES) == {str(template) for template in Template}
    for name in SAMPLES:
        assert f"/admin/mails/{name}" in index
        page = staff.get(f"/admin/mails/{name}?width=390")
        assert f'src="/admin/mails/{name}/html"' in page.text
        assert "sandbox></iframe>" in page.text
        assert "mail-frame-390" in page.text
        assert page.headers["Content-Security-Policy"].endswith("frame-src 'self'")
        frame = staff.get(f"/admin/mails/{name}/html")
        policy = frame.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert policy.endswith("sandbox")
        assert len(frame.data) < 100_000
    assert "mail-frame-600" in staff.get("/admin/mails/resume_link?width=9999").text


def test_the_sender_check_says_what_it_found_and_when_nobody_answers(
    app: Flask, running: Runtime, logged_in: Callable[..., Visitor]
) -> None:
    staff = logged_in()
    page = staff.get("/admin/mails/check").text
    assert "There is no SPF record." in page
    app.extensions[RUNTIME] = replace(running, resolver=FakeResolver(offline=True))
    page = staff.get("/admin/mails/check").text
    assert "No name server could be asked from here" in page
    assert "There is no SPF record." not in page


def test_an_owner_lets_stopped_mail_go_and_it_is_written_down(
    running: Runtime, logged_in: Callable[..., Visitor]
) -> None:
    now = running.clock.now()
    with running.begin() as session:
        session.query(MailReputation).delete()  # whoever tries every button has overruled it before
        before = session.query(AuditEntry).filter_by(action="overruled").count()
        session.add(
            MailReputation(id=1, handed_over=1000, complained=4, measured_at=now, alarmed_at=now, stopped_at=now)
        )
    try:
        owner, support = logged_in(), logged_in("support")
        assert "Let it go for a day" in owner.get("/admin/mails").text
        assert "Let it go for a day" not in support.get("/admin/mails").text
        assert support.post("/admin/mails/overrule").status_code == 403
        assert owner.post("/admin/mails/overrule").status_code == 302
        page = owner.get("/admin/mails").text
        assert "let go by an owner" in page
        assert "0.4 % (alarm at 0.1, stop at 0.3)" in page
        with running.begin() as session:
            entries = session.query(AuditEntry).filter_by(action="overruled").all()
        assert [entry.object_type for entry in entries[before:]] == ["mail_reputation"]
    finally:
        with running.begin() as session:
            session.query(MailReputation).delete()

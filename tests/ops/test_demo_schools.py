"""The demo schools take what is rightly signed, once; the inbox shows mails without running them."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from tests.factories.school import School, make_school
from webapp.bootstrap import Runtime
from webapp.gateways.inbox import InboxMail
from webapp.gateways.mail import Mailbox, OutgoingMail
from webapp.gateways.signature import signature_headers
from webapp.queries.inbox import latest_mails
from webapp.services.demo import demo_login
from webapp.services.inbox import store_in_inbox
from webapp.services.partner_account import make_demo_account

OTHER_SECRET = "whsec_b3RoZXIgc2VjcmV0IG9mIHRoZSB0ZXN0cw=="
BODY = b'{"lead_id": "<script>alert(1)</script>"}'


@pytest.fixture
def school(built: Runtime) -> School:
    with built.begin() as session:
        return make_school(session, built.seal)


def post(client: FlaskClient, secret: str, *, slug: str = "larkspur", webhook_id: str = "msg_1") -> int:
    headers = signature_headers([secret], webhook_id, datetime.now(UTC), BODY)
    return client.post(f"/dev/partner/{slug}", data=BODY, headers=headers).status_code


def test_a_signed_lead_is_taken_once_and_shown_as_text(client: FlaskClient, school: School) -> None:
    assert post(client, school.secret) == 200
    assert post(client, school.secret) == 409
    page = client.get("/dev/partner").text
    assert page.count("msg_1") == 1
    assert "Larkspur Institute, Inc." in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(("secret", "slug", "status"), [(OTHER_SECRET, "larkspur", 401), (None, "nobody", 404)])
def test_what_is_not_signed_for_this_school_is_refused(
    client: FlaskClient, school: School, secret: str | None, slug: str, status: int
) -> None:
    assert post(client, secret or school.secret, slug=slug) == status
    assert "msg_1" not in client.get("/dev/partner").text


def test_the_account_of_a_demo_school_is_shown_once_there_is_one(client: FlaskClient, built: Runtime) -> None:
    assert "See them as a school does" not in client.get("/dev/partner").text
    login = demo_login(built.links)
    with built.begin() as session:
        make_school(session, built.seal, name="Quillmere")
        make_demo_account(
            session,
            built.clock,
            partner_slug="quillmere",
            email=login.email,
            name=login.name,
            password=login.password,
        )
    page = client.get("/dev/partner").text
    assert login.email in page
    assert login.password in page


def test_a_mail_is_shown_and_its_scripts_stay_dead(client: FlaskClient, built: Runtime) -> None:
    hostile = "<script>alert(1)</script>"
    InboxMail(lambda mail: store_in_inbox(built.begin, mail)).send(
        OutgoingMail(
            sender=Mailbox("Program Match", "matches@match.example"),
            recipient="ana@student.example",
            subject=f"Your list {hostile}",
            text=hostile,
            html=f"<h1>Hello</h1>{hostile}",
            message_id="<1@match.example>",
        )
    )
    with built.begin() as session:
        [kept] = latest_mails(session, limit=5)
    index, page = client.get("/dev/inbox").text, client.get(f"/dev/inbox/{kept.id}").text
    assert hostile not in index
    assert hostile not in page
    frame = client.get(f"/dev/inbox/{kept.id}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_a_mail_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/dev/inbox/0192f3a4-7d5a-7c1e-9f0b-2f6f1c5f8a11").status_code == 404

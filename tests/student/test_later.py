"""Save and finish later: a link that opens the form on another device, and that nobody can use to harm."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text

from tests.student.person import ANSWERS, Page, Person, errors_of
from webapp.bootstrap import Runtime, replace_parts
from webapp.domain.clock import FrozenClock
from webapp.gateways.fakes import FakeMail
from webapp.services import message
from webapp.services.resume_link import MOST_TO_ADDRESS
from webapp.student.forms.request import TRAP_FILLED

Send = Callable[[], str]
AppOn = Callable[[Runtime], Flask]


@pytest.fixture
def database(runtime: Runtime) -> Iterator[Engine]:
    made = create_engine(runtime.settings.database_url or "")
    yield made
    made.dispose()


@pytest.fixture
def begun(person: Person) -> Person:
    """Somebody who has answered two steps."""
    person.reach("background")
    person.answer("background", {"education": "master", "gpa": "3.8"})
    return person


@pytest.fixture
def deliver(runtime: Runtime, database: Engine) -> Send:
    """Sends the newest mail as the worker does, and returns the path of the link in it."""

    def send() -> str:
        mail = FakeMail()
        outside = replace_parts(runtime, mail=mail).message_outside
        with database.connect() as connection:
            newest = connection.execute(
                text("SELECT id FROM messages WHERE template = 'resume_link' ORDER BY created_at DESC, id DESC LIMIT 1")
            ).scalar_one()
        message.send(runtime.begin, runtime.clock, outside, newest)
        [sent] = mail.sent
        link = next(line for line in sent.text.splitlines() if "/resume/" in line)
        assert link in sent.html
        return urlsplit(link).path

    return send


def stored(database: Engine, column: str = "email") -> list[object]:
    with database.connect() as connection:
        return list(
            connection.execute(
                text(f"SELECT {column} FROM resume_links ORDER BY created_at DESC, id DESC LIMIT 1")
            ).scalars()
        )


def test_saving_for_later_keeps_the_step_and_asks_for_nothing(begun: Person, database: Engine) -> None:
    response = begun.answer("subjects", go="later")
    assert response.headers["Location"] == "/match/later"
    page = begun.open("/match/later")
    assert "Your answers are saved." in page.words
    assert "several_courses" in begun.open("/match/subjects").html
    assert [c for c in page.controls if c.get("type") == "email" and c.get("value")] == []


def test_the_link_opens_the_answers_on_another_device(begun: Person, another_person: Person, deliver: Send) -> None:
    assert begun.send("/match/later", {"email": "ana@student.example"}).headers["Location"] == "/match/later"
    assert "about to be mailed" in begun.open("/match/later").words
    path = deliver()
    assert "has left, and we have erased your address" in begun.open("/match/later").words
    page = another_person.open(path)
    assert "3.8" not in page.html
    assert another_person.client.get_cookie("draft") is None
    response = another_person.send(path, {}, page=page)
    assert response.headers["Location"] == "/match"
    assert any(c.get("value") == "3.8" for c in another_person.open("/match/background").controls)
    assert "Step 4 of 6" in another_person.open("/match").words


def test_the_first_device_goes_on_as_well(begun: Person, another_person: Person, deliver: Send) -> None:
    begun.send("/match/later", {"email": "both@student.example"})
    another_person.send(deliver(), {})
    another_person.answer("subjects")
    assert "several_courses" in begun.open("/match/subjects").html


def test_the_address_is_erased_once_the_mail_has_left(begun: Person, deliver: Send, database: Engine) -> None:
    begun.send("/match/later", {"email": "gone@student.example"})
    assert stored(database) == ["gone@student.example"]
    deliver()
    assert stored(database) == [None]
    with database.connect() as connection:
        for table in ("messages", "outbox_events", "drafts", "resume_links", "attempts"):
            rows = connection.execute(text(f"SELECT t::text FROM {table} t")).scalars()
            assert not any("gone@student" in row for row in rows), table


def test_scanners_may_open_the_link_as_often_as_they_like(
    begun: Person, app: object, another_person: Person, deliver: Send, database: Engine
) -> None:
    begun.send("/match/later", {"email": "scanned@student.example"})
    path = deliver()
    with database.connect() as connection:
        before = connection.execute(text("SELECT xmin::text FROM resume_links ORDER BY id")).scalars().all()
    for _ in range(20):
        response = another_person.client.get(path)
        assert response.status_code == 200
        assert "draft" not in response.headers.get("Set-Cookie", "").split("=")[0]
        assert another_person.client.head(path).status_code == 200
    with database.connect() as connection:
        assert connection.execute(text("SELECT xmin::text FROM resume_links ORDER BY id")).scalars().all() == before
    assert another_person.send(path, {}).status_code == 303
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["A" * 43, "x", "A" * 5000, "%00"])
def test_a_wrong_link_opens_nothing(another_person: Person, token: str) -> None:
    assert another_person.client.get(f"/resume/{token}").status_code == 404
    csrf = another_person.open("/match/age").hidden("csrf_token")
    for path in (f"/resume/{token}", f"/resume/{token}/off"):
        response = another_person.client.post(path, data={"csrf_token": csrf})
        assert response.status_code == 404
    assert another_person.client.get_cookie("draft") is None


def test_a_link_is_kept_by_hand_without_a_mail(begun: Person, another_person: Person, database: Engine) -> None:
    response = begun.send("/match/later/link", {}, page=begun.open("/match/later"))
    assert response.status_code == 200
    link = next(address for tag, _, address in Page(response.text).addresses if "/resume/" in address)
    assert stored(database) == [None]
    assert stored(database, "email_key") == [None]
    assert another_person.send(urlsplit(link).path, {}).status_code == 303


def test_an_expired_link_opens_nothing_and_the_answers_live_on(runtime: Runtime, app_on: AppOn) -> None:
    clock = FrozenClock(runtime.clock.now())
    app = app_on(replace_parts(runtime, clock=clock))
    begun, other = Person(app.test_client()), Person(app.test_client())
    begun.reach("subjects")
    response = begun.send("/match/later/link", {}, page=begun.open("/match/later"))
    path = urlsplit(next(a for _, _, a in Page(response.text).addresses if "/resume/" in a)).path
    clock.advance(timedelta(days=runtime.settings.resume_link_days, seconds=-1))
    page = other.open(path)
    clock.advance(timedelta(seconds=1))
    assert other.client.get(path).status_code == 404
    assert other.send(path, {}, page=page).status_code == 404
    assert "Step 4 of 6" in begun.open("/match").words


def test_a_link_can_be_switched_off_by_whoever_got_it(begun: Person, another_person: Person, deliver: Send) -> None:
    begun.send("/match/later", {"email": "wrong@student.example"})
    path = deliver()
    page = another_person.open(path)
    response = another_person.send(f"{path}/off", {}, page=page)
    assert "It opens nothing any more" in Page(response.text).words
    assert another_person.client.get(path).status_code == 404
    assert another_person.send(path, {}, page=page).status_code == 404
    assert "3.8" in begun.open("/match/background").html


def test_other_answers_on_the_device_are_spoken_of_first(begun: Person, another_person: Person, deliver: Send) -> None:
    begun.send("/match/later", {"email": "two@student.example"})
    path = deliver()
    another_person.reach("background")
    assert "This device has other answers" in another_person.open(path).words


def test_nobody_can_fill_a_strangers_inbox(app: Flask, database: Engine) -> None:
    """Each time from another form, as somebody would who clears their cookies."""
    codes = []
    for n in range(MOST_TO_ADDRESS + 2):
        mallory = Person(app.test_client())
        mallory.answer("age")
        response = mallory.send("/match/later", {"email": ["victim@student.example", "VICTIM@student.example"][n % 2]})
        codes.append(response.status_code)
    assert codes == [303] * MOST_TO_ADDRESS + [422] * 2
    assert any("written to this address often enough" in line for line in errors_of(response))
    assert "Show me the link" in response.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": ""}, "Write your e-mail address"),
        ({"email": "ana"}, "Check the e-mail address."),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "Check the e-mail address."),
        ({"email": "ana@student.example", "homepage": "spam"}, TRAP_FILLED),
    ],
)
def test_a_mistake_mails_nothing(begun: Person, database: Engine, values: dict[str, str], words: str) -> None:
    before = stored(database, "id")
    response = begun.send("/match/later", values)
    assert response.status_code == 422
    assert any(words in line for line in errors_of(response))
    assert stored(database, "id") == before


def test_without_a_form_there_is_nothing_to_finish(person: Person) -> None:
    assert person.client.get("/match/later").headers["Location"] == "/match"
    page = person.open("/match/age")
    for path in ("/match/later", "/match/later/link"):
        assert person.send(path, {"email": "ana@student.example"}, page=page).headers["Location"] == "/match"


def test_a_child_leaves_no_link_and_no_mail(begun: Person, database: Engine) -> None:
    counts = (
        "SELECT (SELECT count(*) FROM resume_links), (SELECT count(*) FROM messages), (SELECT count(*) FROM drafts)"
    )
    with database.connect() as connection:
        links, mails, drafts = connection.execute(text(counts)).one()
    begun.send("/match/later", {"email": "child@student.example"})
    begun.answer("age", {"age": "under_13"})
    with database.connect() as connection:
        assert tuple(connection.execute(text(counts)).one()) == (links, mails, drafts - 1)


def test_a_session_lost_for_a_day_loses_nothing(runtime: Runtime, app_on: AppOn) -> None:
    """The browser was closed and its session cookie is gone; the draft's own cookie is still there."""
    clock = FrozenClock(runtime.clock.now())
    app = app_on(replace_parts(runtime, clock=clock))
    person = Person(app.test_client())
    person.reach("background")
    person.answer("background", ANSWERS["background"])
    person.client.delete_cookie("session")
    clock.advance(timedelta(days=1, hours=1))
    assert "Step 4 of 6" in person.open("/match").words
    assert person.answer("subjects").status_code == 303

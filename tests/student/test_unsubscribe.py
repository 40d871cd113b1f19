"""Stopping mail by the links in it, the preference centre, and what scanners do with all of these links."""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select, text, update

from tests.browser import LiveServer, overflows
from tests.student.person import Person
from tests.student.test_my_data import asked, fingerprint
from tests.student.test_rights import send_mails, work
from tests.visual import looked_at
from webapp.bootstrap import Runtime
from webapp.domain.ids import address_key
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.gateways.fakes import FakeMail
from webapp.models import ContactAnswer, FollowUp, Lead, Message, Prospect, Suppression
from webapp.services import correction, follow_up, message, suppression

SCANS = int(os.environ.get("SCANS", "2"))
"""How often a scanner opens each link; 100 is the whole of it."""
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def key_of(runtime: Runtime, email: str) -> bytes:
    return address_key(runtime.links.secret, email)


def confirm(runtime: Runtime, email: str) -> UUID:
    """Somebody at the address says that it is theirs; the newest request."""
    with runtime.begin() as session:
        found = session.scalars(select(Prospect.id).where(Prospect.email == email).order_by(Prospect.id)).all()[-1]
        correction.confirm_own_address(session, runtime.clock, runtime.links.confirmation_token(found))
    return found


def question(runtime: Runtime, email: str) -> str:
    """Have the question about the first delivered lead mailed; its text."""
    with runtime.begin() as session:
        people = select(Prospect.id).where(Prospect.email == email)
        session.execute(
            update(FollowUp).where(FollowUp.prospect_id.in_(people)).values(due_at=runtime.clock.now() - timedelta(1))
        )
        follow_up.settle_due(session, runtime.clock)
    send_mails(runtime, people)
    assert isinstance(runtime.mail, FakeMail)
    mine = (mail.text for mail in runtime.mail.sent if mail.recipient == email)
    return next(words for words in mine if "/contacted/" in words)


def stopped(runtime: Runtime, email: str) -> set[tuple[str, str]]:
    with runtime.begin() as session:
        rows = session.scalars(select(Suppression).where(Suppression.email_key == key_of(runtime, email))).all()
        return {(row.message_class.value, row.reason) for row in rows}


def paths(words: str) -> list[str]:
    return [urlsplit(found).path for found in re.findall(r"http://localhost/[^\s\"<>]+", words)]


def test_one_click_needs_nothing_but_its_link_and_is_quick(
    person: Person, another_person: Person, runtime: Runtime
) -> None:
    email = "one-click@student.example"
    asked(person, email)
    work(runtime, email)
    confirm(runtime, email)
    words = question(runtime, email)
    [path] = {each for each in paths(words) if each.startswith("/unsubscribe/")}
    assert path.startswith("/unsubscribe/contact_question/")
    bare = another_person.client
    begun = time.perf_counter()
    answer = bare.post(path, data=ONE_CLICK)
    assert time.perf_counter() - begun < 1
    assert answer.status_code == 200
    assert bare.post(path, data=ONE_CLICK).status_code == 200
    assert stopped(runtime, email) == {("contact_question", "stopped_by_student")}
    multipart = bare.post(path, data=ONE_CLICK, content_type="multipart/form-data")
    assert multipart.status_code == 200
    assert email not in answer.text

    # Nothing else may stand in for the one pair, no other topic for this one, no other token for this one.
    assert bare.post(path, data={}).status_code == 400
    token = path.rpartition("/")[2]
    for wrong in (f"/unsubscribe/all/{token}", f"/unsubscribe/news/{token}", f"{path[:-2]}AA", "/unsubscribe/all/x"):
        assert bare.post(wrong, data=ONE_CLICK).status_code == 404, wrong
        assert bare.get(wrong).status_code == 404, wrong
    assert stopped(runtime, email) == {("contact_question", "stopped_by_student")}

    # People: a page, everything at once, and the way back.
    page = another_person.open(path)
    assert "We send you no more questions whether a school contacted you" in page.words
    everything = next(address for _, _, address in page.addresses if "/unsubscribe/all/" in address)
    assert another_person.send(everything, ONE_CLICK, page=page).status_code == 200
    assert stopped(runtime, email) >= {("matches", "stopped_by_student"), ("follow_up", "stopped_by_student")}
    with runtime.begin() as session:
        for message_class, gone in ((MessageClass.LISTING_CHANGED, True), (MessageClass.TRANSACTIONAL, False)):
            found = suppression.is_key_suppressed(session, address_key(runtime.links.secret, email), message_class)
            assert found is gone
        suppression.suppress(
            session, key_of(runtime, email), [MessageClass.MATCHES], reason="hard_bounce", at=runtime.clock.now()
        )
    for undo in (f"{everything}/undo", f"{path}/undo"):
        assert bare.post(undo).status_code == 200
    assert stopped(runtime, email) == {("matches", "hard_bounce")}  # what a mail server said is not for them to undo


def test_the_preference_centre_needs_a_confirmed_address_to_start_what_somebody_stopped(
    person: Person, another_person: Person, runtime: Runtime
) -> None:
    email = "topics@student.example"
    mine = f"{asked(person, email)}/mails"
    assert "This address is not confirmed yet" in person.open(mine).words
    for topic in ("matches", "listing_changed"):
        assert person.send(f"{mine}/{topic}/stop", {}, page=person.open(mine)).status_code == 303
    # A stranger who types the address has a page of their own; it starts nothing.
    strangers = f"{asked(another_person, email)}/mails"
    page = another_person.open(strangers)
    assert "/resume" not in page.html
    another_person.send(f"{strangers}/matches/resume", {}, page=page)
    assert "do not know yet that this address is yours" in another_person.open(strangers).words
    assert ("matches", "stopped_by_student") in stopped(runtime, email)
    work(runtime, email)
    prospect_id = confirm(runtime, email)
    another_person.send(f"{strangers}/matches/resume", {}, page=page)  # the newest request is the one confirmed
    another_person.send(f"{strangers}/listing_changed/resume", {}, page=page)
    assert stopped(runtime, email) == set()
    with runtime.begin() as session:
        assert session.get_one(Prospect, prospect_id).listing_news_from is not None
    another_person.send(f"{strangers}/follow_up/stop", {}, page=page)
    words = another_person.open(strangers).words
    assert words.count("Send me these") == 3  # the follow-ups, and both kinds of them
    assert another_person.send(f"{strangers}/transactional/stop", {}, page=page).status_code == 404
    assert person.client.post(f"{mine}/matches/stop").status_code == 400  # without our token


def test_a_second_request_to_an_unconfirmed_address_says_plainly_what_happens(
    person: Person, another_person: Person, runtime: Runtime
) -> None:
    email = "again-and-again@student.example"
    person.ask(person.finish(), email=email)
    work(runtime, email)
    sent = another_person.ask(another_person.finish(), email=email)
    words = another_person.open(urlsplit(sent.headers["Location"]).path).words
    assert "This list is not mailed: one went to this address before" in words
    assert "we mailed one list to this address before, and nobody has confirmed it" in words
    assert "Have the confirming link mailed again" in words
    work(runtime, email)
    assert isinstance(runtime.mail, FakeMail)
    assert len([mail for mail in runtime.mail.sent if mail.recipient == email]) == 1


def test_the_answer_behind_the_mailed_question(person: Person, another_person: Person, runtime: Runtime) -> None:
    email = "answers@student.example"
    asked(person, email)
    work(runtime, email)
    confirm(runtime, email)
    [path] = {each for each in paths(question(runtime, email)) if each.startswith("/contacted/")}
    page = another_person.open(path)
    assert email not in page.html
    assert another_person.client.post(path, data={"contacted": "yes"}).status_code == 400  # without our token
    answer = another_person.send(path, {"contacted": "no"}, page=page)
    assert "has not contacted you" in answer.text
    assert another_person.send(path, {"contacted": "maybe"}, page=page).status_code == 400
    assert another_person.client.get(f"{path[:-2]}AA").status_code == 404
    with runtime.begin() as session:
        mine = select(Lead.id).join(Prospect).where(Prospect.email == email)
        assert session.scalars(select(ContactAnswer.contacted).where(ContactAnswer.lead_id.in_(mine))).all() == [False]


def every_link(runtime: Runtime, emails: set[str]) -> Iterator[str]:
    """Each address in any mail to these students: text, HTML and headers."""
    assert isinstance(runtime.mail, FakeMail)
    for mail in runtime.mail.sent:
        if mail.recipient in emails:
            yield from paths(mail.text + mail.html.replace("&amp;", "&") + " ".join(mail.headers.values()))


def test_a_scanner_that_opens_every_link_again_and_again_changes_nothing(
    person: Person, another_person: Person, runtime: Runtime
) -> None:
    """All mails of a request's life: list, receipt, news, links, new address, question. No table is left out."""
    email, new = "scanned@student.example", "scanned-new@student.example"
    results = person.finish()
    page = person.open(results)
    person.ask(results, page=page, email=email)
    mine = asked(person, email)
    work(runtime, email)
    confirm(runtime, email)
    question(runtime, email)
    person.send("/my-data", {"email": email, "homepage": ""})
    page = person.open(f"{mine}/details")
    values = {"first_name": "Ana", "last_name": "Silva", "phone": "", "email": new}
    person.send(f"{mine}/details", values, page=page)
    person.send(f"{mine}/introductions/withdraw", {}, page=page)
    work(runtime, email)
    with runtime.begin() as session:
        people = select(Prospect.id).where(Prospect.email == email)
        templates = set(session.scalars(select(Message.template).where(Message.prospect_id.in_(people))).all())
    assert templates >= {
        Template.MATCHED_PROGRAMS,
        Template.CONTACT_QUESTION,
        Template.MY_DATA_LINKS,
        Template.CONFIRM_ADDRESS,
        Template.ADDRESS_CHANGE,
    }
    links = sorted(set(every_link(runtime, {email, new})))
    kinds = {link.split("/")[1] for link in links if len(link) > 1}
    assert kinds >= {"results", "my-data", "unsubscribe", "contacted"}
    scanner = another_person.client
    before = fingerprint(runtime)
    for turn in range(SCANS):
        for link in links:
            for ask in (scanner.get, scanner.head) if turn == 0 else (scanner.get,):
                assert ask(link, follow_redirects=True).status_code in (200, 410), link
    assert fingerprint(runtime) == before


def test_a_mail_that_cannot_be_stopped_offers_no_stopping(person: Person, runtime: Runtime) -> None:
    email = "receipt@student.example"
    asked(person, email)
    work(runtime, email)
    assert isinstance(runtime.mail, FakeMail)
    for mail in (each for each in runtime.mail.sent if each.recipient == email):
        is_stoppable = "List-Unsubscribe" in mail.headers
        assert is_stoppable is ("/unsubscribe/" in mail.text) is ("/unsubscribe/" in mail.html)
    with runtime.begin() as session:
        rows = session.execute(text("SELECT count(*) FROM messages WHERE return_token IS NULL")).scalar_one()
    assert rows == 0


def test_a_link_of_before_still_stops_lists(person: Person, runtime: Runtime) -> None:
    """Mails sent by the release before link to the page of the student's own data."""
    email = "older@student.example"
    mine = asked(person, email)
    assert person.client.post(f"{mine}/mail", data=ONE_CLICK).status_code == 200
    assert ("matches", "stopped_by_student") in stopped(runtime, email)
    with runtime.begin() as session:
        prospect_id = session.scalars(select(Prospect.id).where(Prospect.email == email)).one()
        message.queue(
            session,
            key="older",
            message_class=MessageClass.MATCHES,
            template=Template.MY_DATA_LINKS,
            at=runtime.clock.now(),
            prospect_id=prospect_id,
        )
    work(runtime, email)
    with runtime.begin() as session:
        status = session.scalars(select(Message.status).where(Message.key == "older")).one()
    assert status is MessageStatus.SUPPRESSED


@pytest.mark.browser
def test_axe_finds_nothing_behind_the_links_of_a_mail(
    app: Flask,
    person: Person,
    runtime: Runtime,
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
) -> None:
    email = "axe-mail@student.example"
    asked(person, email)
    work(runtime, email)
    confirm(runtime, email)
    url, page = live_server(app).url, new_page(width=390)
    for path in paths(question(runtime, email)):
        if path.startswith(("/unsubscribe/", "/contacted/")):
            page.goto(url + path)
            assert looked_at(page) == []
            assert overflows(page) == 0
    assert stopped(runtime, email) == set()

"""The pages of a student's rights: who has what, the way back, correcting, taking along, erasing."""

import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select, text

from tests.student.lists import ranked_ids, share, shortlisted
from tests.student.person import STEPS, Person, introduction_values
from tests.student.test_adjust import send as adjust
from tests.student.test_my_data import asked, fingerprint
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import address_key
from webapp.domain.message import Template
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.models import Delivery, Lead, LinkRequest, Message, PartnerNotice, Prospect
from webapp.services import delivery, lead, link_request, message, notice
from webapp.services.correction import confirm_address

ROOT = Path(__file__).resolve().parents[2]


def work(runtime: Runtime, email: str) -> None:
    """What workers would do for this address by now: leads, notices, links and mails."""
    with runtime.begin() as session:
        key = address_key(runtime.links.secret, email)
        people = select(Prospect.id).where(Prospect.email_key == key)
        leads = session.scalars(select(Lead.id).where(Lead.prospect_id.in_(people), Lead.due_at.is_not(None))).all()
        session.execute(
            text("UPDATE leads SET due_at = now() - interval '1 second' WHERE id = ANY(:ids)"), {"ids": list(leads)}
        )
        requests = session.scalars(
            select(LinkRequest.id).where(LinkRequest.email_key == key, LinkRequest.answered_at.is_(None))
        ).all()
    for lead_id in leads:
        with runtime.begin() as session:
            lead.release(session, runtime.clock, lead_id)
            delivery_id = session.execute(select(Delivery.id).where(Delivery.lead_id == lead_id)).scalar_one()
        delivery.attempt(runtime.begin, runtime.clock, runtime.delivery_outside, delivery_id)
    for request_id in requests:
        with runtime.begin() as session:
            link_request.answer(session, runtime.clock, request_id)
    with runtime.begin() as session:
        mine = select(Lead.id).where(Lead.prospect_id.in_(people))
        notices = session.scalars(select(PartnerNotice.id).where(PartnerNotice.lead_id.in_(mine))).all()
    for notice_id in notices:
        notice.tell(runtime.begin, runtime.clock, runtime.delivery_outside, notice_id)
    send_mails(runtime, people)


def send_mails(runtime: Runtime, people: object) -> None:
    with runtime.begin() as session:
        waiting = session.scalars(
            select(Message.id)
            .where(Message.prospect_id.in_(people), Message.due_at.is_not(None))  # type: ignore[arg-type]  # a select is one
            .order_by(Message.id)
        ).all()
    for message_id in waiting:
        message.send(runtime.begin, in_the_day(runtime), runtime.message_outside, message_id)


def in_the_day(runtime: Runtime) -> FrozenClock:
    """The next noon in California: what can wait for the day leaves, whenever the tests run."""
    return FrozenClock((runtime.clock.now() + timedelta(days=1)).replace(hour=20, minute=0))


def links_in_the_last_mail(runtime: Runtime, to: str) -> list[str]:
    """The paths of the pages that the newest mail to an address links to."""
    assert isinstance(runtime.mail, FakeMail)
    mail = [each for each in runtime.mail.sent if each.recipient == to][-1]
    return [urlsplit(link).path for link in re.findall(r"http://localhost/\S+", mail.text)]


def test_what_was_sent_stands_there_as_it_was_sent(person: Person, runtime: Runtime) -> None:
    path = asked(person, "sent@student.example")
    assert "nobody else: nothing has left us" in person.open(path).words
    work(runtime, "sent@student.example")
    page = person.open(path)
    assert isinstance(runtime.webhook, FakeWebhook)
    document = json.loads(runtime.webhook.posted[-1].body)
    for value in (*document["student"].values(), document["match"]["reasons"][0], document["lead_id"]):
        assert value is None or value in page.words


@pytest.mark.parametrize("known", [True, False])
def test_the_answer_is_the_same_for_known_and_unknown_addresses(
    person: Person, another_person: Person, runtime: Runtime, known: bool
) -> None:
    email = f"way-back-{known}@student.example".lower()
    if known:
        asked(person, email)
    work(runtime, email)
    assert isinstance(runtime.mail, FakeMail)
    before = len(runtime.mail.sent)
    response = another_person.send("/my-data", {"email": email, "homepage": ""})
    assert (response.status_code, response.headers["Location"]) == (303, "/my-data/sent")
    assert another_person.open("/my-data/sent").words.count("If the address is one that we know") == 1
    with runtime.begin() as session:
        rows = session.scalars(
            select(LinkRequest).where(LinkRequest.email_key == address_key(runtime.links.secret, email))
        ).all()
        assert len(rows) == 1
    work(runtime, email)
    assert len(runtime.mail.sent) - before == int(known)


def test_one_mail_leads_back_to_each_request_and_there_are_three_a_day(person: Person, runtime: Runtime) -> None:
    email = "twice@student.example"
    paths = {asked(person, email), asked(person, email)}
    work(runtime, email)
    assert isinstance(runtime.mail, FakeMail)
    before = len(runtime.mail.sent)
    for _ in range(5):
        person.send("/my-data", {"email": email.upper(), "homepage": ""})
    work(runtime, email)
    assert paths <= set(links_in_the_last_mail(runtime, email))
    assert len(runtime.mail.sent) - before == 3


def test_an_address_that_is_none_is_told_so(person: Person) -> None:
    response = person.send("/my-data", {"email": "nobody at nowhere", "homepage": ""})
    assert response.status_code == 422
    assert "It should look like name@example.com" in response.text
    assert 'value="nobody at nowhere"' in response.text


def test_a_new_link_closes_the_old_one_for_everybody(person: Person, runtime: Runtime) -> None:
    email = "seen@student.example"
    path = asked(person, email)
    work(runtime, email)
    assert "seen@student.example" in person.open(f"{path}/link").words
    assert person.send(f"{path}/link", {}).status_code == 303
    assert person.client.get(path).status_code == 404
    work(runtime, email)
    fresh = links_in_the_last_mail(runtime, email)[0]
    assert fresh != path
    assert "Your request and your data" in person.open(fresh).words


def test_an_old_form_sent_again_leads_to_no_new_link(person: Person, runtime: Runtime) -> None:
    results = person.finish()
    old_form = person.open(results)
    email = "again@student.example"
    path = person.ask(results, page=old_form, email=email).headers["Location"]
    assert person.ask(results, page=old_form, email=email).headers["Location"] == path
    person.send(f"{path}/link", {})
    again = person.ask(results, page=old_form, email=email)
    assert again.headers["Location"] == "/my-data"
    assert "Your page has a new link now" in person.open("/my-data").words


def test_a_new_address_counts_only_when_its_owner_says_so(person: Person, runtime: Runtime) -> None:
    old, new = "typo@student.example", "right@student.example"
    path = asked(person, old)
    work(runtime, old)
    page = person.open(f"{path}/details")
    values = {"first_name": "Ana", "last_name": "Silva", "phone": "", "email": new}
    assert person.send(f"{path}/details", values, page=page).status_code == 303
    assert "We wrote to right@student.example" in person.open(path).words
    work(runtime, old)
    [confirm, *rest] = links_in_the_last_mail(runtime, new)
    assert not [link for link in rest if "/my-data/" in link]  # a stranger there learns no way in
    page = person.open(confirm)
    assert person.client.get(path).status_code == 200  # opening the link changed nothing
    fresh = person.send(confirm, {}, page=page).headers["Location"]
    assert person.client.get(path).status_code == 404
    assert "right@student.example" in person.open(fresh).words
    assert person.send(confirm, {}, page=page).status_code == 410
    with runtime.begin() as session:
        fields = session.scalars(
            select(PartnerNotice.fields)
            .join(Lead, Lead.id == PartnerNotice.lead_id)
            .join(Prospect, Prospect.id == Lead.prospect_id)
            .where(Prospect.email == new)
        ).all()
    assert fields == [["email"]]


@pytest.mark.parametrize("confirmed", [False, True])
def test_the_old_address_hears_of_a_new_one_and_gets_no_link_once_it_counts(
    person: Person, runtime: Runtime, confirmed: bool
) -> None:
    old, new = f"former-{confirmed}@student.example".lower(), f"next-{confirmed}@student.example".lower()
    path = asked(person, old)
    work(runtime, old)
    values = {"first_name": "Ana", "last_name": "Silva", "phone": ""}
    page = person.open(f"{path}/details")
    for address in (f"other-{new}", new):
        person.send(f"{path}/details", values | {"email": address}, page=page)
    with runtime.begin() as session:
        prospect_id = session.execute(select(Prospect.id).where(Prospect.email == old)).scalar_one()
        written = select(Message).where(Message.prospect_id == prospect_id, Message.template == Template.ADDRESS_CHANGE)
        waiting = session.execute(written).scalar_one()  # one a day, however often somebody asks
        if confirmed:
            link = runtime.links.address_token(prospect_id, 2)
            confirm_address(session, runtime.clock, runtime.links, link)
    message.send(runtime.begin, runtime.clock, runtime.message_outside, waiting.id)
    assert isinstance(runtime.mail, FakeMail)
    mail = [each for each in runtime.mail.sent if each.recipient == old][-1]
    assert mail.subject == ("Your address with us was changed" if confirmed else "Did you give us a new address?")
    assert new not in mail.text + mail.html
    assert ("/my-data/" in mail.text + mail.html) is not confirmed
    assert (path in mail.text) is not confirmed
    with runtime.begin() as session:
        assert session.execute(written).scalar_one().recipient is None


def test_mistakes_in_corrections_are_named_and_nothing_is_lost(person: Person) -> None:
    path = asked(person, "wrong@student.example")
    page = person.open(f"{path}/details")
    response = person.send(
        f"{path}/details", {"first_name": "", "last_name": "Silva-Costa", "phone": "12", "email": "no"}, page=page
    )
    assert response.status_code == 422
    for words in ("Write this name", "Check the phone number", "Check the e-mail address", "Silva-Costa"):
        assert words in response.text
    assert "Silva-Costa" not in person.open(path).words


def test_the_export_holds_it_all_and_the_guide_names_every_key(person: Person, runtime: Runtime) -> None:
    email = "export@student.example"
    results = person.finish()
    page = person.open(f"{results}/introductions")
    schools = len(page.values("schools"))
    written = {each["name"]: "About the zebrafish lab" for each in page.controls if each["tag"] == "textarea"}
    told = introduction_values(page, schools) | {"email": email} | written
    assert person.choose(results, told, page=page).status_code == 303
    path = urlsplit(person.agree(results).headers["Location"]).path
    traces = leave_traces(person, results)
    work(runtime, email)
    response = person.client.get(f"{path}/export.json")
    assert response.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    document = json.loads(response.text)
    assert document["person"]["email"] == email
    assert document["request"]["profile"]["goal"]["words"] == "Build tools that help hospitals plan their staff."
    sent = [each["delivery"]["sent"] for each in document["introductions"]]
    assert {each["student"]["email"] for each in sent if each} == {email}  # some schools wait for a free place
    assert len(document["consents"]["records"]) == schools + 1
    assert document["consents"]["holds"] is True
    assert len(document["matches"]) == 10
    assert document["mails"][0]["status"] == "handed_over"
    answers = [each for introduction in document["introductions"] for each in introduction["answers"]]
    assert "About the zebrafish lab" in [each["answer"] for each in answers]
    allowed = document["introductions"][0]["contact_preferences"]
    assert allowed == document["consents"]["records"][1]["contact_preferences"]
    assert allowed["max_attempts"] == 3
    form = document["form"]
    assert form["earlier"][0]["practicalities"] == {"budget_usd": "$30,000"}
    assert [form[part][0]["program_id"] for part in ("not_for_me", "shortlist")] == list(traces)
    assert form["shared_lists"][0]["content"]["programs"][0]["program_id"] == traces[1]
    assert form["resume_links"][0]["email"] == "elsewhere@student.example"
    assert {each["step"] for each in form["steps"]} >= set(STEPS)
    assert len(form["not_sent"]) == 1
    guide = (ROOT / "docs/my-data-export.md").read_text()
    assert sorted(key for key in keys(document) if f"`{key}`" not in guide) == []
    words = person.open(f"{path}/export").words
    assert all(told in words for told in (email, "About the zebrafish lab", "elsewhere@student.example"))


def leave_traces(person: Person, results: str) -> tuple[str, str]:
    """Do what leaves something behind beside the request; the program put aside, and the one kept in sight."""
    away, kept = ranked_ids(person.open(results))[:2]
    person.send(f"{results}/aside", {"pick": f"known {away}"}, page=person.open(results))
    shortlisted(person, kept)
    share(person, list="shortlist")
    assert adjust(person, results, "keep", budget_usd="20,000").status_code == 303
    person.send("/match/later", {"homepage": "", "email": "elsewhere@student.example"})
    person.choose(results, {"first_name": "Begun"})
    return away, kept


def keys(document: object) -> set[str]:
    """Every name of the document, down to where a document of another kind begins."""
    opaque = {"attribution", "profile", "excluded", "contributions", "reasons", "caveats", "gaps", "sent"}
    opaque |= {"earlier", "effect", "content", "answer", "contact_preferences"}
    if isinstance(document, list):
        return set().union(*(keys(item) for item in document)) if document else set()
    if not isinstance(document, dict):
        return set()
    opaque |= {"answers"} if "steps" in document else set()
    return set(document).union(*(keys(value) for key, value in document.items() if key not in opaque))


def test_the_certificate_says_whether_the_records_hold(person: Person, runtime: Runtime) -> None:
    path = asked(person, "proof@student.example", schools=2)
    page = person.open(f"{path}/consents")
    assert "All records hold" in page.words
    assert page.words.count("Digest") == 3
    told = json.loads(person.client.get(f"{path}/consents.json").text)
    assert [record["sequence"] for record in told["records"]] == [1, 2, 3]
    assert "proof@student.example" not in json.dumps(told)
    record_id = UUID(told["records"][1]["record_id"])
    change = "UPDATE consents SET text = {} WHERE id = :id"
    for words, verdict in (("text || '!'", "The records do not hold"), ("rtrim(text, '!')", "All records hold")):
        with runtime.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(change.format(words)), {"id": record_id})
        assert verdict in person.open(f"{path}/consents").words


def test_erasing_asks_first_then_shows_a_receipt_that_names_nobody(person: Person, runtime: Runtime) -> None:
    email = "erase@student.example"
    path = asked(person, email, schools=2)
    work(runtime, email)
    before = fingerprint(runtime)
    page = person.open(f"{path}/erase")
    assert "This cannot be undone." in page.words
    assert fingerprint(runtime) == before
    assert person.send(f"{path}/erase", {}, page=page).headers["Location"] == path
    receipt = person.open(path)
    assert "This is your receipt" in receipt.words
    assert receipt.words.count("has not said yet that it is done") == 2
    for words in (email, "Ana", "Silva"):
        assert not re.search(rf"\b{words}\b", receipt.html)
    with runtime.begin() as session:
        newest = session.scalars(select(PartnerNotice.id).order_by(PartnerNotice.id.desc()).limit(2)).all()
    for notice_id in newest:
        notice.tell(runtime.begin, runtime.clock, runtime.delivery_outside, notice_id)
        link = f"/partner/notices/{runtime.links.notice_token(notice_id)}"
        asking = person.open(link)
        assert "Please erase a lead" in asking.words
        assert person.send(link, {}, page=asking).status_code == 303
        assert "You said on" in person.open(link).words
    assert person.open(path).words.count("confirmed that it erased your details") == 2
    assert "All records hold" in person.open(f"{path}/consents").words
    for part in ("details", "erase", "export", "export.json", "link", "mail"):
        assert person.client.get(f"{path}/{part}").status_code == 404
    for part in ("introductions/withdraw", "details", "erase", "link"):
        assert person.send(f"{path}/{part}", {}, page=receipt if receipt.controls else page).status_code == 404


def test_the_page_of_a_correction_shows_details_only_until_it_is_done(person: Person, runtime: Runtime) -> None:
    email = "fix@student.example"
    path = asked(person, email)
    work(runtime, email)
    values = {"first_name": "Ánna", "last_name": "Silva", "phone": "", "email": email}
    person.send(f"{path}/details", values)
    work(runtime, email)
    with runtime.begin() as session:
        [notice_id] = session.scalars(select(PartnerNotice.id).order_by(PartnerNotice.id.desc()).limit(1)).all()
    link = f"/partner/notices/{runtime.links.notice_token(notice_id)}"
    page = person.open(link)
    assert "Ánna" in page.words
    assert "Silva" not in page.words
    person.send(link, {}, page=page)
    assert "Ánna" not in person.open(link).words
    assert "You corrected your first name" in person.open(path).words


@pytest.mark.parametrize("path", ["/partner/notices/x", "/my-data/address/x/y"])
def test_a_wrong_link_opens_nothing(person: Person, path: str) -> None:
    assert person.client.get(path).status_code == 404


def test_everything_is_taken_back_with_one_button(person: Person) -> None:
    path = asked(person, "all@student.example", schools=3)
    page = person.open(path)
    assert "Take all introductions back" in page.words
    assert person.send(f"{path}/introductions/withdraw", {}, page=page).status_code == 303
    after = person.open(path)
    assert after.words.count("You cancelled it before it was sent. The school got nothing.") == 3
    assert "Take all introductions back" not in after.words


def test_global_privacy_control_is_seen_said_and_kept(person: Person, runtime: Runtime) -> None:
    told = person.client.get("/.well-known/gpc.json")
    assert told.mimetype == "application/json"
    assert json.loads(told.text)["gpc"] is True
    signal = {"Sec-GPC": "1"}
    assert "Your browser sends this signal, and we saw it." in person.open("/privacy", headers=signal).words
    assert "Your browser does not send this signal." in person.open("/privacy").words
    results = person.finish()
    page = person.open(results)
    person.client.environ_base["HTTP_SEC_GPC"] = "1"
    response = person.ask(results, page=page, email="gpc@student.example")
    del person.client.environ_base["HTTP_SEC_GPC"]
    mine = person.open(urlsplit(response.headers["Location"]).path)
    assert "Your browser sent Global Privacy Control with your request." in mine.words
    with runtime.begin() as session:
        kept = session.execute(
            text(
                "SELECT s.gpc, u.message_class, u.reason FROM submissions s JOIN prospects p ON p.id = s.prospect_id "
                "JOIN suppressions u ON u.email_key = p.email_key WHERE p.email = 'gpc@student.example'"
            )
        ).one()
    assert tuple(kept) == (True, "follow_up", "global_privacy_control")

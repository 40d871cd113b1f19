"""What the pages show: strings as typed, statuses in words, one page after the other."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from tests.admin.conftest import Asked, Visitor
from tests.factories.lead import fail_delivery, leads_of
from tests.factories.question import make_question
from tests.factories.request import submit_request
from tests.factories.school import School
from webapp.admin import words
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.contact_preferences import ContactHours, ContactPreferences, Day
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.domain.partner import ContactChannel
from webapp.domain.question import QuestionKind
from webapp.models import Consent, Partner, Prospect, Submission

LoggedIn = Callable[..., Visitor]

NAUGHTY = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "=cmd|' /C calc'!A0",
    "𝕌𝕟𝕚𝕔𝕠𝕕𝕖 ‮gnirts",
]


@pytest.mark.parametrize("text", NAUGHTY)
def test_what_others_wrote_is_shown_as_they_typed_it(
    logged_in: LoggedIn, running: Runtime, school: School, asked: Asked, text: str
) -> None:
    with running.begin() as session:
        fail_delivery(session, asked.lead_id, at=running.clock.now(), answer=text)
        session.execute(update(Prospect).where(Prospect.id == asked.stored.prospect_id).values(first_name=text))
        session.execute(update(Partner).where(Partner.id == school.partner_id).values(display_name=text))
        session.execute(
            update(Submission)
            .where(Submission.id == asked.submission_id)
            .values(profile={"goal": {"words": text}}, attribution={"utm_source": text, text: "x"})
        )
    owner = logged_in()
    shown = html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    for path in (
        f"submissions/{asked.submission_id}",
        f"leads/{asked.lead_id}",
        f"leads?partner={school.partner_id}",
        "submissions",
    ):
        page = owner.get(f"/admin/{path}")
        assert page.status_code == 200, path
        assert shown in page.text, path
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "49" not in shown


@pytest.mark.parametrize("text", NAUGHTY)
def test_what_staff_type_comes_back_as_typed(logged_in: LoggedIn, text: str) -> None:
    owner = logged_in()
    for path in ("programs?text=", "leads?program=", "audit?type=lead&id="):
        page = owner.client.get(
            f"/admin/{path.split('?')[0]}", query_string={path.split("?")[1].split("=")[0]: text, "id": text}
        )
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    found = owner.post("/admin/find", {"text": text})
    assert html.escape(text.replace("\u202e", "")).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in found.text


def test_every_code_has_words() -> None:
    assert set(words.LEAD_LOOKS) == set(LeadStatus)
    assert set(words.DELIVERY_LOOKS) == set(DeliveryStatus)
    assert set(words.MESSAGE_LOOKS) == set(MessageStatus)
    assert set(words.OUTCOME_LOOKS) == set(AttemptOutcome)
    assert set(words.CLASS_LABELS) == set(MessageClass)
    assert set(words.TEMPLATE_LABELS) == set(Template)
    assert words.reason_words("some_new_code") == "Some new code."


def test_a_lead_says_how_its_student_may_be_contacted_and_answers_only_to_who_sees_people(
    logged_in: LoggedIn, running: Runtime, clock: FrozenClock, school: School
) -> None:
    with running.begin() as session:
        question = make_question(session, school, QuestionKind.TEXT, label="What have you built?")
        stored = submit_request(
            session,
            clock,
            running.links,
            [school],
            phone="+14155550134",
            channels=frozenset(ContactChannel),
            preferences=ContactPreferences(ContactHours.of([Day.SAT], []), "America/Chicago", "es", 5),
            answers={school.partner_id: {question: "<b>A robot</b>"}},
        )
        [lead_id] = leads_of(session, stored.submission_id)
    support = logged_in("support").get(f"/admin/leads/{lead_id}").text
    for words_shown in ("on Saturdays between 8 AM and 9 PM", "Central Time (Chicago)", "Spanish", "at most 5"):
        assert words_shown in support
    assert "What have you built?" in support
    assert "&lt;b&gt;A robot&lt;/b&gt;" in support
    assert "A robot" not in logged_in("analyst").get(f"/admin/leads/{lead_id}").text


def test_a_list_is_paged_forth_and_back_without_a_gap(
    logged_in: LoggedIn, running: Runtime, clock: FrozenClock, school: School
) -> None:
    email = f"{new_id().hex}@student.example"
    made = []
    for number in range(120):
        with running.begin() as session:
            # Several at one moment, so that the id has to break the tie.
            clock.advance(timedelta(seconds=number % 3 == 0))
            stored = submit_request(session, clock, running.links, [school], email=email)
            made.append(str(leads_of(session, stored.submission_id)[0]))
    owner = logged_in()
    pages, seen = [f"/admin/leads?partner={school.partner_id}"], []
    while pages[-1]:
        text = owner.get(pages[-1]).text
        seen.append(re.findall(r'href="/admin/leads/([0-9a-f-]{36})"', text))
        link = re.search(r'rel="next" href="([^"]+)"', text)
        pages.append(html.unescape(link[1]) if link else "")
    assert [len(rows) for rows in seen] == [50, 50, 20]
    assert sorted(lead for leads in seen for lead in leads) == sorted(made)
    back = re.search(r'rel="prev" href="([^"]+)"', text)
    assert back is not None
    assert re.findall(r'href="/admin/leads/([0-9a-f-]{36})"', owner.get(html.unescape(back[1])).text) == seen[1]
    found = owner.post("/admin/find", {"text": email}).text
    assert "120 people, the first 20" in found
    whole = re.search(r'href="(/admin/submissions\?person=[^"]+)"', found)
    assert whole is not None
    assert 'rel="next"' in owner.get(whole[1]).text


@pytest.mark.parametrize("path", ["submissions", "leads", "messages", "deliveries", "programs", "imports", "audit"])
def test_a_list_asks_the_database_no_more_for_more_rows(
    logged_in: LoggedIn, running: Runtime, school: School, path: str
) -> None:
    owner, statements = logged_in(), []

    def count(*told: object) -> None:
        statements.append(told[2])

    def asked_for_a_page() -> int:
        statements.clear()
        assert owner.get(f"/admin/{path}").status_code == 200
        return len(statements)

    event.listen(running.engine, "before_cursor_execute", count)
    try:
        before = asked_for_a_page()
        with running.begin() as session:
            for _ in range(5):
                submit_request(session, running.clock, running.links, [school])
        assert asked_for_a_page() == before <= 8
    finally:
        event.remove(running.engine, "before_cursor_execute", count)


def test_a_lead_tells_its_story_in_order(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    with running.begin() as session:
        fail_delivery(session, asked.lead_id, at=running.clock.now())
    owner = logged_in()
    for _ in range(3):
        text = owner.get(f"/admin/leads/{asked.lead_id}").text
    assert "2 times from then on" in text
    titles = re.findall(r'event-title">([^<]+)', text)
    assert titles[:2] == ["Consent given", "Undo window"]
    assert titles.index("Failed") > titles.index("Attempt 2: Failed, will retry")
    assert titles.count("Viewed by staff") == 1
    assert {"Attempt 1: Failed, will retry", "Attempt 2: Failed, will retry"} <= set(titles)
    moments = re.findall(r'event-at"><time datetime="([^"]+)"', text)
    assert moments == sorted(moments)


def test_a_broken_chain_of_consent_is_called_out(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    owner = logged_in()
    path = f"/admin/leads/{asked.lead_id}"
    assert "The hash chain holds: 2 records" in owner.get(path).text
    with running.begin() as session:
        session.connection().exec_driver_sql("ALTER TABLE consents DISABLE TRIGGER append_only")
        session.execute(update(Consent).where(Consent.lead_id == asked.lead_id).values(text="Something else."))
        session.connection().exec_driver_sql("ALTER TABLE consents ENABLE TRIGGER append_only")
    text = owner.get(path).text
    assert "The record does not hold" in text
    assert "Record 2: What it says is not what was written." in text


def test_the_overview_counts_today_and_names_what_needs_somebody(
    logged_in: LoggedIn, running: Runtime, clock: FrozenClock, asked: Asked
) -> None:
    with running.begin() as session:
        fail_delivery(session, asked.lead_id, at=clock.now())
    text = logged_in().get("/admin/").text
    assert re.search(r"<strong>\d+ leads?</strong> with a failed delivery that can still be sent again", text)
    clock.advance(timedelta(days=2))
    later = logged_in().get("/admin/").text
    assert "No lead was made today." in later
    assert "with a failed delivery" in later
    # As in the queue of dead letters: what is too old to be sent again waits for nobody.
    clock.advance(timedelta(days=60))
    assert "with a failed delivery" not in logged_in().get("/admin/").text

"""The student's own page: only theirs, and what they take back stays back."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.student.person import ANSWERS, Page, Person
from webapp.bootstrap import Runtime


def asked(person: Person, email: str, schools: int = 1) -> str:
    """Ask for introductions; the path of the my-data page."""
    response = person.introduce(person.finish(), schools, email=email)
    assert response.status_code == 303
    return urlsplit(response.headers["Location"]).path


def buttons(page: Page) -> list[str]:
    """Where the cancel buttons of a page post to."""
    return [address for tag, name, address in page.addresses if name == "action" and address.endswith("/withdraw")]


def test_what_was_asked_and_agreed_stands_there(person: Person) -> None:
    page = person.open(asked(person, "stands@student.example", schools=2))
    assert page.words.count("Not sent yet Nothing has left us. You can still cancel.") == 2
    assert page.words.count("Cancel this introduction") == 2
    assert "You can still change your mind" in page.words
    assert (
        "You allowed contact by e-mail and in no other way, in English and at most 3 times unless you answer."
        in page.words
    )
    assert "about 10 minutes from now" in page.words
    assert "stands@student.example" in page.words
    assert "Every permission on record (3)" in page.words


def test_an_introduction_is_cancelled_within_the_undo_window(person: Person, runtime: Runtime) -> None:
    path = asked(person, "undo@student.example", schools=2)
    page = person.open(path)
    response = person.send(buttons(page)[0], {}, page=page)
    assert response.headers["Location"] == path
    after = person.open(path)
    assert "You cancelled it before it was sent. The school got nothing." in after.words
    assert after.words.count("Cancel this introduction") == 1
    assert "You withdrew the introduction to" in after.words
    again = person.send(buttons(page)[0], {}, page=after)
    assert again.status_code == 303
    with runtime.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT l.status, d.status AS delivery FROM leads l JOIN deliveries d ON d.lead_id = l.id "
                "JOIN prospects p ON p.id = l.prospect_id WHERE p.email = 'undo@student.example' ORDER BY l.status"
            )
        ).all()
    assert [tuple(row) for row in rows] == [("undo_window", "waiting"), ("withdrawn", "cancelled")]


def test_another_persons_introduction_cannot_be_touched(person: Person, another_person: Person) -> None:
    mine, theirs = asked(person, "mine@student.example"), asked(another_person, "theirs@student.example")
    their_lead = buttons(another_person.open(theirs))[0].split("/")[-2]
    page = person.open(mine)
    assert person.send(f"{mine}/introductions/{their_lead}/withdraw", {}, page=page).status_code == 404
    assert person.send(f"{mine}/introductions/{uuid4()}/withdraw", {}, page=page).status_code == 404
    assert "Not sent yet" in another_person.open(theirs).words


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "A" * 5000])
def test_a_wrong_token_opens_nothing(person: Person, token: str) -> None:
    for path in (f"/my-data/{token}", f"/my-data/{token}/mail"):
        assert person.client.get(path).status_code == 404


def test_one_link_does_not_open_the_other(person: Person) -> None:
    path = asked(person, "keys@student.example")
    token = path.rsplit("/", 1)[1]
    assert person.client.get(f"/results/{token}").status_code == 404


def test_the_page_is_kept_out_of_search_engines_caches_and_referers(person: Person) -> None:
    response = person.client.get(asked(person, "private@student.example"))
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


def test_mails_are_stopped_by_a_button_and_not_by_opening_a_page(person: Person) -> None:
    path = asked(person, "stop@student.example")
    page = person.open(f"{path}/mail")
    assert "Stop mails with lists?" in page.words
    assert "are stopped" not in person.open(path).words
    assert "Mails stopped" in person.send(f"{path}/mail", {}, page=page).text
    assert "Mails with lists to this address are stopped." in person.open(path).words


def test_mail_programs_stop_mails_with_one_click(person: Person, another_person: Person) -> None:
    path = asked(person, "oneclick@student.example")
    response = another_person.client.post(f"{path}/mail", data={"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert "are stopped" in person.open(path).words


def test_names_are_shown_and_never_run(person: Person) -> None:
    bad = '<svg onload="alert(1)">'
    response = person.introduce(person.finish(), first_name=bad, email="svg@student.example")
    shown = person.open(response.headers["Location"])
    assert bad not in shown.html
    assert bad in shown.text


def test_opening_pages_changes_nothing(person: Person, runtime: Runtime) -> None:
    path = asked(person, "reader@student.example")
    results = person.finish()
    before = fingerprint(runtime)
    pages = (
        "/",
        "/about",
        "/privacy",
        "/how-we-rank",
        "/my-data",
        path,
        f"{path}/mail",
        results,
        f"{results}/requests",
        "/programs",
        "/programs/demo-brambleford-msds",
        "/shortlist",
        "/compare",
        "/share",
        f"{results}/introductions",
        f"{results}/introductions/check",
    )
    for page in (*pages, "/match", *(f"/match/{step}" for step in ANSWERS), "/?utm_source=guide"):
        person.open(page)
        assert person.client.head(page).status_code in (200, 302, 303)
    assert fingerprint(runtime) == before


def fingerprint(runtime: Runtime) -> dict[str, str]:
    """What every table holds, as one digest each."""
    rows = "SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM"
    with runtime.engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        return {table: str(connection.execute(text(f'{rows} "{table}" t')).scalar()) for table in tables}

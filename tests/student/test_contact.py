"""Was the school in touch? The school says it behind a mailed link, the student on their own page."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from tests.browser import LiveServer, follow, overflows
from tests.student.person import Person
from tests.student.test_my_data import asked
from tests.student.test_rights import work
from tests.visual import looked_at
from webapp.bootstrap import Runtime
from webapp.domain.ids import address_key
from webapp.models import FunnelEvent, Lead, Prospect, StatusLink
from webapp.queries.complaint import find_complaint
from webapp.queries.funnel import reached_by
from webapp.services import status_link


def delivered(person: Person, runtime: Runtime, email: str) -> tuple[str, Lead, str]:
    """The my-data page of somebody with a lead its school has, that lead, and the path of a link about it."""
    mine = asked(person, email)
    work(runtime, email)
    with runtime.begin() as session:
        key = address_key(runtime.links.secret, email)
        lead = session.scalars(select(Lead).join(Prospect).where(Prospect.email_key == key)).one()
        link_id = status_link.open_link(session, runtime.clock, runtime.links, lead.id)
    return mine, lead, f"/partner/status/{runtime.links.status_token(link_id)}"


def test_school_and_student_each_say_it_and_staff_see_where_they_differ(person: Person, runtime: Runtime) -> None:
    early = asked(person, "early@contact.example")
    assert "Were you contacted?" not in person.open(early).words
    mine, lead, link = delivered(person, runtime, "told@contact.example")
    assert "has not said yet whether it contacted you" in person.open(mine).words
    today = runtime.clock.now().date()

    page = person.open(link)
    assert str(lead.id) in page.words
    assert "Silva" not in page.words
    assert "told@contact.example" not in page.words
    with runtime.begin() as session:
        assert session.scalars(select(FunnelEvent).where(FunnelEvent.lead_id == lead.id)).all() == []
    for values, words in (
        ({}, "Choose how far you came."),
        ({"status": "hired", "on": "2026-11-22"}, "Choose"),
        ({"status": "contacted", "on": "2026-02-31"}, "Write the date as"),
        ({"status": "contacted", "on": (today + timedelta(days=9)).isoformat()}, "Name today or a day before."),
    ):
        answer = person.send(link, values, page=page)
        assert answer.status_code == 422
        assert words in answer.text
    with runtime.begin() as session:  # the partner's day may not be the server's
        zone = session.get_one(Lead, lead.id).partner.time_zone
    said = {"status": "contacted", "on": runtime.clock.now().astimezone(ZoneInfo(zone)).date().isoformat()}
    assert person.send(link, said, page=page).status_code == 303
    assert person.send(link, said, page=page).status_code == 303
    assert person.send(link, {**said, "status": "applied"}, page=page).status_code == 422
    over = person.open(link)
    assert "takes no other answer" in over.words
    assert "status" not in over.names()
    assert "no-store" in person.client.get(link).headers["Cache-Control"]
    assert person.client.get(f"{link}x").status_code == 404
    assert person.client.post(link, data=said).status_code == 400  # without our token

    page = person.open(mine)
    assert "The school says that it contacted you on" in page.words
    where = f"{mine}/introductions/{lead.id}/contact"
    assert person.send(where, {"contacted": "no"}, page=page).headers["Location"] == mine
    assert re.search(r"You said on .* that it did not\.", person.open(mine).words)
    with runtime.begin() as session:
        assert reached_by(session, [lead.id])[lead.id].conflict
    person.send(where, {"contacted": "yes"}, page=page)

    wrong = f"{mine}/introductions/{lead.id}/complaint"
    for values in ({}, {"kind": "did_not_stop"}, {"kind": "did_not_stop"}):
        assert person.send(wrong, values, page=page).headers["Location"] == mine
    assert "You complained about this school on" in person.open(mine).words
    assert person.send(f"{mine}/introductions/{uuid4()}/complaint", {"kind": "other"}, page=page).status_code == 404
    with runtime.begin() as session:
        found = find_complaint(session, lead.id)
    assert found is not None
    assert (found.kind, found.recorded_by, found.returned) == ("did_not_stop", "student", "approved")
    with runtime.begin() as session:
        assert not reached_by(session, [lead.id])[lead.id].conflict
    assert person.send(where, {"contacted": "perhaps"}, page=page).status_code == 400
    for path in (f"{early}/introductions/{lead.id}/contact", f"{mine}/introductions/{uuid4()}/contact"):
        assert person.send(path, {"contacted": "yes"}, page=page).status_code == 404


@pytest.mark.browser
def test_axe_finds_nothing_behind_a_status_link(
    app: Flask,
    person: Person,
    runtime: Runtime,
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
) -> None:
    mine, _, link = delivered(person, runtime, "axe@contact.example")
    url, page = live_server(app).url, new_page(width=390)
    for path in (link, mine):
        page.goto(url + path)
        assert looked_at(page) == []
        assert overflows(page) == 0
    page.goto(url + link)
    follow(page, page.get_by_role("button", name="Say so"))
    assert looked_at(page) == []
    with runtime.begin() as session:
        assert session.scalars(select(StatusLink.used_at).order_by(StatusLink.created_at.desc())).first() is None

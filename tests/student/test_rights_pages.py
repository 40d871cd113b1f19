"""What is left to see once a student was erased, looked at by axe in both modes."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from tests.browser import LiveServer, overflows
from tests.student.person import Person
from tests.student.test_my_data import asked
from tests.student.test_rights import work
from tests.visual import looked_at
from webapp.bootstrap import Runtime
from webapp.models import PartnerNotice

pytestmark = pytest.mark.browser


def test_axe_finds_nothing_after_an_erasure(
    app: Flask,
    person: Person,
    runtime: Runtime,
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
) -> None:
    email = "axe@gone.example"
    mine = asked(person, email)
    work(runtime, email)
    person.send(f"{mine}/erase", {})
    work(runtime, email)
    with runtime.begin() as session:
        newest = session.scalars(select(PartnerNotice.id).order_by(PartnerNotice.id.desc()).limit(1)).one()
    url, page = live_server(app).url, new_page(width=390)
    for path in (mine, f"{mine}/consents", f"/partner/notices/{runtime.links.notice_token(newest)}"):
        page.goto(url + path)
        assert looked_at(page) == []
        assert overflows(page) == 0

"""Every page of the student, looked at by axe (WCAG 2.2 A and AA) in both modes, and at narrow widths."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import LiveServer, axe_violations, overflows
from tests.student.person import ANSWERS, Person, introduction_values

pytestmark = pytest.mark.browser


@pytest.fixture
def paths(person: Person) -> list[str]:
    """Every page a student can open, after a whole journey."""
    results = person.finish()
    response = person.introduce(results, schools=2, email="axe@student.example")
    page = person.open(f"{results}/introductions")
    assert person.choose(results, introduction_values(page, schools=2), page=page).status_code == 303
    asked = [f"{results}/introductions", f"{results}/introductions/check"]
    mine = response.headers["Location"]
    steps = [f"/match/{step}" for step in ANSWERS]
    return [
        "/",
        "/about",
        "/privacy",
        "/how-we-rank",
        "/my-data",
        *steps,
        results,
        *asked,
        mine,
        f"{mine}/mail",
        "/nowhere",
    ]


def test_every_get_route_of_the_student_is_looked_at(app: Flask, paths: list[str]) -> None:
    shown = {path.split("/")[1] for path in paths}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("student.") and "GET" in (rule.methods or ()):
            assert rule.rule.split("/")[1] in shown, rule.rule


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(
    app: Flask,
    person: Person,
    paths: list[str],
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
    dark: bool,
) -> None:
    url = live_server(app).url
    page = new_page(dark=dark)
    _wear_cookies(page, person, url)
    found = {}
    for path in paths:
        page.goto(url + path)
        if violations := axe_violations(page):
            found[path] = violations
    _send_with_mistakes(page, url, paths)
    if violations := axe_violations(page):
        found["mistakes"] = violations
    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_sticks_out(
    app: Flask,
    person: Person,
    paths: list[str],
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
    width: int,
) -> None:
    url = live_server(app).url
    page = new_page(width=width)
    _wear_cookies(page, person, url)
    wide = {}
    for path in paths:
        page.goto(url + path)
        if pixels := overflows(page):
            wide[path] = pixels
    assert wide == {}


def _wear_cookies(page: Page, person: Person, url: str) -> None:
    for name in ("session", "draft"):
        cookie = person.client.get_cookie(name)
        assert cookie is not None
        page.context.add_cookies([{"name": name, "value": cookie.value, "url": url}])


def _send_with_mistakes(page: Page, url: str, paths: list[str]) -> None:
    page.goto(url + next(path for path in paths if path.endswith("/introductions")))
    page.locator('[name="schools"]').first.uncheck(force=True)
    page.locator('[name="schools"]').nth(1).check(force=True)
    page.locator('[name="channels"][value="phone"]').check(force=True)
    page.locator('[name="first_name"]').fill("")
    page.get_by_role("button", name="See what would be sent").click()
    page.locator("[data-error-summary]").wait_for()

"""The whole way of a student in a real browser, by keyboard only, with and without JavaScript."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import LiveServer
from tests.e2e.journey import Keyboard, Request, ask_for, cancel_first_introduction, fill_the_form
from tests.student.person import ANSWERS, Person
from tests.student.tour import lend_cookies

pytestmark = pytest.mark.browser


# An L4 orthogonal array: every two of (script, width, dark) meet in every way.
WINDOWS = [(True, 1280, False), (True, 390, True), (False, 1280, True), (False, 390, False)]


@pytest.mark.parametrize(("javascript", "width", "dark"), WINDOWS)
def test_from_the_first_question_to_taking_an_introduction_back(
    app: Flask,
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    javascript: bool,
    width: int,
    dark: bool,
) -> None:
    page = new_page(javascript=javascript, width=width, dark=dark)
    url = live_server(app).url
    fill_the_form(page, url, ANSWERS)
    expect(page.locator("article.match")).to_have_count(10)
    expect(page.locator("#request :checked")).to_have_count(0)
    ask_for(page, Request(email=f"keyboard-{javascript}-{width}@student.example".lower()))
    expect(page.get_by_text("We have what you asked for.")).to_be_visible()
    expect(page.get_by_text("Your mail is about to leave")).to_be_visible()
    cancel_first_introduction(page)
    assert faults == []


def test_a_mistake_takes_the_focus_to_the_summary_and_on_to_the_field(
    app: Flask, live_server: Callable[[Any], LiveServer], browser_page: Page, faults: list[str]
) -> None:
    url, person = live_server(app).url, Person(app.test_client())
    person.finish()
    lend_cookies(person, browser_page, url)
    browser_page.goto(f"{url}/match/background")
    browser_page.fill('[name="gpa"]', "nine")
    browser_page.get_by_role("button", name="Save and continue").click()
    summary = browser_page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(browser_page.locator('[name="gpa"]')).to_be_focused()
    expect(browser_page.locator('[name="gpa"]')).to_have_value("nine")
    # Chromium reports the 422 of a page with mistakes as a failed load; nothing else may be wrong.
    assert [fault for fault in faults if "422" not in fault] == []


@pytest.mark.parametrize(("javascript", "width", "dark"), [(True, 390, False), (False, 1280, True)])
def test_from_a_guide_into_the_form_with_its_job_chosen(
    app: Flask,
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    javascript: bool,
    width: int,
    dark: bool,
) -> None:
    page = new_page(javascript=javascript, width=width, dark=dark)
    keys = Keyboard(page)
    page.goto(live_server(app).url + "/guides")
    keys.press("Research scientist")
    expect(page.get_by_role("heading", level=1, name="Research scientist")).to_be_visible()
    keys.press("Find programs")
    page.wait_for_url(re.compile("/match/age"))
    keys.choose("age", "18_or_older")
    keys.press("Continue")
    page.wait_for_url(re.compile("/match/goal"))
    expect(page.locator('[name="occupation"]')).to_have_value("15-1221")
    keys.press("Continue")
    page.wait_for_url(re.compile("/match/background"))
    page.go_back()
    expect(page.locator('[name="occupation"]')).to_have_value("15-1221")
    assert faults == []

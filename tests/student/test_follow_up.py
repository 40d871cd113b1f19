"""Follow-up questions in a real browser: shown when asked, out of sight and unsent when not, without a jump."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import LiveServer, axe_violations, follow

pytestmark = pytest.mark.browser

SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


@pytest.fixture
def url(app: Flask, live_server: Callable[[Any], LiveServer]) -> str:
    return live_server(app).url


def choose(page: Page, words: str) -> None:
    """A click on the words of an option, as people do."""
    page.locator("label").filter(has_text=words).first.click()


def to_background(page: Page, url: str) -> None:
    page.goto(url + "/match/age")
    choose(page, "18 or older")
    follow(page, page.get_by_role("button", name="Continue"))
    follow(page, page.get_by_role("button", name="Continue"))
    page.wait_for_url("**/match/background")


def test_a_question_comes_and_goes_with_the_answer_it_follows_from(new_page: Callable[..., Page], url: str) -> None:
    page = new_page()
    to_background(page, url)
    gpa = page.locator("[name=gpa]")
    expect(gpa).to_be_hidden()
    assert page.evaluate(SHIFT) == 0
    choose(page, "Bachelor's degree")
    expect(gpa).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Questions added")
    assert axe_violations(page) == []
    gpa.fill("3.4")
    choose(page, "High school")
    expect(gpa).to_be_hidden()
    expect(page.get_by_role("status")).to_contain_text("no longer asked")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/match/subjects")
    page.goto(url + "/match/background")
    choose(page, "Bachelor's degree")
    expect(gpa).to_have_value("")


def test_what_was_written_comes_back_while_the_page_is_open(new_page: Callable[..., Page], url: str) -> None:
    page = new_page()
    to_background(page, url)
    choose(page, "Bachelor's degree")
    page.locator("[name=gpa]").fill("3.4")
    choose(page, "High school")
    choose(page, "Master's degree")
    expect(page.locator("[name=gpa]")).to_have_value("3.4")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/match/subjects")
    page.go_back()
    expect(page.locator("[name=gpa]")).to_be_visible()
    expect(page.locator("[name=gpa]")).to_have_value("3.4")


def test_the_new_question_is_the_next_stop_of_the_keyboard(new_page: Callable[..., Page], url: str) -> None:
    page = new_page()
    to_background(page, url)
    page.get_by_label("Doctorate").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator("[name=field]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[name=gpa]")).to_be_focused()


def test_without_script_every_question_is_there_and_says_when_it_counts(
    new_page: Callable[..., Page], url: str
) -> None:
    page = new_page(javascript=False)
    to_background(page, url)
    expect(page.locator("[name=gpa]")).to_be_visible()
    expect(page.get_by_text("Only if you have been to college.").first).to_be_visible()
    choose(page, "High school")
    page.locator("[name=gpa]").fill("not a number")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/match/subjects")


@pytest.mark.parametrize("dark", [False, True])
def test_narrow_and_enlarged_pages_fit(new_page: Callable[..., Page], url: str, dark: bool) -> None:
    """1280 px at 400 % is 320 px wide and a quarter as high (WCAG 2.2, 1.4.10)."""
    page = new_page(width=320, height=256, dark=dark)
    to_background(page, url)
    choose(page, "Bachelor's degree")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main input:not([type=hidden]), main select")]
          .map((e) => [e.outerHTML.slice(0, 80), (e.closest(".choice") ?? e).getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.width < 24 || box.height < 24)).map(([html]) => html)"""
    )
    assert small == []

"""The gallery in a real browser: axe, overflow, policy, keyboard, targets, with and without script."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import LiveServer, appearance_violations, axe_violations, overflows

pytestmark = pytest.mark.browser
PATHS = ["/form", "/form/errors", "/results", "/parts", "/admin/leads", "/error/500"]

NewPage = Callable[..., Page]
Serve = Callable[[Any], LiveServer]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(
    gallery: Flask, live_server: Serve, new_page: NewPage, faults: list[str], width: int
) -> None:
    url = live_server(gallery).url
    page = new_page(width=width)
    found = {}
    for path in PATHS:
        page.goto(url + path)
        page.emulate_media(color_scheme="light")
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        wrong = axe_violations(page)
        page.emulate_media(color_scheme="dark")
        found[path] = [*wrong, *appearance_violations(page)]
    assert {path: faults_of for path, faults_of in found.items() if faults_of} == {}
    assert [fault for fault in faults if "status of 500" not in fault] == []


@pytest.mark.parametrize(
    "faint",
    [
        "<p style='color:#999'>faint",
        "<p style='color:#777; background:#ddd'>on a darker ground",
        "<div style='background:#444'><p>dark on dark</p></div>",
        "<p style='opacity:.4'>seen through",
        "<p>well <em style='color:#aaa'>not well</em> well",
    ],
)
def test_axe_finds_what_is_planted(browser_page: Page, faint: str) -> None:
    """Contrast is judged on one text of each look: none alone in its look, or found faint before, is passed over."""
    browser_page.set_content(f"<html lang=en><title>x</title><main><h1>x</h1><p>well<p>well<input>{faint}</main>")
    for _ in range(2):
        rules = [violation.split(":")[0] for violation in axe_violations(browser_page)]
        assert rules == ["label", "color-contrast"]


def test_nothing_sticks_out(gallery: Flask, live_server: Serve, browser_page: Page) -> None:
    url = live_server(gallery).url
    found = {}
    for path in PATHS:
        browser_page.goto(url + path)
        for width in (320, 390, 768, 1280, 1920):
            browser_page.set_viewport_size({"width": width, "height": 900})
            found[path, width] = overflows(browser_page)
    assert {where: pixels for where, pixels in found.items() if pixels} == {}


def test_targets_are_large_enough_on_a_phone(gallery: Flask, live_server: Serve, new_page: NewPage) -> None:
    page = new_page(width=390)
    page.goto(live_server(gallery).url + "/form")
    small = page.evaluate(
        """() => [...document.querySelectorAll("form .box, .choice, .button, .site-header a, .site-footer li a")]
        .filter((e) => e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_error_summary_has_the_focus_and_leads_to_the_fields(
    gallery: Flask, live_server: Serve, browser_page: Page
) -> None:
    page = browser_page
    page.goto(live_server(gallery).url + "/form/errors")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.title().startswith("Error: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "education-0"


def test_focus_is_seen_and_the_skip_link_comes_first(gallery: Flask, live_server: Serve, browser_page: Page) -> None:
    page = browser_page
    page.goto(live_server(gallery).url + "/form")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert "3px" in outline
    assert "solid" in outline


def test_the_page_is_whole_without_script(gallery: Flask, live_server: Serve, new_page: NewPage) -> None:
    page = new_page(javascript=False)
    page.goto(live_server(gallery).url + "/form/errors")
    page.locator(".error-summary a").first.wait_for()
    page.goto(live_server(gallery).url + "/parts")
    assert page.get_by_text("Copy the secret").is_hidden()


def test_the_copy_button_copies(gallery: Flask, live_server: Serve, new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(live_server(gallery).url + "/parts")
    page.get_by_role("button", name="Copy the secret").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "whsec_example"


def test_nothing_shifts_while_the_page_loads(gallery: Flask, live_server: Serve, browser_page: Page) -> None:
    page = browser_page
    page.goto(live_server(gallery).url + "/results")
    shift = page.evaluate(
        """() => new Promise((done) => { let sum = 0;
        new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; })
          .observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => done(sum))); })"""
    )
    assert shift == 0


def test_the_first_page_is_light(gallery: Flask, live_server: Serve, browser_page: Page) -> None:
    sizes: list[int] = []
    browser_page.on("response", lambda response: sizes.append(len(response.body())))
    browser_page.goto(live_server(gallery).url + "/form", wait_until="networkidle")
    assert sum(sizes) < 60_000

"""Shortlist, comparison and sharing in a real browser: by keyboard, and without script."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import LiveServer
from tests.student.person import Person
from tests.student.tour import lend_cookies

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_from_the_list_to_a_friend_by_keyboard(
    app: Flask,
    person: Person,
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    width: int,
    javascript: bool,
) -> None:
    url, results = live_server(app).url, person.finish()
    page = new_page(width=width, javascript=javascript)
    lend_cookies(person, page, url)
    page.goto(url + results)
    for rank in (1, 2):
        press(page, page.get_by_role("button", name="Add to shortlist").first)
        expect(page).to_have_url(f"{url}{results}#match-{rank}")
    for tick in page.get_by_role("checkbox", name="Compare").all()[2:4]:
        tick.focus()
        page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Compare side by side"))
    expect(page.locator("thead th")).to_have_count(2)
    press(page, page.get_by_role("link", name="Show only differences"))
    expect(page.locator("tbody tr:not(.compare-group):not(.differs)")).to_have_count(0)
    press(page, page.get_by_role("link", name="Your shortlist"))
    press(page, page.get_by_role("button", name="Move down").first)
    press(page, page.get_by_role("link", name="Share this list"))
    page.get_by_role("radio", name="7 days").focus()
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Make the link"))
    shared = page.locator(".shared-url a").inner_text().removeprefix("http://localhost")
    assert page.get_by_role("button", name="Copy the link").is_visible() is javascript
    friend = new_page(width=width, javascript=javascript)
    friend.goto(url + shared)
    expect(friend.locator(".short")).to_have_count(2)
    press(page, page.get_by_role("button", name="Revoke"))
    friend.reload()
    expect(friend.get_by_role("heading", level=1)).to_have_text("This link is closed")
    assert [each for each in faults if "410" not in each] == []


def press(page: Page, control: Any) -> None:
    """Go to a control as the keyboard does, and press Enter."""
    control.focus()
    assert control.evaluate("each => each === document.activeElement")
    with page.expect_navigation():
        page.keyboard.press("Enter")

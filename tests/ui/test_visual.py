"""The eye itself: each fault it is to find, planted on a page, is found, and a right page has none."""

import pytest
from playwright.sync_api import Page

from tests.browser import overflows
from tests.visual import (
    blemishes,
    clipped_texts,
    covering_parts,
    faint_focus,
    idle_buttons,
    small_texts,
    spoiled_by_wide_text,
)

pytestmark = pytest.mark.browser

RIGHT = """<!doctype html><html lang="en"><head><title>x</title></head><body><header><a href="#main">Skip</a></header>
<main id="main"><h1>One</h1><p>Words around <a href="#x">a link</a>.</p>{}</main><footer>b</footer></body></html>"""


def test_a_right_page_has_no_blemish(browser_page: Page) -> None:
    browser_page.set_content(RIGHT.format('<button style="width:40px;height:40px;font-size:16px">ok</button>'))
    assert [*blemishes(browser_page), *faint_focus(browser_page), *clipped_texts(browser_page)] == []
    assert [*covering_parts(browser_page), *small_texts(browser_page)] == []


def test_what_sticks_in_its_place_and_what_is_larger_than_the_window_are_no_blemish(browser_page: Page) -> None:
    stuck = "<div style='height:300px;overflow:auto'>{}<p style='position:sticky;bottom:0'>{}</p></div>"
    fields = "<p style='height:90px'><button style='width:40px;height:40px'>ok</button></p>" * 5
    wide = "<div role='region' tabindex='0' style='width:9000px;height:9000px'>much</div>"
    browser_page.set_content(RIGHT.format(stuck.format(fields, "<button>Keep</button>") + wide))
    assert [*blemishes(browser_page), *faint_focus(browser_page)] == []


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("<button style='border:0;padding:0;width:9px;height:9px'></button>" * 2, "small target"),
        ("<p tabindex='3'>x</p>", "positive tabindex"),
        ("<div style='display:flex'><p style='order:2'>x</p></div>", "moved by order"),
        ("<div style='display:flex;flex-direction:row-reverse'><p>x</p></div>", "reversed"),
        ("<h1>Two</h1>", "not one h1"),
        ("<p id='main'>x</p>", "id twice"),
        ("<h2>Two</h2><h2 style='position:absolute;top:0;left:0'>One</h2>", "read late"),
        ("<div style='position:sticky;top:0'><h2>Two</h2><h2 style='margin-top:-9rem'>One</h2></div>", "read late"),
        ("<p style='transition:color 1s'>x</p>", "fades"),
        ("<div style='position:fixed;inset:0'></div>", "covered while focused"),
        (
            "<div role='region' tabindex='0' style='height:9000px'>x</div><div style='position:fixed;inset:0'></div>",
            "covered while focused",
        ),
        ("<style>@keyframes k{to{opacity:0}} i{animation:k 9s infinite}</style><i>x</i>", "moves"),
        ("<style>*{outline:none !important}</style>", "focus not seen"),
        ("<p style='height:10px;overflow:hidden'>much<br>too<br>tall</p>", "cut off"),
    ],
)
def test_each_fault_is_found(browser_page: Page, planted: str, told: str) -> None:
    browser_page.set_content(RIGHT.format(planted))
    found = [*blemishes(browser_page), *faint_focus(browser_page), *clipped_texts(browser_page)]
    assert any(each.startswith(told) for each in found), found
    assert all(each.startswith(told) for each in found), found


def test_what_takes_half_the_window_and_what_only_script_could_work_are_found(browser_page: Page) -> None:
    browser_page.set_content(RIGHT.format("<div style='position:fixed;inset:0'><button>Do it</button></div>"))
    assert [each.split(":")[0] for each in covering_parts(browser_page)] == ["covers the window"]
    assert [each.split(":")[0] for each in small_texts(browser_page)] == ["text of 13.3333 px"]
    assert [each.split(":")[0] for each in idle_buttons(browser_page)] == ["idle without script"]


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("<p style='height:1em;line-height:1;overflow:hidden'>low</p>", "with wide text cut off"),
        (
            "<p style='white-space:nowrap;width:max-content'>" + "words in one line " * 8 + "</p>",
            "with wide text sticks out",
        ),
    ],
)
def test_what_only_wide_text_spoils_is_found_under_a_policy_too(browser_page: Page, planted: str, told: str) -> None:
    policy = """<meta http-equiv="Content-Security-Policy" content="style-src-elem 'none'">"""
    browser_page.set_content(RIGHT.replace("<title>", f"{policy}<title>").format(planted))
    for _ in range(2):
        assert clipped_texts(browser_page) == []
        assert overflows(browser_page) == 0
        assert [each for each in spoiled_by_wide_text(browser_page) if each.startswith(told)]

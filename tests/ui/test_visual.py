"""The eye itself: each fault it is to find, planted on a page, is found, and a right page has none."""

import pytest
from playwright.sync_api import Page

from tests.visual import blemishes, clipped_texts, faint_focus

pytestmark = pytest.mark.browser

RIGHT = """<!doctype html><html lang="en"><head><title>x</title></head><body><header>a</header>
<main><h1>One</h1><p>Words around <a href="#x">a link</a>.</p>{}</main><footer>b</footer></body></html>"""


def test_a_right_page_has_no_blemish(browser_page: Page) -> None:
    browser_page.set_content(RIGHT.format('<button style="width:40px;height:40px">ok</button>'))
    assert [*blemishes(browser_page), *faint_focus(browser_page), *clipped_texts(browser_page)] == []


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("<button style='border:0;padding:0;width:9px;height:9px'></button>" * 2, "small target"),
        ("<p tabindex='3'>x</p>", "positive tabindex"),
        ("<div style='display:flex'><p style='order:2'>x</p></div>", "moved by order"),
        ("<div style='display:flex;flex-direction:row-reverse'><p>x</p></div>", "reversed"),
        ("<h1>Two</h1>", "not one h1"),
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

"""A real browser for tests: Debian's chromium, a loopback server in a thread, and axe.

A folder's conftest.py takes the fixtures in by name and lists them in ``__all__``:
``from tests.browser import browser_page, chromium, faults, live_server, new_page``.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, sync_playwright
from werkzeug.serving import make_server

SHELL, WHOLE = "/usr/bin/chromium-headless-shell", "/usr/bin/chromium"
"""Debian makes both of one source; the first has no window to draw and takes a third less of the processor."""
CHROMIUM = os.environ.get("CHROMIUM") or (SHELL if Path(SHELL).exists() else WHOLE)
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"),
    # Each page is a new program to the engine: what it would gain by optimising one, it takes longer to optimise.
    "--js-flags=--no-maglev --no-turbofan",
    # Nothing leaves the machine. Not by routing requests: that would switch the browser's cache off.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": _AXE_TAGS},
    "rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}},
    "preload": False,
    "iframes": False,
}
_CONTRAST_OPTIONS = {**_AXE_OPTIONS, "runOnly": ["color-contrast"], "rules": {}}
_LOOKS_OPTIONS = {**_AXE_OPTIONS, "runOnly": ["target-size", "scrollable-region-focusable"], "rules": {}}
_MARK_A_TEXT_OF_EACH_NEW_LOOK = """known => {
  const looks = new Set(known);
  for (const before of document.querySelectorAll('[data-look]')) before.removeAttribute('data-look');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility({checkOpacity: true, visibilityProperty: true})) continue;
    const own = getComputedStyle(element), look = [own.color, own.fontSize, own.fontWeight, own.textShadow];
    for (let around = element; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      look.push(style.opacity, style.backgroundColor, style.backgroundImage);
      if (style.position === 'absolute' || style.position === 'fixed') look.push(around.className);
    }
    const key = look.filter(each => each !== '1' && each !== 'rgba(0, 0, 0, 0)' && each !== 'none').join();
    if (!looks.has(key)) element.setAttribute('data-look', '');
    looks.add(key);
  }
  return [...looks].slice(known.length);
}"""
AXE = Axe().axe_script
_visited = WeakSet[Page]()
_fair_looks: list[str] = []
"""The looks whose contrast was judged in this process and found to be enough."""


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A server on the loopback interface; ``url`` has no slash at its end."""

    url: str


_running: list[Browser] = []


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run.

    Each conftest.py that takes this fixture in has its own, but a thread can run Playwright only once: the first starts
    the browser and, being the last to end, stops it; the others borrow it.
    """
    if _running:
        yield _running[0]
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        _running.append(browser)
        yield browser
        _running.clear()
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What pages complained of: script errors, blocked content, requests that would leave the machine."""
    return []


@pytest.fixture
def new_page(chromium: Browser, faults: list[str]) -> Iterator[Callable[..., Page]]:
    """Makes pages: ``new_page(width=1280, height=900, dark=False, javascript=True, reduced_motion=True)``."""
    contexts = []

    def watch(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    def watch_requests(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme.startswith("http") and address.hostname not in ("127.0.0.1", "localhost"):
            faults.append(f"request to {request.url}")

    def make(
        *, width: int = 1280, height: int = 900, dark: bool = False, javascript: bool = True, **options: Any
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", watch)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", watch_requests)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(new_page: Callable[..., Page]) -> Page:
    """A page 1280 px wide in the light mode."""
    return new_page()


@pytest.fixture
def live_server() -> Iterator[Callable[[Any], LiveServer]]:
    """Serves a WSGI app on a free loopback port, in a thread: ``live_server(app).url``."""
    running = []

    def serve(app: Any) -> LiveServer:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return LiveServer(f"http://127.0.0.1:{server.server_port}")

    yield serve
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def follow(page: Page, control: Locator) -> None:
    """Click, and wait for the page that it leads to: a click by itself returns while the old page still stands."""
    with page.expect_navigation():
        control.click()


def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong on ``page`` by WCAG 2.2 A and AA and its own good practice: "rule: selector, selector"."""
    _bring_axe(page)
    return [*_violations(page, _AXE_OPTIONS), *_contrast_violations(page)]


def appearance_violations(page: Page) -> list[str]:
    """What axe finds wrong with colours, targets and scrolling."""
    _bring_axe(page)
    return [*_violations(page, _LOOKS_OPTIONS), *_contrast_violations(page)]


def both_looks(page: Page) -> Iterator[tuple[int, str]]:
    """Stand on a desk in the light and on a telephone in the dark, whichever the window does already first: each change
    lays the page out anew. The width and the scheme; all rules are for the light, those on looks for the dark."""
    looks = ((1280, "light"), (390, "dark"))
    at = page.viewport_size
    for width, scheme in looks if at is None or at["width"] != 390 else looks[::-1]:
        if page.viewport_size != {"width": width, "height": 900}:
            page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two it takes
        yield width, scheme


def _contrast_violations(page: Page) -> list[str]:
    """What axe finds wrong with the contrast of one text of each look that was not found fair on an earlier page.

    Of texts in the same colour, size, weight and opacity on the same grounds axe judges the first: it spends four
    fifths of its time on contrast, and there are thirty times as many texts as looks.
    """
    new = page.evaluate(_MARK_A_TEXT_OF_EACH_NEW_LOOK, _fair_looks)
    if not new:
        return []
    found = _violations(page, _CONTRAST_OPTIONS, of="{include: [['[data-look]']]}")
    if not found:
        _fair_looks.extend(new)
    return found


def _bring_axe(page: Page) -> None:
    """Put axe into a page, and when that is asked a second time, into every page that the window shows from now on."""
    if page.evaluate("'axe' in window"):
        return
    page.evaluate(AXE)
    if page in _visited:
        page.add_init_script(AXE)
    _visited.add(page)


def _violations(page: Page, options: dict[str, Any], of: str = "document") -> list[str]:
    found = page.evaluate(f"options => axe.run({of}, options).then(results => results.violations)", options)
    return [
        f"{violation['id']}: "
        + ", ".join(str(node["target"]) + " " + str(node["failureSummary"]) for node in violation["nodes"])
        for violation in found
    ]


def overflows(page: Page) -> int:
    """How many pixels the page is wider than the window (0 when nothing sticks out)."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

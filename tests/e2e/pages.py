"""Every page that a link without arguments opens, for whoever may open it."""

import re
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.stack import SECRET, Stack
from webapp.domain.links import Links
from webapp.services.demo import demo_login

ROUTES = (Path(__file__).parents[1] / "structure" / "routes.txt").read_text().splitlines()
NOT_PAGES = ("/api/", "/metrics")
LEADING_ON = {
    "/admin/login": (200, "/admin/"),
    "/admin/login/code": (200, "/admin/"),
    "/partner/login": (200, "/partner/"),
    "/partner/login/code": (200, "/partner/"),
    "/partner/leads/joint-step": (200, "/partner/leads"),
    "/match": (200, "/match/review"),
}
"""Pages that rightly lead on to another, and to which."""


def log_in(page: Page, home: str, email: str, password: str) -> None:
    """Log in where `home` is the first page of a surface."""
    page.goto(f"{home}login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(home)


def ended_elsewhere(stack: Stack, person: Page, school: Page) -> dict[str, tuple[int, str]]:
    """Where `person`, a student and an owner at once, is led by each page that does not open, and how it ends.

    The portal's pages are opened on `school`, which is logged in to it here.
    """
    demo = demo_login(Links(stack.url, SECRET))
    log_in(school, f"{stack.url}/partner/", demo.email, demo.password)
    found = {}
    for path in _paths():
        asker = school if path.startswith("/partner/") else person
        answer = asker.context.request.get(f"{stack.url}{path}")
        found[path] = (answer.status, re.sub(r"\?.*", "", answer.url.removeprefix(stack.url)))
    assert len(found) > 90
    return {path: ended for path, ended in found.items() if ended != (200, path)}


def _paths() -> list[str]:
    paths = [line.split()[1] for line in ROUTES if line.startswith("GET ") and "<" not in line]
    return [path for path in paths if not path.startswith(NOT_PAGES)]

"""Makes the pictures in docs/screenshots/ from a running installation with the demo catalogue.

    FORM_MIN_SECONDS=0 UNDO_WINDOW_SECONDS=2 make run                   # in one terminal
    .venv/bin/python -m docs.make_screenshots                           # the student's pages
    .venv/bin/program-match staff create you@example.org                # once, for the back office's picture
    STAFF_PASSWORD=… .venv/bin/python -m docs.make_screenshots --staff you@example.org
    .venv/bin/python -m docs.make_screenshots --mails                   # the mails to students; needs nothing running

Drives Debian's chromium as a student would, by the journey that the tests go; then, as staff, opens a lead once it was
delivered. A picture of another page is one line in `PICTURES`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser import ARGUMENTS, CHROMIUM
from tests.e2e.journey import Request, ask_for, fill_the_form
from tests.student.person import ANSWERS
from webapp.emails import render
from webapp.emails.samples import SAMPLES

OUT = Path(__file__).resolve().parent / "screenshots"
WIDE: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
MOST_BYTES = 300_000
DELIVERED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One file: a page's address, and what of it stands at the top.

    `{results}`, `{program}` and `{mine}` are the list, its first program and the data page of the student who went the
    whole way.
    """

    name: str
    address: str
    top: str = "body"
    size: ViewportSize | None = None
    dark: bool = False
    stranger: bool = False
    """As somebody sees it who comes for the first time."""


PICTURES = (
    Picture("home", "/", stranger=True),
    Picture("form", "/match/subjects"),
    Picture("results", "{results}", top="article"),
    Picture("results-phone", "{results}", size=PHONE, dark=True),
    Picture("compare", "/compare", top="h1"),
    Picture("program", "{program}"),
    Picture("introductions", "{results}/introductions", dark=True),
    Picture("my-data", "{mine}"),
    Picture("guides", "/guides"),
    Picture("guide", "/guides/careers-compared", top="#pay"),
    Picture("how-we-rank", "/how-we-rank", top="#values"),
)
MAILS = ("matched_programs", "introductions_opened", "introduction_update", "confirm_introductions", "resume_link")
"""What students get, with invented contents, at each of these widths."""
MAIL_WIDTHS = (600, 390)
MAIL_HEIGHT = 1400
SHORTLISTED = 3


@click.command()
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where Program Match runs.")
@click.option(
    "--staff", default="", help="E-mail of a staff account, for a picture of a lead; STAFF_PASSWORD has its password."
)
@click.option("--mails", is_flag=True, help="Only the mails to students.")
def make(url: str, staff: str, mails: bool) -> None:
    """Make the pictures."""
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        _pictures_of_mails(browser)
        if mails:
            browser.close()
            return
        student = _page(browser, WIDE)
        addresses = _travel(student, url)
        cookies = student.context.cookies()
        for picture in PICTURES:
            page = _page(browser, picture.size or WIDE, dark=picture.dark)
            if not picture.stranger:
                page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what cookies() gives is what add_cookies() takes
            page.goto(url + picture.address.format_map(addresses))
            _save(page, picture.name, top=picture.top)
            page.context.close()
        if staff:
            password = os.environ.get("STAFF_PASSWORD") or click.prompt("Password", hide_input=True, err=True)
            _picture_of_a_lead(_page(browser, WIDE), url, staff, password)
        browser.close()


def mail_pictures() -> list[str]:
    """The names of the pictures of mails."""
    return [f"mail-{name.replace('_', '-')}-{width}" for name in MAILS for width in MAIL_WIDTHS]


def _pictures_of_mails(browser: Browser) -> None:
    """Each mail from its top, as far as it fits; on the phone in the dark."""
    names = iter(mail_pictures())
    for name in MAILS:
        html = render(name, SAMPLES[name]).html
        for width in MAIL_WIDTHS:
            page = _page(browser, {"width": width, "height": 400}, dark=width < max(MAIL_WIDTHS))
            page.set_content(html)
            height = int(page.evaluate("document.documentElement.scrollHeight"))
            page.set_viewport_size({"width": width, "height": min(height, MAIL_HEIGHT)})
            _save(page, next(names))
            page.context.close()


def _page(browser: Browser, size: ViewportSize, *, dark: bool = False) -> Page:
    return browser.new_page(viewport=size, color_scheme="dark" if dark else "light", reduced_motion="reduce")


def _travel(page: Page, url: str) -> Mapping[str, str]:
    results = fill_the_form(page, url, ANSWERS)
    program = page.get_by_role("link", name="All facts and requirements").first.get_attribute("href") or ""
    for _ in range(SHORTLISTED):
        with page.expect_navigation():
            page.get_by_role("button", name="Add to shortlist").first.click()
    page.goto(results)
    mine = ask_for(
        page,
        Request(
            email="robin@student.example", first_name="Robin", last_name="Okafor", schools=("Brambleford", "Pellworth")
        ),
    )
    return {"results": results.removeprefix(url), "mine": mine.removeprefix(url), "program": program}


def _picture_of_a_lead(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/admin/login")
    page.locator('[name="email"]').fill(email)
    page.locator('[name="password"]').fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")
    deadline = time.monotonic() + DELIVERED_SECONDS
    while time.monotonic() < deadline:
        page.goto(f"{url}/admin/leads?status=delivered")
        links = page.locator("table th a")
        if links.count():
            links.first.click()
            _save(page, "lead")
            return
        time.sleep(1)
    raise click.ClickException(
        f"No lead was delivered within {DELIVERED_SECONDS:.0f} s. Start with UNDO_WINDOW_SECONDS=2 make run."
    )


def _save(page: Page, name: str, *, top: str = "body") -> None:
    page.locator(top).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    path = OUT / f"{name}.png"
    page.screenshot(path=path)
    size = path.stat().st_size
    click.echo(f"docs/screenshots/{name}.png  {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        raise click.ClickException(f"{name}.png is larger than {MOST_BYTES / 1000:.0f} kB: show less of the page.")


if __name__ == "__main__":
    make()

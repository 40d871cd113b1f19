"""Makes the pictures of the README from a running installation with the demo catalogue.

    UNDO_WINDOW_SECONDS=2 make run                                      # in one terminal
    .venv/bin/program-match staff create you@example.org                # once
    STAFF_PASSWORD=… .venv/bin/python docs/make_screenshots.py --staff you@example.org

Drives Debian's chromium as a student would: the form, the list, a request with every school ticked; then, as staff, a
lead once it was delivered. Writes home.png, results.png and lead.png into docs/screenshots/.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import click
from playwright.sync_api import Page, ViewportSize, sync_playwright

OUT = Path(__file__).resolve().parent / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
SIZE: ViewportSize = {"width": 1280, "height": 860}
DELIVERED_SECONDS = 60.0

ANSWERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "goal": {
        "occupation": ("15-2051",),
        "words": ("build ML systems for hospitals",),
        "credentials": ("master", "bootcamp"),
        "interests": ("computer vision",),
    },
    "background": {
        "education": ("bachelor",),
        "field": ("45",),
        "gpa": ("3.4",),
        "work_years": ("3",),
        "english": ("native",),
    },
    "subjects": {
        "programming": ("one_course",),
        "statistics": ("several_courses",),
        "calculus": ("one_course",),
        "linear_algebra": ("none",),
        "databases": ("self_study",),
    },
    "practicalities": {
        "modalities": ("online", "hybrid"),
        "country": ("US",),
        "state": ("CA",),
        "postal_code": ("94110",),
        "pace": ("part_time",),
        "hours_per_week": ("15",),
        "budget_usd": ("30000",),
        "months_max": ("24",),
    },
    "priorities": {"background": ("important",), "cost": ("important",), "schedule": ("important",)},
}
REQUEST: Mapping[str, tuple[str, ...]] = {
    "email": ("robin@student.example",),
    "first_name": ("Robin",),
    "last_name": ("Okafor",),
    "channels": ("email",),
}


@click.command()
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where Program Match runs.")
@click.option("--staff", required=True, help="E-mail of a staff account; its password stands in STAFF_PASSWORD.")
def make(url: str, staff: str) -> None:
    """Make the README's pictures."""
    password = os.environ.get("STAFF_PASSWORD") or click.prompt("Password", hide_input=True, err=True)
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.goto(url)
        _picture(page, "home")
        _fill_in_the_form(page, url)
        _picture(page, "results", top="article")
        _ask_for_an_introduction(page)
        staff_page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        _log_in(staff_page, url, staff, password)
        _open_the_delivered_lead(staff_page, url)
        _picture(staff_page, "lead")
        browser.close()


def _fill_in_the_form(page: Page, url: str) -> None:
    for step, answers in ANSWERS.items():
        page.goto(f"{url}/match/{step}")
        _answer(page, answers)
        page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/results/*")


def _ask_for_an_introduction(page: Page) -> None:
    # Labels lie over their boxes, hence `force`; all schools, because one of the demo's is paused.
    for box in page.locator('[name="mail"], [name="schools"], [name="adult"]').all():
        box.check(force=True)
    _answer(page, REQUEST)
    time.sleep(3)  # a request sent sooner is taken for a script's, which this is
    page.get_by_role("button", name="Send my request").click()
    page.wait_for_url("**/my-data/*")


def _log_in(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/admin/login")
    page.locator('[name="email"]').fill(email)
    page.locator('[name="password"]').fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")


def _open_the_delivered_lead(page: Page, url: str) -> None:
    deadline = time.monotonic() + DELIVERED_SECONDS
    while time.monotonic() < deadline:
        page.goto(f"{url}/admin/leads?status=delivered")
        links = page.locator("table th a")
        if links.count():
            links.first.click()
            return
        time.sleep(1)
    raise click.ClickException(
        f"No lead was delivered within {DELIVERED_SECONDS:.0f} s. Start with UNDO_WINDOW_SECONDS=2 make run."
    )


def _answer(page: Page, answers: Mapping[str, tuple[str, ...]]) -> None:
    for name, values in answers.items():
        control = page.locator(f'[name="{name}"]').first
        kind = control.evaluate("element => element.tagName === 'SELECT' ? 'select' : element.type")
        for value in values:
            if kind == "select":
                control.select_option(value)
            elif kind in ("radio", "checkbox"):
                page.locator(f'[name="{name}"][value="{value}"]').check(force=True)
            else:
                control.fill(value)


def _picture(page: Page, name: str, *, top: str = "body") -> None:
    page.locator(top).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    page.screenshot(path=OUT / f"{name}.png")
    click.echo(f"docs/screenshots/{name}.png")


if __name__ == "__main__":
    make()

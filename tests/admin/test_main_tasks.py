"""The ten main tasks of staff in a real browser, each with its number of clicks: the day is made of these."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page

from tests.admin.conftest import ask_for_one
from tests.browser import LiveServer, follow
from tests.factories.lead import fail_delivery, put_lead
from tests.factories.school import School
from tests.factories.staff import make_staff
from webapp.bootstrap import Runtime
from webapp.domain.ids import address_key
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason
from webapp.domain.message import MessageClass
from webapp.domain.switch import Switch
from webapp.models import Lead, Partner
from webapp.services import charge, lead_return, suppression, switch
from webapp.services.lead_return import Wish

pytestmark = pytest.mark.browser

DOCS = Path(__file__).resolve().parents[2] / "docs" / "desk.md"


@dataclass
class Desk:
    """A browser at the overview. Each press of a button, a link, a box or Enter counts; typing does not."""

    page: Page
    url: str
    running: Runtime
    school: School
    leads: list[UUID]
    emails: list[str]
    clicks: int = 0
    told: dict[str, int] = field(default_factory=dict)

    def press(self, control: Locator) -> None:
        """Press what leads to another page."""
        self.clicks += 1
        follow(self.page, control)

    def tick(self, control: Locator) -> None:
        """Press what stays on the page."""
        self.clicks += 1
        control.click()

    def enter(self) -> None:
        self.clicks += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def go(self, *words: str) -> None:
        """By the navigation; queues have their count behind their name."""
        for word in words:
            self.press(self.page.locator(".admin-nav-wide a", has=self.page.get_by_text(word, exact=True)))

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()

    @property
    def partner(self) -> str:
        with self.running.begin() as session:
            return session.get_one(Partner, self.school.partner_id).display_name

    def row(self, has: str) -> Locator:
        return self.page.locator("tbody tr", has_text=has).first


def find_a_lead(desk: Desk) -> None:
    desk.page.keyboard.press("/")
    desk.page.keyboard.type(desk.emails[0])
    desk.enter()
    desk.press(desk.row("Undo window").get_by_role("link"))
    desk.sees(str(desk.leads[0]))


def say_why(desk: Desk) -> None:
    desk.page.locator("#find-text").fill(desk.emails[1])
    desk.enter()
    desk.press(desk.row("Failed").get_by_role("link"))
    desk.sees("Every retry failed.")


def release(desk: Desk) -> None:
    desk.go("Duplicates")
    desk.press(desk.row(desk.partner).get_by_role("button", name="Release"))
    desk.sees("Released.")


def replay(desk: Desk) -> None:
    desk.go("Dead letters")
    desk.press(desk.row(desk.partner).get_by_role("button", name="Send again"))
    desk.sees("It is sent again")


def approve(desk: Desk) -> None:
    desk.go("Returns")
    desk.press(desk.row(desk.partner).get_by_role("link"))
    desk.press(desk.button("Approve and give the price back"))
    desk.sees("Approved.")


def pause(desk: Desk) -> None:
    desk.go("Partners")
    desk.press(desk.link(desk.partner))
    desk.press(desk.button("Pause"))
    desk.sees("Paused")


def set_a_cap(desk: Desk) -> None:
    desk.go("Partners")
    desk.press(desk.link(desk.partner))
    desk.press(desk.link("Caps and hours"))
    desk.press(desk.link("Add a cap"))
    desk.clicks += 1  # the box of scopes
    desk.page.get_by_label("Which leads").select_option(label="All leads")
    desk.tick(desk.page.locator("label", has_text="A number of leads"))
    desk.page.get_by_label("How much at most").fill("7")
    desk.tick(desk.page.locator("label", has_text="A week"))
    desk.tick(desk.page.locator("label", has_text="Tell the student at once"))
    desk.press(desk.button("Add the cap"))
    assert desk.page.url.endswith("/limits")


def turn_mail_off(desk: Desk) -> None:
    desk.go("Operations")
    desk.page.locator("#why-mail").fill("The mail server is being moved.")
    desk.enter()
    desk.sees("The mail server is being moved.")
    with desk.running.begin() as session:
        switch.turn_on(session, Switch.MAIL)


def correct_a_listing(desk: Desk) -> None:
    desk.go("Programs")
    desk.page.get_by_label("Id, name or institution").fill(desk.school.program_id)
    desk.enter()
    desk.press(desk.page.locator(f'a[href="/admin/programs/listing/{desk.school.program_id}"]'))
    desk.press(desk.button("Edit"))
    desk.page.locator('[name="city"]').fill("Oakland")
    desk.press(desk.button("Send to review").first)
    desk.press(desk.button("Publish"))
    desk.sees("Oakland")


def lift_a_suppression(desk: Desk) -> None:
    desk.go("Suppressions")
    desk.page.get_by_label("E-mail address", exact=True).first.fill(desk.emails[1])
    desk.enter()
    desk.press(desk.row("There is no such mailbox").get_by_role("link"))
    desk.tick(desk.page.locator("label", has_text="The mailbox works again"))
    desk.press(desk.button("Lift it"))
    assert desk.row("There is no such mailbox").count() == 0


TASKS: dict[str, tuple[Callable[[Desk], None], int]] = {
    "Find a lead by e-mail address": (find_a_lead, 2),
    "Say why it was not delivered": (say_why, 2),
    "Release a held lead": (release, 2),
    "Replay a dead delivery": (replay, 2),
    "Approve a return": (approve, 3),
    "Pause a partner": (pause, 3),
    "Set a cap": (set_a_cap, 9),
    "Turn mail off": (turn_mail_off, 2),
    "Correct a listing": (correct_a_listing, 6),
    "Lift a suppression": (lift_a_suppression, 5),
}


def test_each_main_task_takes_as_many_clicks_as_the_guide_says(
    app: Flask,
    live_server: Callable[[Flask], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    running: Runtime,
    school: School,
) -> None:
    desk = _desk(running, school, live_server(app).url, new_page())
    guide = DOCS.read_text()
    for name, (do, clicks) in TASKS.items():
        desk.page.goto(f"{desk.url}/admin/")
        desk.clicks = 0
        do(desk)
        assert desk.clicks == clicks, name
        assert f"| {name} | {clicks} |" in guide, name
    assert faults == []


HELD_DOWN = """() => {
  let sent = false;
  addEventListener("submit", () => { sent = true; });
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "r", repeat: true, bubbles: true }));
  return sent;
}"""
"""Whether the key that releases, held since the page before, sends the form of this one."""


def test_the_desk_is_worked_by_keyboard(
    app: Flask,
    live_server: Callable[[Flask], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    running: Runtime,
    school: School,
) -> None:
    """Rows by j and k, a preview of several by x, a queue by n, what the keys are by "?"."""
    desk = _desk(running, school, live_server(app).url, new_page())
    page, keys = desk.page, desk.page.keyboard
    page.goto(f"{desk.url}/admin/leads?partner={school.partner_id}")
    for key in "jjkjx":
        keys.press(key)
    assert page.locator("tr.row-here input:checked").count() == 1
    desk.button("Show what would happen to 1").wait_for()
    keys.press("?")
    page.get_by_role("dialog").get_by_text("The next row").wait_for()
    keys.press("Escape")
    with page.expect_navigation():
        keys.press("Enter")
    assert "/admin/leads/" in page.url
    keys.press("/")
    keys.type("? j x")
    assert page.locator("#find-text").input_value() == "? j x"
    page.goto(f"{desk.url}/admin/review?queue=duplicates")
    with page.expect_navigation():
        keys.press("w")
    while (here := page.url) and page.locator('[data-key="n"]').count():
        with page.expect_navigation():
            keys.press("n")
        assert page.url != here
    assert page.evaluate(HELD_DOWN) is False, "a key that is held acts once, and not upon the whole queue"
    with page.expect_navigation():
        keys.press("r")
    page.get_by_text("Released.").wait_for()
    assert faults == []


def _desk(running: Runtime, school: School, url: str, page: Page) -> Desk:
    made: list[Any] = [ask_for_one(running, school) for _ in range(4)]
    leads, emails = [lead for lead, _ in made], [email for _, email in made]
    with running.begin() as session:
        now = running.clock.now()
        login = make_staff(session, running.clock, "owner")
        fail_delivery(session, leads[1], at=now)
        held = (LeadStatus.HELD_REVIEW, "duplicate_in_window")
        put_lead(session, leads[2], [(LeadStatus.QUEUED, "undo_window_over"), held], now)
        put_lead(session, leads[3], [(LeadStatus.QUEUED, "u"), (LeadStatus.DELIVERED, "accepted")], now)
        given = session.get_one(Lead, leads[3], populate_existing=True)
        given.delivered_at = now
        charge.accrue(session, given, at=now)
        lead_return.request(
            session,
            running.clock,
            given.id,
            partner_id=school.partner_id,
            wish=Wish(ReturnReason.BAD_CONTACT, "The number rings elsewhere."),
            actor="pat@school.example",
        )
        key = address_key(running.links.secret, emails[1])
        suppression.suppress(session, key, [MessageClass.MATCHES], reason="hard_bounce", at=now)
    page.goto(f"{url}/admin/login")
    page.get_by_label("E-mail address").fill(login.email)
    page.get_by_label("Password").fill(login.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/admin/")
    return Desk(page, url, running, school, leads, emails)

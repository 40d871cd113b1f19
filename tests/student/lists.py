"""What a student does with programs, in tests: puts them on the shortlist, shares a list."""

import re
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from tests.student.person import Page, Person

KNOWN = ("demo-brambleford-msds", "demo-brambleford-gcml", "demo-brambleford-bsai")


def press(person: Person, action: str, program_id: str, *, back: str = "/shortlist", **more: str) -> TestResponse:
    """Press one of the buttons of the shortlist: add, remove or move."""
    page = person.open(f"/programs/{KNOWN[0]}")
    return person.send(f"/shortlist/{action}", {"program": program_id, "back": back, **more}, page=page)


def shortlisted(person: Person, program_id: str) -> None:
    """Put a program on the list."""
    assert press(person, "add", program_id).status_code == 303


def ranked_ids(page: Page) -> list[str]:
    """The programs of a results page, best first."""
    return [each["value"] for each in page.controls if each.get("name") == "program" and each.get("type") == "checkbox"]


def names_on(page: Page) -> list[str]:
    """The headings of the cards of a shortlist or a shared list, in order."""
    return [Page(each).words for each in re.findall(r'class="card-title">(.*?)</h[23]>', page.html, re.S)]


def share(person: Person, *, days: str = "30", **wanted: str) -> TestResponse:
    """Make a link for what the page shows."""
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    page = person.open(f"/share?{query}")
    hidden = {name: page.hidden(name) for name in ("shown_list", "with_verdicts", "with_reasons", "seen")}
    return person.send("/share", {**hidden, "keep": days}, page=page)


def shared(person: Person, **wanted: str) -> str:
    """Make a link, and return the path that it opens."""
    response = share(person, **wanted)
    assert response.status_code == 303, Page(response.text).words
    return links_of(person)[0]


def links_of(person: Person) -> list[str]:
    """The paths of the links that are open, newest first."""
    addresses = person.open("/share").addresses
    return [urlsplit(address).path for tag, _, address in addresses if tag == "a" and "/shared/" in address]

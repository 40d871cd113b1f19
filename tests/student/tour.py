"""A tour of the student's pages: how to reach each route that shows one. A new page is one line in `PAGES`."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.student.lists import ranked_ids, shared, shortlisted
from tests.student.person import STEPS, Person, request_values


@dataclass(frozen=True, slots=True)
class Journey:
    """What a student who asked for the list and two schools holds: the addresses of their own pages."""

    person: Person
    results: str
    my_data: str


@dataclass(frozen=True, slots=True)
class Tour:
    """The pages by endpoint (with `#` and a word where one endpoint shows several), in the browser of `person`."""

    person: Person
    addresses: dict[str, str]

    def lend_cookies(self, page: Page, url: str) -> None:
        """Give the browser of `page` the student's cookies."""
        for name in ("session", "draft"):
            cookie = self.person.client.get_cookie(name)
            assert cookie is not None
            page.context.add_cookies([{"name": name, "value": cookie.value, "url": url}])


def _shortlist(journey: Journey) -> str:
    """Four programs on it, three that fit and one that does not: the pages after this one show them."""
    for program_id in [*ranked_ids(journey.person.open(journey.results))[:3], "demo-brambleford-bsai"]:
        shortlisted(journey.person, program_id)
    return "/shortlist"


PAGES: tuple[tuple[str, Callable[[Journey], dict[str, str] | str]], ...] = (
    ("student.pages.home", lambda _: "/"),
    ("student.pages.about", lambda _: "/about"),
    ("student.pages.privacy", lambda _: "/privacy"),
    ("student.pages.how_we_rank", lambda _: "/how-we-rank"),
    ("student.form.show", lambda _: {step: f"/match/{step}" for step in STEPS}),
    ("student.results.show", lambda journey: journey.results),
    ("student.programs.index", lambda _: "/programs"),
    ("student.programs.show", lambda _: "/programs/demo-brambleford-msds"),
    ("student.shortlist.show", _shortlist),
    ("student.compare.show", lambda _: "/compare"),
    ("student.share.read", lambda journey: shared(journey.person, verdicts="y", reasons="y")),
    ("student.share.show", lambda _: "/share?verdicts=y&reasons=y"),
    ("student.my_data.find", lambda _: "/my-data"),
    ("student.my_data.show", lambda journey: journey.my_data),
    ("student.my_data.ask_to_stop_mail", lambda journey: f"{journey.my_data}/mail"),
)
NOT_PAGES = {
    "student.form.begin": "leads to the first open step",
    "student.results.look_again": "leads back to the list",
}


def take_tour(person: Person) -> Tour:
    """Walk the whole way as `person` and note the address of every page."""
    results = person.finish()
    page = person.open(results)
    sent = person.ask(results, page=page, **(request_values(page, schools=2) | {"email": "tour@student.example"}))
    journey = Journey(person, results, urlsplit(sent.headers["Location"]).path)
    addresses: dict[str, str] = {}
    for endpoint, reach in PAGES:
        reached = reach(journey)
        if isinstance(reached, str):
            addresses[endpoint] = reached
        else:
            addresses |= {f"{endpoint}#{word}": address for word, address in reached.items()}
    return Tour(person, addresses)

"""A tour of the student's pages: how to reach each route that shows one. A new page is one line in `PAGES`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.student.lists import ranked_ids, shared, shortlisted
from tests.student.person import STEPS, Person, introduction_values
from webapp.bootstrap import Runtime
from webapp.context import RUNTIME
from webapp.domain.ids import new_id
from webapp.services.listing_draft import Written, begin


@dataclass(frozen=True, slots=True)
class Journey:
    """What a student who asked for the list and two schools holds: the addresses of their own pages."""

    person: Person
    results: str
    my_data: str
    programs: list[str]

    @property
    def resume(self) -> str:
        """The path of a link to the form that was asked for."""
        sent = self.person.send("/match/later/link", {}, page=self.person.open("/match/later"))
        return "/resume/" + sent.text.partition("/resume/")[2].partition('"')[0]


@dataclass(frozen=True, slots=True)
class Tour:
    """The pages by endpoint (with `#` and a word where one endpoint shows several), in the browser of `person`."""

    person: Person
    addresses: dict[str, str]


def lend_cookies(person: Person, page: Page, url: str) -> None:
    """Give the browser of `page` the cookies of `person`."""
    for name in ("session", "draft"):
        cookie = person.client.get_cookie(name)
        assert cookie is not None
        page.context.add_cookies([{"name": name, "value": cookie.value, "url": url}])


def previewed(journey: Journey, cip: str) -> str:
    """The path of the preview of a listing that staff are writing."""
    built = cast(Runtime, journey.person.client.application.extensions[RUNTIME])
    cells = {"institution": "Larkspur", "name": "Data in writing", "credential": "master", "cip": cip}
    with built.begin() as session:
        program_id = f"written-{new_id().hex}"
        draft_id = begin(session, built.clock, Written(cells), program_id=program_id, actor="ada@staff.example")
    return urlsplit(built.links.preview_url(draft_id)).path


GUIDES = ("careers-compared", "data-engineer", "prerequisites", "paying-for-it", "questions")
"""One guide of each make; the others differ in their words alone."""

PAGES: tuple[tuple[str, Callable[[Journey], dict[str, str] | str]], ...] = (
    ("student.pages.home", lambda _: "/"),
    ("student.pages.about", lambda _: "/about"),
    ("student.pages.privacy", lambda _: "/privacy"),
    ("student.pages.how_we_rank", lambda _: "/how-we-rank"),
    ("student.guides.index", lambda _: "/guides"),
    ("student.guides.show", lambda _: {guide: f"/guides/{guide}" for guide in GUIDES}),
    ("student.form.show", lambda _: {step: f"/match/{step}" for step in STEPS}),
    ("student.form.stopped", lambda _: "/match/stopped"),
    ("student.review.show", lambda _: "/match/review"),
    ("student.later.show", lambda _: "/match/later"),
    ("student.resume.ask", lambda journey: {"open": journey.resume, "gone": "/resume/gone"}),
    ("student.results.show", lambda journey: journey.results),
    ("student.introductions.show", lambda journey: f"{journey.results}/introductions"),
    ("student.introductions.check", lambda journey: f"{journey.results}/introductions/check"),
    ("student.programs.index", lambda _: {"all": "/programs", "mistake": "/programs?price=much"}),
    (
        "student.programs.show",
        lambda journey: {"here": f"/programs/{journey.programs[0]}", "gone": "/programs/nowhere"},
    ),
    (
        "student.programs.preview",
        lambda journey: {"whole": previewed(journey, "30.7001"), "unreadable": previewed(journey, "thirty")},
    ),
    ("student.shortlist.show", lambda _: "/shortlist"),
    ("student.compare.show", lambda _: "/compare"),
    ("student.share.show", lambda _: "/share?verdicts=y&reasons=y"),
    ("student.share.read", lambda journey: shared(journey.person, verdicts="y", reasons="y")),
    ("student.link.find", lambda _: "/my-data"),
    ("student.link.sent", lambda _: "/my-data/sent"),
    ("student.link.ask_to_renew", lambda journey: f"{journey.my_data}/link"),
    ("student.export.page", lambda journey: f"{journey.my_data}/export"),
    ("student.export.certificate", lambda journey: f"{journey.my_data}/consents"),
    ("student.correction.form", lambda journey: f"{journey.my_data}/details"),
    ("student.correction.look_at_confirmation", lambda _: {"lost": "/my-data/confirm/nowhere"}),
    ("student.correction.look_at_address", lambda _: {"lost": "/my-data/address/nowhere"}),
    ("student.erasure.ask", lambda journey: f"{journey.my_data}/erase"),
    ("student.my_data.show", lambda journey: journey.my_data),
    ("student.mail_topics.show", lambda journey: f"{journey.my_data}/mails"),
    ("student.my_data.ask_to_stop_mail", lambda journey: f"{journey.my_data}/mail"),
)
NOT_PAGES = {
    "student.unsubscribe.ask": "is looked at in test_unsubscribe.py: its link stands in mails only",
    "student.contact.look": "is looked at there too",
    "student.adjust.look_again": "leads back to the list",
    "student.export.download": "is for machines",
    "student.export.download_certificate": "is for machines",
    "student.sitemap.robots": "is for machines",
    "student.sitemap.sitemap": "is for machines",
    "student.sitemap.part": "is for machines",
    "student.form.begin": "leads to the first open step",
    "student.results.look_again": "leads back to the list",
    "student.embed.script": "is for machines",
    "student.embed.frame": "stands in somebody else's page: test_embed.py looks at it there",
}


def take_tour(person: Person) -> Tour:
    """Walk the whole way as `person` and note the address of every page."""
    results = person.finish()
    programs = [*ranked_ids(person.open(results))[:3], "demo-brambleford-bsai"]
    for each in programs:
        shortlisted(person, each)
    sent = person.introduce(results, schools=2, email="tour@student.example")
    page = person.open(f"{results}/introductions")
    assert person.choose(results, introduction_values(page, schools=2), page=page).status_code == 303
    journey = Journey(person, results, urlsplit(sent.headers["Location"]).path, programs)
    addresses: dict[str, str] = {}
    for endpoint, reach in PAGES:
        reached = reach(journey)
        if isinstance(reached, str):
            addresses[endpoint] = reached
        else:
            addresses |= {f"{endpoint}#{word}": address for word, address in reached.items()}
    return Tour(person, addresses)

"""What search engines are told."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.services.listing_rows import import_rows, row
from tests.student.person import Person
from webapp.bootstrap import Runtime
from webapp.models import ListingStatus, Program
from webapp.student.guidebook.library import library

LISTED = 7


@pytest.fixture
def listed_app(early_runtime: Runtime, app_on: Callable[[Runtime], Flask]) -> Flask:
    """A site with seven real listings, one withdrawn and one invented, and a page for each program."""
    with early_runtime.begin() as session:
        import_rows(session, [row(number) for number in range(LISTED + 2)])
        gone, invented = row(LISTED)["program_id"], row(LISTED + 1)["program_id"]
        session.execute(update(Program).where(Program.program_id == gone).values(status=ListingStatus.WITHDRAWN))
        session.execute(update(Program).where(Program.program_id == invented).values(is_demo=True))
    return app_on(early_runtime)


def locations(client: FlaskClient, path: str, kind: str = "url") -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/xml"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    root = ET.fromstring(answer.data)  # noqa: S314  # our own answer
    return [found.text or "" for found in root.iterfind(f"{{*}}{kind}/{{*}}loc")]


def programs(found: list[str]) -> list[str]:
    return [url.rpartition("/")[2] for url in found if "/programs/" in url]


def test_every_lasting_page_and_guide_is_named_and_opens(person: Person) -> None:
    found = [url for url in locations(person.client, "/sitemap.xml") if "/programs/" not in url]
    assert {f"http://localhost/guides/{slug}" for slug in library().guides} < set(found)
    assert len(found) == len(set(found))
    for url in found:
        page = person.open(urlsplit(url).path)
        assert f'<link rel="canonical" href="{url}">' in page.html


def test_invented_and_withdrawn_listings_are_not_named(listed_app: Flask) -> None:
    named = programs(locations(listed_app.test_client(), "/sitemap.xml"))
    assert named == [row(number)["program_id"] for number in range(LISTED)]


def test_more_than_one_file_may_hold_is_split(listed_app: Flask) -> None:
    listed_app.config["SITEMAP_MOST"] = 3
    client = listed_app.test_client()
    parts = locations(client, "/sitemap.xml", "sitemap")
    assert parts == [f"http://localhost/sitemap-{number}.xml" for number in range(4)]
    files = [locations(client, urlsplit(part).path) for part in parts]
    assert [len(programs(found)) for found in files] == [0, 3, 3, 1]
    named = [each for found in files for each in programs(found)]
    assert named == [row(number)["program_id"] for number in range(LISTED)]
    assert client.get("/sitemap-4.xml").status_code == 404


def test_robots_keep_out_of_the_form_and_may_read_that_results_are_private(person: Person) -> None:
    answer = person.client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert "Sitemap: http://localhost/sitemap.xml" in lines
    kept_out = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")]
    assert "/match" in kept_out
    assert not any(path.startswith(rule) for rule in kept_out for path in ("/guides", "/results/x", "/my-data/x"))
    assert person.client.get(person.finish()).headers["X-Robots-Tag"] == "noindex, nofollow"

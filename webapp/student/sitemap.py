"""What search engines are told: which pages there are, and which are nobody's but the student's."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from flask import Blueprint, Response, abort, current_app
from flask.typing import ResponseReturnValue
from markupsafe import escape

from webapp.context import runtime
from webapp.queries.sitemap import count_listed, list_listed
from webapp.student.guidebook.library import library
from webapp.student.public_pages import LASTING, public_url

blueprint = Blueprint("sitemap", __name__)

MOST_ADDRESSES = 50_000
"""In one file, by the sitemaps protocol (sitemaps.org); the app's setting `SITEMAP_MOST` may make it fewer."""
PROGRAM_PAGE = "student.programs.show"
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
# /results and /my-data are not named: their answers say "noindex", which a crawler must be allowed to read.
_ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /match\nDisallow: /dev/\n\nSitemap: {sitemap}\n"

Address = tuple[str, str]
"""A full address, and the day of its last change ("" where it is not known)."""


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Where crawlers need not go, and where the list of pages is."""
    return _kept(Response(_ROBOTS.format(sitemap=public_url(".sitemap")), mimetype="text/plain"))


@blueprint.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every public page; an index of several files when there are more than one file may hold."""
    lasting, programs = list(_lasting()), _program_count()
    if len(lasting) + programs <= _most():
        return _urlset([*lasting, *_programs(0)])
    parts = [public_url(".part", number=number) for number in range(-(-programs // _most()) + 1)]
    lines = "".join(f"<sitemap><loc>{escape(part)}</loc></sitemap>\n" for part in parts)
    return _xml(f"<sitemapindex {_NAMESPACE}>\n{lines}</sitemapindex>\n")


@blueprint.get("/sitemap-<int:number>.xml")
def part(number: int) -> ResponseReturnValue:
    """One file of the index: 0 has the lasting pages and the guides, the others have programs."""
    if number == 0:
        return _urlset(_lasting())
    first = (number - 1) * _most()
    if first >= _program_count():
        abort(404)
    return _urlset(_programs(first))


def _most() -> int:
    return int(current_app.config.get("SITEMAP_MOST", MOST_ADDRESSES))


def _lasting() -> Iterator[Address]:
    for endpoint in LASTING:
        yield public_url(endpoint), ""
    for slug, guide in library().guides.items():
        yield public_url("student.guides.show", slug=slug), guide.reviewed


def _program_count() -> int:
    if PROGRAM_PAGE not in current_app.view_functions:
        return 0
    with runtime().begin() as session:
        return count_listed(session)


def _programs(first: int) -> list[Address]:
    if PROGRAM_PAGE not in current_app.view_functions:
        return []
    with runtime().begin() as session:
        listed = list_listed(session, first=first, most=_most())
        return [(public_url(PROGRAM_PAGE, program_id=each), _day(changed_at)) for each, changed_at in listed]


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _urlset(addresses: Iterable[Address]) -> Response:
    lines = "".join(
        f"<url><loc>{escape(url)}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>\n"
        for url, changed in addresses
    )
    return _xml(f"<urlset {_NAMESPACE}>\n{lines}</urlset>\n")


def _xml(text: str) -> Response:
    return _kept(Response(_HEAD + text, mimetype="application/xml"))


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response

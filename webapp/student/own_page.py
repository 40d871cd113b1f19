"""What pages share that are one student's own: whose they are, and that they stay private."""

from flask import Blueprint, Response, abort

from webapp.context import runtime
from webapp.queries.my_data import Person, find_person


def keep_private(blueprint: Blueprint) -> None:
    """No search engine may keep these pages: their link is a key, or they tell how programs stand for one reader."""

    @blueprint.after_request
    def add_header(response: Response) -> Response:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


def person_of(token: str) -> Person:
    """Whose link this is; 404 for a wrong one and for somebody who was erased."""
    with runtime().begin() as session:
        return find_person(session, token) or abort(404)


def page_name() -> str:
    """The page that is written down with a consent: without the token, which is a key."""
    return f"{runtime().settings.base_url}/my-data"

"""The pages that everybody may find: their full addresses, for search engines and for sharing."""

from typing import Any

from flask import url_for

from webapp.context import runtime

LASTING = (
    "student.pages.home",
    "student.pages.how_we_rank",
    "student.guides.index",
    "student.pages.about",
    "student.pages.privacy",
)
"""Pages that are always there, by endpoint."""


def public_url(endpoint: str, **values: Any) -> str:
    """The full address of a page as BASE_URL says it, whatever host was asked."""
    return runtime().settings.base_url + url_for(endpoint, **values)

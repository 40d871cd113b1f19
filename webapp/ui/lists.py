"""What list pages share: reading filters from the address, and the addresses of the pages before and after."""

from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

from flask import abort, request, url_for

from webapp.ui.fields import clean_text

Code = TypeVar("Code", bound=StrEnum)


class Neighbours(Protocol):
    """A page of a list: opaque cursors to the pages before and after it."""

    @property
    def back(self) -> str | None: ...

    @property
    def on(self) -> str | None: ...


def chosen(name: str, kind: type[Code]) -> Code | None:
    """The code that the address asks for under `name`; None for all. 404 for one that does not exist."""
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        abort(404)


def chosen_id(name: str) -> UUID | None:
    """The id that the address asks for under `name`; None for all. 404 for what is no id."""
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        abort(404)


def chosen_person() -> bytes | None:
    """The keyed hash of an address (never the address itself) that the page's address asks for."""
    text = request.args.get("person", "")
    if not text:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        abort(404)


def searched(name: str, longest: int = 100) -> str | None:
    """The words that the address asks for under `name`, without what no text holds; None for none."""
    return clean_text(request.args.get(name, "")[:longest])


def cursor() -> str | None:
    """The page that the address asks for."""
    return request.args.get("page") or None


def page_links(page: Neighbours) -> dict[str, str | None]:
    """The addresses of the neighbouring pages, with the filters kept."""
    kept = {name: value for name, value in request.args.items() if name != "page" and value}

    def link(place: str | None) -> str | None:
        return url_for(str(request.endpoint), **{**kept, "page": place}) if place else None  # type: ignore[arg-type]  # filters are text

    return {"previous_url": link(page.back), "next_url": link(page.on)}

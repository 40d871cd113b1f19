"""What list pages share: reading filters from the address, and the addresses of the pages before and after."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar
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


def chosen(name: str, kind: type[Code], asked: Mapping[str, str] | None = None) -> Code | None:
    """The code that `asked` (else the address) names under `name`; None for all. 404 for one that does not exist."""
    text = _asked(name, asked)
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        abort(404)


def chosen_id(name: str, asked: Mapping[str, str] | None = None) -> UUID | None:
    """The id that `asked` (else the address) names under `name`; None for all. 404 for what is no id."""
    text = _asked(name, asked)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        abort(404)


def chosen_day(name: str, asked: Mapping[str, str] | None = None, *, after: bool = False) -> datetime | None:
    """The midnight (UTC) at which the day under `name` begins, or with `after` ends; None for no day. 404 for what is
    none."""
    text = _asked(name, asked)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day + timedelta(days=1) if after else day, time.min, UTC)
    except (ValueError, OverflowError):
        abort(404)


def _asked(name: str, asked: Mapping[str, str] | None) -> str:
    return (request.args if asked is None else asked).get(name, "")


def chosen_person() -> bytes | None:
    """The keyed hash of an address (never the address itself) that the page's address asks for."""
    text = request.args.get("person", "")
    if not text:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        abort(404)


def searched(name: str, asked: Mapping[str, str] | None = None, *, longest: int = 100) -> str | None:
    """The words that `asked` (else the address) has under `name`, without what no text holds; None for none."""
    return clean_text(_asked(name, asked)[:longest])


def cursor() -> str | None:
    """The page that the address asks for."""
    return request.args.get("page") or None


def kept_args() -> dict[str, Any]:
    """What the address asks for, but for the page: the filters, to be asked for again."""
    return {name: value for name, value in request.args.items() if name != "page" and value}


def page_links(page: Neighbours) -> dict[str, str | None]:
    """The addresses of the neighbouring pages of what the address names, with the filters kept."""
    kept = {**kept_args(), **(request.view_args or {})}

    def link(place: str | None) -> str | None:
        return url_for(str(request.endpoint), **{**kept, "page": place}) if place else None

    return {"previous_url": link(page.back), "next_url": link(page.on)}

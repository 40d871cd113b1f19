"""How dates, money and numbers read on a page. US English, UTC, no locale looked up."""

import datetime as dt
import re
from typing import Any

from markupsafe import Markup

from webapp.domain.calendar import as_of_words, day_words

_PARTIAL = re.compile(r"\d{4}(?:-\d{2}){0,2}")

Dated = dt.date | dt.datetime | str | None


def format_date(value: Dated) -> str:
    """ "November 22, 2026" from a date, an aware datetime or ISO text; "2026-11" reads "November 2026"; "" for None."""
    if value is None or value == "":
        return ""
    if isinstance(value, dt.datetime):
        value = _utc(value).date()
    if isinstance(value, dt.date):
        return day_words(value)
    if _PARTIAL.fullmatch(value):
        return as_of_words(value)
    return format_date(dt.datetime.fromisoformat(value))


def format_datetime(value: dt.datetime | str | None) -> str:
    """ "November 22, 2026, 14:05 UTC" from an aware datetime or its ISO text; "" for None."""
    if value is None or value == "":
        return ""
    moment = _utc(dt.datetime.fromisoformat(value) if isinstance(value, str) else value)
    return f"{format_date(moment)}, {moment:%H:%M} UTC"


def time_tag(value: Dated, style: str = "date") -> Markup:
    """A ``<time>`` element with the machine-readable moment; ``style``: "date", "datetime", "short"."""
    if value is None or value == "":
        return Markup("")
    if isinstance(value, dt.datetime):
        machine = _utc(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    else:
        machine = value.isoformat() if isinstance(value, dt.date) else value
    if style == "short":
        words = _utc(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, dt.datetime) else machine
    elif style == "datetime" and isinstance(value, dt.datetime):
        words = format_datetime(value)
    else:
        words = format_date(value)
    return Markup('<time datetime="{}">{}</time>').format(machine, words)


def format_money(cents: int | None) -> str:
    """ "$30,000" from integer US cents, with cents only when there are some; "" for None."""
    if cents is None:
        return ""
    sign, whole = ("−" if cents < 0 else ""), abs(cents)
    return f"{sign}${whole // 100:,}" if whole % 100 == 0 else f"{sign}${whole // 100:,}.{whole % 100:02d}"


def format_dollars(dollars: float | None) -> str:
    """ "$30,000" from US dollars; "" for None."""
    return "" if dollars is None else format_money(round(dollars * 100))


def format_number(value: float | None, places: int = 0) -> str:
    """ "12,345" or, with ``places``, at most so many decimals ("3.4"); "" for None."""
    if value is None:
        return ""
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text


def format_percent(fraction: float | None) -> str:
    """ "84%" from 0.84; "" for None."""
    return "" if fraction is None else f"{fraction * 100:.0f}%"


def plural(count: int, one: str, many: str | None = None) -> str:
    """ "1 school", "3 schools"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def span_words(span: dt.timedelta) -> str:
    """ "40 minutes", "3 hours", "2 days": a time in the unit that fits it; less than a minute is "under a minute"."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 120:
        return plural(minutes, "minute")
    hours = round(minutes / 60)
    return plural(hours, "hour") if hours < 48 else plural(round(hours / 24), "day")


FILTERS: dict[str, Any] = {
    "date": format_date,
    "datetime": format_datetime,
    "time_tag": time_tag,
    "money": format_money,
    "dollars": format_dollars,
    "number": format_number,
    "percent": format_percent,
    "plural": plural,
}


def _utc(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    return moment.astimezone(dt.UTC)

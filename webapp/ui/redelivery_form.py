"""The form that says which deliveries to send again."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from webapp.ui.choices import Option, RadioField, SelectField
from webapp.ui.fields import Box
from webapp.ui.formats import plural
from webapp.ui.forms import BaseForm


class MomentField(Box):
    """A day and a time in UTC; ``data`` is an aware ``datetime`` or None."""

    data: dt.datetime | None

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, **{"autocomplete": "off", "width": "m", **kwargs})

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:%Y-%m-%d %H:%M}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read "2026-11-22 15:04", or a day alone, which begins at midnight."""
        self.data = None
        text = self.written(valuelist)
        if text is None:
            return
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", text):
            raise ValueError("Write it as year-month-day hour:minute, such as 2026-11-22 15:04.")
        try:
            self.data = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
        except ValueError as exc:
            raise ValueError("There is no such moment. Write it like 2026-11-22 15:04.") from exc


@dataclass(frozen=True, slots=True)
class Span:
    """What was asked for: from `since` to before `until`, failed ones or `delivered` ones, by any method or by one."""

    since: dt.datetime
    until: dt.datetime
    delivered: bool
    method_id: UUID | None


class RedeliveryForm(BaseForm):
    """What to send again. `redelivery_form` fills in the methods."""

    what = RadioField(
        "Which deliveries",
        options=[
            Option("failed", "Those that failed", "They were never handed over. One that arrives counts as any lead."),
            Option(
                "delivered",
                "Those that were delivered",
                "For a system that lost them. They count, and cost, once: nothing more is billed.",
            ),
        ],
        unknown=None,
        required="Choose which.",
    )
    since = MomentField("From (UTC)", hint="They ended then or later: 2026-11-22 15:04.", required="Write since when.")
    until = MomentField("To before (UTC)", hint="Empty: until now.")
    method = SelectField("By which method", options=[], unknown=None, blank="Any")

    def span(self, now: dt.datetime) -> Span:
        """What a valid form asks for; without an end, all until `now`."""
        return Span(
            since=self.since.data or now,
            until=self.until.data or now.replace(microsecond=0) + dt.timedelta(seconds=1),
            delivered=self.what.data == "delivered",
            method_id=UUID(self.method.data) if self.method.data else None,
        )


def redelivery_form(methods: Sequence[tuple[str, str]], **kwargs: Any) -> RedeliveryForm:
    """The form with the partner's methods to choose from, as (id, words)."""
    options = [Option(key, words) for key, words in methods]
    named = {"method": SelectField("By which method", options=options, unknown=None, blank="Any")}
    return type("RedeliveryForm", (RedeliveryForm,), named)(**kwargs)  # type: ignore[no-any-return]  # a class made here


def sent_words(sent: int, refused: Sequence[str], left: int) -> str:
    """What came of sending several again: how many go, why the first of the others does not, how many are left."""
    told = [f"{plural(sent, 'delivery is', 'deliveries are')} sent again."]
    if refused:
        told.append(f"{plural(len(refused), 'was', 'were')} not: {refused[0]}")
    if left:
        told.append(f"{left:,} are left: ask once more for the next.")
    return " ".join(told)

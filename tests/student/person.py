"""A student in tests: opens pages, fills in the form, asks for things, as a browser without JavaScript would."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.markup import MarkupReader
from tests.visitor import be
from webapp.bootstrap import Runtime
from webapp.context import RUNTIME
from webapp.services import draft

Values = Mapping[str, str | list[str]]

STEPS = ("age", "goal", "background", "subjects", "practicalities", "priorities")
ANSWERS: dict[str, dict[str, str | list[str]]] = {
    "age": {"age": "unknown"},
    "goal": {
        "occupation": "15-2051",
        "words": "Build tools that help hospitals plan their staff.",
        "credentials": ["master", "bootcamp"],
        "interests": "computer vision, public health",
    },
    "background": {"education": "bachelor", "field": "45", "gpa": "3.4", "work_years": "3", "english": "native"},
    "subjects": {
        "programming": "one_course",
        "statistics": "several_courses",
        "calculus": "one_course",
        "linear_algebra": "none",
        "databases": "self_study",
        "machine_learning": "unknown",
    },
    "practicalities": {
        "modalities": ["online", "hybrid"],
        "country": "US",
        "state": "CA",
        "postal_code": "94110",
        "radius_km": "80",
        "pace": "part_time",
        "hours_per_week": "15",
        "start_within_months": "12",
        "months_max": "30",
        "budget_usd": "$30,000",
    },
    "priorities": {"goal": "important", "background": "important", "cost": "nice", "outcomes": "ignore"},
}


class _Reader(MarkupReader):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[tuple[str, str, str]] = []
        self.controls: list[dict[str, str]] = []
        self.ids: list[str] = []
        self.text = ""
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.ids.append(told["id"])
        self.addresses += [(tag, name, told[name]) for name in ("href", "src", "action", "srcset") if name in told]
        if tag in ("input", "select", "textarea", "option", "button"):
            self.controls.append({"tag": tag, **told})
        if tag in ("script", "style"):
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data


class Page:
    """What a page holds: its text, its links, its controls. It is read through when somebody asks for one of them."""

    def __init__(self, html: str) -> None:
        self.html = html

    @cached_property
    def _read(self) -> _Reader:
        return _Reader(self.html)

    @property
    def addresses(self) -> list[tuple[str, str, str]]:
        """Tag, attribute and address of everything that leads somewhere."""
        return self._read.addresses

    @property
    def controls(self) -> list[dict[str, str]]:
        """The attributes of everything that can be filled in or pressed."""
        return self._read.controls

    @property
    def ids(self) -> list[str]:
        """Every id, in order."""
        return self._read.ids

    @property
    def text(self) -> str:
        """The visible text."""
        return self._read.text

    @property
    def words(self) -> str:
        """The visible text on one line."""
        return " ".join(self.text.split())

    def hidden(self, name: str) -> str:
        """The value of a hidden field. The tokens are all that most tests want of a page."""
        plain = re.search(rf'<input type="hidden" name="{name}"(?: id="[^"]*")? value="([^"&]*)">', self.html)
        if plain is not None:
            return plain[1]
        return next(c.get("value", "") for c in self.controls if c["tag"] == "input" and c.get("name") == name)

    def names(self) -> set[str]:
        """The names of all controls."""
        return {control["name"] for control in self.controls if "name" in control}

    def ticked(self) -> list[str]:
        """The names of everything that is ticked or chosen."""
        return [c.get("name", c.get("value", "")) for c in self.controls if "checked" in c or "selected" in c]

    def values(self, name: str) -> list[str]:
        """The values offered under one name."""
        return [c.get("value", "") for c in self.controls if c.get("name") == name]


@dataclass(frozen=True, slots=True)
class _Finished:
    """What a form that was filled in left: on the server, and in the cookie."""

    answers: Mapping[str, Mapping[str, Any]]
    attribution: Mapping[str, str]
    cookie: dict[str, Any]


_ORDINARY = "http://localhost"
_finished: dict[str, _Finished] = {}
"""By what was answered."""


def _kept(client: FlaskClient, built: Runtime, path: str) -> _Finished:
    with built.begin() as session:
        found = draft.find_by_results_token(session, built.clock, path.rpartition("/")[2])
    assert found is not None
    with client.session_transaction() as cookie:
        return _Finished(found.answers, found.attribution, dict(cookie))


class Person:
    """One browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, path: str, **kwargs: Any) -> Page:
        """Open a page that is there, following redirects."""
        response = self.client.get(path, follow_redirects=True, **kwargs)
        assert response.status_code == 200, (path, response.status_code)
        return Page(response.text)

    def send(self, path: str, values: Values, *, page: Page | None = None) -> TestResponse:
        """Post a form with the token of `page` (by default of the page at `path`)."""
        token = (page or self.open(path)).hidden("csrf_token")
        return self.client.post(path, data={**values, "csrf_token": token})

    def answer(
        self, step: str, values: Values | None = None, *, page: Page | None = None, **more: str | list[str]
    ) -> TestResponse:
        """Answer one step, with the token of its own page or of any other."""
        return self.send(f"/match/{step}", {**(ANSWERS[step] if values is None else values), **more}, page=page)

    def reach(self, step: str) -> None:
        """Say as little as the steps before `step` take."""
        for before in STEPS[: STEPS.index(step)]:
            self.answer(before, ANSWERS["age"] if before == "age" else {})

    def finish(self, answers: Mapping[str, Values] | None = None) -> str:
        """Answer every step, without looking at the pages between; the path of the results page.

        Who comes without a cookie and says what somebody said before is given the same answers by the services:
        `test_form.py` compares.
        """
        is_new = self.client.get_cookie("session") is None and self.client.get_cookie("draft") is None
        built = cast(Runtime, self.client.application.extensions[RUNTIME])
        told = repr(answers)
        if not is_new or built.settings.base_url != _ORDINARY:
            return self.fill_in(answers)
        if told in _finished:
            return self._copy(_finished[told], built)
        path = self.fill_in(answers)
        _finished[told] = _kept(self.client, built, path)
        return path

    def fill_in(self, answers: Mapping[str, Values] | None = None) -> str:
        """Answer every step on its page, as `finish` says."""
        page = self.open(f"/match/{STEPS[0]}")
        for step in STEPS:
            values = dict(ANSWERS[step] if answers is None or step == "age" else answers.get(step, {}))
            values.update((answers or {}).get(step, {}))
            last = {"go": "results"} if step == STEPS[-1] else {}
            response = self.answer(step, values | last, page=page)
            assert response.status_code == 303, (step, Page(response.text).words)
        return urlsplit(response.headers["Location"]).path

    def _copy(self, kept: _Finished, built: Runtime) -> str:
        keep, last = timedelta(days=built.settings.draft_expiry_days), STEPS[-1]
        with built.begin() as session:
            made = draft.start(session, built.clock, built.links, keep=keep, attribution=kept.attribution)
            session.flush()
            for step, following in zip(STEPS, (*STEPS[1:], "results"), strict=True):
                said, is_last = kept.answers[step], step == last
                draft.save_step(
                    session, built.clock, made.id, step, said, keep=keep, is_last=is_last, leads_to=following
                )
        be(self.client, kept.cookie)
        self.client.set_cookie("draft", built.links.draft_token(made.id))
        return f"/results/{built.links.results_token(made.id)}"

    def ask(self, results: str, *, page: Page | None = None, **values: str | list[str]) -> TestResponse:
        """Have the list mailed."""
        page = page or self.open(results)
        sent: dict[str, str | list[str]] = {"ticket": page.hidden("ticket"), "homepage": "", **values}
        return self.send(f"{results}/requests", sent, page=page)

    def choose(self, results: str, values: Values, *, page: Page | None = None) -> TestResponse:
        """Send the first page for introductions."""
        path = f"{results}/introductions"
        return self.send(path, {"homepage": "", **values}, page=page or self.open(path))

    def agree(self, results: str, *, page: Page | None = None, **values: str) -> TestResponse:
        """Send the second page for introductions: what was shown there."""
        path = f"{results}/introductions/check"
        page = page or self.open(path)
        return self.send(path, {"ticket": page.hidden("ticket"), **values}, page=page)

    def introduce(self, results: str, schools: int = 1, **changes: str | list[str]) -> TestResponse:
        """Ask to be introduced to the first schools, all the way."""
        page = self.open(f"{results}/introductions")
        chosen = self.choose(results, introduction_values(page, schools) | changes, page=page)
        assert chosen.status_code == 303, errors_of(chosen)
        return self.agree(results)


def introduction_values(page: Page, schools: int = 1) -> dict[str, str | list[str]]:
    """A whole and right first page: the mail, the first schools on it, and the first answer to each question."""
    questions = {name for name in page.names() if name.startswith("question-")}
    choices = {name: next(iter(filter(None, page.values(name))), "") for name in questions}
    return {
        **choices,
        "mail": "y",
        "channels": ["email"],
        "schools": page.values("schools")[:schools],
        "first_name": "Ana",
        "last_name": "Silva",
        "email": "ana@student.example",
        "adult": "y",
        "time_zone": "America/Los_Angeles",
        "language": "en",
    }


def errors_of(response: TestResponse) -> list[str]:
    """The lines of the error summary."""
    summary = re.search(r"data-error-summary>(.*?)</div>", response.text, re.S)
    return (
        []
        if summary is None
        else [" ".join(Page(item).words.split()) for item in re.findall(r"<li>(.*?)</li>", summary[1], re.S)]
    )

"""Naughty strings in every field in which staff write: nothing breaks, nothing runs, and it is shown as it was typed.

Each form is filled in as it is really sent, then all its fields at once with strings in turns, those that are refused
taken back until the rest is kept. `make test` sends each field one string; `make naughty` sends each field all of them
and says what it counted. It takes half an hour: `NAUGHTY=3/8` is one part of eight, `NAUGHTY_FORMS` names some forms.
"""

import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from markupsafe import escape
from playwright.sync_api import Page
from werkzeug.test import TestResponse

from tests.admin.conftest import Visitor
from tests.admin.every_post import EVERY_POST
from tests.admin.form_reader import FormReader, PageForm
from tests.admin.stage import Filled, Stage, post, prepare, stage
from webapp.domain.staff_role import Role
from webapp.ui.numbers import parse_number

__all__ = ["stage"]

ALL, ONLY = os.environ.get("NAUGHTY", "").replace("all", "1/1"), os.environ.get("NAUGHTY_FORMS", "")
SCRIPTS = ("\"'><img src=x onerror=alert(1)>", "<script>alert(1)</script>", "{{ 7 * 7 }}", "javascript:alert(1)//%s")
SECRET = {"password", "current", "code", "credential"}
"""Never shown again."""
NOT_KEPT = re.compile(r"try_(body|status)|map_\d+_(text|default)|pace_minutes|rule_\d+_equals|postal_code")
"""An answer to try rules on; what belongs to a choice beside it that is not the one chosen; a list without what stands
in it twice; where a seed lives, which no page of it says."""
PAIRS = re.compile(r"map_\d+_values")
"""Kept as pairs, and shown with a blank on both sides of what joins them."""
FITTING = {"admin.method_settings.create": {"rule_0_means": "rejected", "rule_0_status": "400"}}
"""What else has to be chosen for a text to be kept."""
MARKED_FOR = {"rule_0_means": [f"rule_0_{part}" for part in ("status", "path", "reason_path", "equals", "contains")]}
"""Fields that are marked where one of others is wrong."""
TURNS = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
LONGEST_SEARCH = 100
AT_ONCE = 30
"""Answers that the browser reads as one page."""
INVALID = re.compile(r"<(?:input|textarea|select)\b[^>]*>")
METHOD = re.compile(r'href="(/admin/[^"]*/delivery-methods/[0-9a-f-]{36})"')
COMPLAINT = re.compile(r'<div class="notice notice-(?:error|warm)" role')
MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
OPEN_PAGES = ("/admin/login", "/admin/forgotten")
NO_ELEMENT_OF_A_STRING = r"""() => {
  const odd = [], made = /^(script|iframe|object|embed|base|frame|applet|video|audio|marquee|style|link|meta)$/i;
  const goes = /^(href|src|action|formaction|xlink:href)$/i;
  for (const element of document.body.querySelectorAll('*')) {
    if (made.test(element.localName)) odd.push(element.outerHTML.slice(0, 200));
    for (const { name, value } of element.attributes)
      if (/^on/i.test(name) || (goes.test(name) && /^\s*(java|vb)script:/i.test(value)))
        odd.push(`${name}=${value}`.slice(0, 200));
  }
  return [...odd, ...window.ran];
}"""
RECORDED = """() => {
  window.ran = [];
  for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => window.ran.push(name);
}"""


@dataclass
class Told:
    """What was sent, and what came of each field with each string."""

    requests: int = 0
    broken: list[str] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    altered: list[str] = field(default_factory=list)
    """Kept or refused, and then not shown as typed."""
    odd: list[str] = field(default_factory=list)
    pages: int = 0

    @property
    def fields(self) -> set[str]:
        """All in which something was typed."""
        return {*self.kept, *self.refused}

    def words(self) -> str:
        """All of it in one line."""
        return (
            f"{self.requests:,} requests, {len(self.broken)} broken; in {len(self.fields)} fields {self.kept.total():,}"
            f" strings kept and {self.refused.total():,} refused, {len(self.altered)} of them not shown as typed;"
            f" {self.pages:,} answers read by a browser, {len(self.odd)} scripts or elements in them made of a string"
        )


@dataclass
class Trial:
    """Strings to type, the browser that reads the answers, and what came of it."""

    texts: list[str]
    browser: Page
    told: Told = field(default_factory=Told)
    mains: list[str] = field(default_factory=list)

    def rounds(self) -> Iterator[int]:
        part, of = map(int, ALL.split("/")) if ALL else (1, len(self.texts))
        yield from range(part - 1, len(self.texts), of)

    def typed(self, names: list[str], turn: int) -> dict[str, str]:
        """A string for each field: over all rounds each field gets each of them."""
        return {name: self.texts[(turn + 7 * place) % len(self.texts)] for place, name in enumerate(names)}

    def take(self, where: str, typed: Mapping[str, str], answer: TestResponse) -> bool:
        """Look at an answer; whether it is none that broke."""
        self.told.requests += 1
        if answer.status_code >= 500:
            self.told.broken.append(f"{where}: {answer.status_code} for {typed}")
            return False
        main = MAIN.search(answer.text)
        if main is not None:
            self.mains.append(main[0])
        if len(self.mains) >= AT_ONCE:
            self.read()
        return True

    def read(self) -> None:
        """Let the browser read what was answered, without the headers that would stop a script."""
        self.browser.evaluate(RECORDED)
        self.browser.set_content("<!doctype html>" + "\n".join(self.mains), wait_until="load")
        self.told.odd += self.browser.evaluate(NO_ELEMENT_OF_A_STRING)
        self.told.pages += len(self.mains)
        self.mains.clear()

    def judge(self, where: str, typed: Mapping[str, str], pages: str, count: Counter[str]) -> None:
        """Count fields, and whether what was typed in each stands on the pages."""
        for name, text in typed.items():
            count[f"{where} {name}"] += 1
            if PAIRS.fullmatch(name):
                pages, text = (re.sub(r"\s*=\s*", "=", each) for each in (pages, text))
            if name not in SECRET and not _shows(pages, text):
                self.told.altered.append(f"{where} {name}: {text!r}")


def _shows(pages: str, text: str) -> bool:
    """Whether a text stands there as it was typed, but for what nobody sees: how many blanks, controls, and signs that
    turn the direction of what follows. Fields take those out, and put accents and their letters together."""
    if str(escape(text.strip())) in pages:
        return True
    seen = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cs") and sign not in TURNS)
    told, tidy = unicodedata.normalize("NFC", pages), unicodedata.normalize("NFC", seen)
    if any(str(escape(each)) in told for each in (tidy.strip(), " ".join(tidy.split()))):
        return True
    try:  # a number is shown as numbers are
        return any(f"{parse_number(text):{how}}" in pages for how in (",.10g", ".10g"))
    except ValueError:
        return False


@pytest.fixture
def trial(data_dir: Path, new_page: Callable[..., Page]) -> Trial:
    """The strings and a browser that writes down what runs."""
    listed = [text for text in json.loads((data_dir / "blns.json").read_text("utf-8")) if text]
    browser = new_page()
    return Trial([*SCRIPTS, *listed] if ALL else [*SCRIPTS, *listed[::50]], browser)


def test_whatever_staff_type_stays_text(
    stage: Stage, trial: Trial, faults: list[str], visit: Callable[[], Visitor], request: pytest.FixtureRequest
) -> None:
    for endpoint in EVERY_POST:
        if not ONLY or endpoint in ONLY.split():
            _try_form(stage, trial, endpoint)
    if not ONLY:
        _try_searches(stage, trial)
        for path in OPEN_PAGES:
            _try_open_form(trial, visit(), path)
    trial.read()
    told = trial.told
    if ALL:
        request.config.get_terminal_writer().line(f"\n{told.words()}")
    assert told.broken == []
    assert told.odd == []
    assert told.altered == []
    assert [fault for fault in faults if fault.startswith("request to")] == []
    assert ONLY or (len(told.kept) > 120 and len(told.fields) > 250)


def _try_form(stage: Stage, trial: Trial, endpoint: str) -> None:
    """One form that posts: what each round sends is taken back."""
    _, visitor, cookie, token = person = stage.people[Role.OWNER]
    before = stage.connection.begin_nested()
    form = prepare(stage, stage.app.url_map.bind("localhost"), person, endpoint)
    names = list(dict.fromkeys(form.written))
    form = replace(form, data={**form.data, **FITTING.get(endpoint, {})})

    def send(typed: dict[str, str]) -> None:
        """Send it until what is left was kept; what was sent is taken back."""
        while typed:
            within = stage.connection.begin_nested()
            visitor.client.set_cookie("session", cookie)
            answer = post(visitor, replace(form, data={**form.data, **typed}), token)
            if not trial.take(endpoint, typed, answer):
                within.rollback()
                break
            wrong = _invalid(answer.text, typed)
            kept = answer.status_code < 400 and not wrong
            if kept:
                _judge_kept(trial, visitor, endpoint, form, typed, answer)
            within.rollback()
            if kept:
                break
            if not wrong and len(typed) > 1:  # it is not said which: each half by itself
                names = list(typed)
                for half in (names[: len(names) // 2], names[len(names) // 2 :]):
                    send({name: typed[name] for name in half})
                break
            wrong = wrong or set(typed)
            trial.judge(endpoint, {name: typed[name] for name in wrong}, answer.text, trial.told.refused)
            typed = {name: text for name, text in typed.items() if name not in wrong}

    for turn in trial.rounds():
        send(trial.typed(names, turn))
    before.rollback()


def _judge_kept(
    trial: Trial, visitor: Visitor, endpoint: str, form: Filled, typed: dict[str, str], answer: TestResponse
) -> None:
    pages = answer.text
    # A method that was made is answered with its secret, and a link to where its settings are.
    made = [f"{path}/edit" for path in METHOD.findall(pages)]
    for path in (answer.location, *made, form.page):
        if path and not all(_shows(pages, text) for text in typed.values()):
            after = visitor.get(path)
            trial.take(f"{endpoint}, then {path}", typed, after)
            pages += after.text
    told = COMPLAINT.search(pages)
    if told is not None and not all(_shows(pages, text) for text in typed.values()):
        # Some small forms say on the next page why nothing was kept, and have nothing written in them there.
        trial.told.refused.update(f"{endpoint} {name}" for name in typed)
        return
    shown = {name: text for name, text in typed.items() if not NOT_KEPT.fullmatch(name)}
    trial.judge(endpoint, shown, pages, trial.told.kept)


def _invalid(page: str, typed: Mapping[str, str]) -> set[str]:
    """The fields typed in that a page marks as wrong."""
    marked = [tag for tag in INVALID.findall(page) if 'aria-invalid="true"' in tag]
    names = [name[1] for tag in marked if (name := re.search(r'\bname="([^"]+)"', tag))]
    return {next((each for each in MARKED_FOR.get(name, [name]) if each in typed), name) for name in names} & {*typed}


def _try_searches(stage: Stage, trial: Trial) -> None:
    """The forms that only look: lists and what narrows them."""
    _, visitor, cookie, _ = stage.people[Role.OWNER]
    adapter, forms = stage.app.url_map.bind("localhost"), dict[tuple[str, ...], PageForm]()
    rules = [rule for rule in stage.app.url_map.iter_rules() if rule.rule.startswith("/admin/") and not rule.arguments]
    for rule in rules if ALL else [rule for rule in rules if rule.endpoint == "admin.programs.index"]:
        if "GET" in (rule.methods or ()):
            visitor.client.set_cookie("session", cookie)
            reader = FormReader()
            reader.feed(visitor.get(adapter.build(rule.endpoint)).text)
            forms |= {
                (form.action or rule.rule, *form.written): form
                for form in reader.forms
                if form.method != "post" and form.written
            }
    for (action, *names), form in forms.items():
        for turn in trial.rounds():
            typed = trial.typed(list(dict.fromkeys(names)), turn)
            visitor.client.set_cookie("session", cookie)
            answer = visitor.get(f"{urlsplit(action).path}?{urlencode({**form.sent, **typed}, doseq=True)}")
            if trial.take(action, typed, answer) and answer.status_code == 200:
                # What is looked for is cut before a list is searched for it, and shown as it was looked for.
                looked_for = {name: text[:LONGEST_SEARCH] for name, text in typed.items()}
                trial.judge(action, looked_for, answer.text, trial.told.kept)


def _try_open_form(trial: Trial, visitor: Visitor, path: str) -> None:
    """A form of those who are not logged in."""
    reader = FormReader()
    reader.feed(visitor.get(path).text)
    form = next(form for form in reader.forms if form.method == "post" and form.written)
    token = visitor.token(path)
    for turn in trial.rounds():
        typed = trial.typed(form.written, turn)
        answer = visitor.client.post(form.action or path, data={**form.sent, **typed, "csrf_token": token})
        if trial.take(path, typed, answer) and answer.status_code >= 400:
            trial.judge(path, typed, answer.text, trial.told.refused)

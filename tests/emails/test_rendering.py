"""The mails: the same as their golden files, readable anywhere, and deaf to whatever their values try."""

import json
import os
import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, cast

import mjml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import PackageLoader
from markupsafe import Markup

from tests.emails.golden_files import FOLDER, golden
from tests.emails.page import Page
from webapp.domain.message import Template
from webapp.emails import names, render
from webapp.emails.introduction_update import IntroductionNews
from webapp.emails.renderer import Context, _markup, one_line
from webapp.emails.samples import CARD, MATCHED, OPENED, SAMPLES, UPDATE, WITHDRAWN
from webapp.gateways.envelope import compose
from webapp.gateways.mail import Mailbox, OutgoingMail

ROOT = Path(__file__).resolve().parents[2]
NAUGHTY: list[str] = json.loads(
    (Path(os.environ.get("PROGRAM_MATCH_DATA", ROOT.parent / "shared" / "data")) / "blns.json").read_text("utf-8")
)
KEPT_FIELDS = {"verdict", "news", "kind"}
T = TypeVar("T")


def filled_with(value: T, words: str, *, urls: bool = False) -> T:
    """`value` with every text in it replaced by `words`; addresses too when `urls`."""
    if isinstance(value, tuple):
        return cast(T, tuple(filled_with(item, words, urls=urls) for item in value))
    if isinstance(value, str):
        return cast(T, words)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {
        field.name: filled_with(getattr(value, field.name), words, urls=urls)
        for field in fields(value)
        if field.name not in KEPT_FIELDS and (urls or (not field.name.endswith("_url") and field.name != "url"))
    }
    return cast(T, replace(cast(Any, value), **changed))


def test_the_mails_are_those_the_vocabulary_names() -> None:
    assert set(names()) == {str(template) for template in Template} == set(SAMPLES)


@pytest.mark.parametrize("name", names())
def test_a_mail_is_as_its_golden_files(name: str) -> None:
    for path, content in golden(name).items():
        assert content == path.read_text(encoding="utf-8"), f"{path.name}: see tests/emails/golden_files.py"


@pytest.mark.parametrize("name", names())
def test_a_skeleton_filled_is_what_mjml_makes_of_the_filled_template(name: str) -> None:
    """Hiding the tags from MJML changes nothing but where lines end."""
    environment = _markup().overlay(
        loader=PackageLoader("webapp.emails"), cache_size=0, autoescape=True, finalize=_as_markup_of_a_macro
    )
    message, context = render(name, SAMPLES[name]), SAMPLES[name]
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    filled = environment.get_template(f"{name}.mjml").render(values, subject=message.subject)
    assert _without_lines(message.html) == _without_lines(mjml.mjml2html(filled, disable_comments=False, fonts={}))
    # Only the words that were agreed to make longer lines; such a mail goes in quoted-printable.
    has_receipt = name == "introductions_opened" or getattr(context, "introductions", None) is not None
    assert has_receipt or max(map(len, message.html.splitlines())) < 900
    assert message.html.isascii()


def _as_markup_of_a_macro(value: Any) -> Markup:
    """Macros are called here, and written out in a skeleton: what one puts out must not be escaped again."""
    finalize = _markup().finalize
    assert finalize is not None
    return value if isinstance(value, Markup) else Markup(finalize(value))  # noqa: S704 - escaped by it


def _without_lines(html: str) -> str:
    """References as characters, blanks made one, and none beside a tag that is no part of a sentence."""
    html = re.sub(r"\s+", " ", re.sub(r"&#([0-9]{3,});", lambda found: chr(int(found[1])), html))
    return re.sub(r"> (?=<)", ">", re.sub(r" ?(<(?!/?(?:a|strong|span)\b)[^>]*>) ?", r"\1", html)).strip()


def test_the_list_alone_says_that_no_school_got_the_address() -> None:
    alone, with_schools = render("matched_programs", MATCHED), render("matched_programs", SAMPLES["matched_programs"])
    assert "went to no school" in alone.text
    assert "You asked to be introduced" not in alone.html
    assert "went to no school" not in with_schools.html
    assert "Northfield Education, Inc." in with_schools.html


def test_no_golden_file_is_left_over() -> None:
    assert {path for name in SAMPLES for path in golden(name)} == set(FOLDER.iterdir())


@pytest.mark.parametrize("name", names())
def test_a_mail_reads_without_images_and_fetches_nothing(name: str) -> None:
    html = render(name, SAMPLES[name]).html
    page = Page(html)
    assert not {"img", "link", "script", "iframe", "form", "object", "video", "svg"} & set(page.elements)
    assert "url(" not in html
    assert "@import" not in html
    assert "http-equiv" not in html or "refresh" not in html
    assert all(link.startswith("https://") for link in page.links)


@pytest.mark.parametrize("name", names())
def test_a_mail_is_readable(name: str) -> None:
    html = render(name, SAMPLES[name]).html
    page = Page(html)
    assert ("html", "lang", "en") in page.attributes
    assert ("meta", "content", "light dark") in page.attributes
    assert "prefers-color-scheme: dark" in html
    levels = [int(element[1]) for element in page.elements if re.fullmatch(r"h[1-6]", element)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    sizes = {float(size) for size in re.findall(r"font-size:\s*([0-9.]+)px", page.styles)}
    assert min(sizes - {0.0, 1.0}) >= 16  # 0 and 1 are MJML's own: gaps between cells, and the hidden preview


@pytest.mark.parametrize("name", names())
def test_the_text_says_what_the_html_says(name: str) -> None:
    message = render(name, SAMPLES[name])
    for link in Page(message.html).links:
        assert link in message.text
    assert "<" not in message.text
    assert "&amp;" not in message.text
    assert "\n\n\n" not in message.text
    assert all(not line.endswith(" ") for line in message.text.splitlines())


def test_ten_full_programs_stay_below_100_kb() -> None:
    full = replace(CARD, reasons=CARD.reasons * 2, caveats=CARD.caveats * 2)
    message = render("matched_programs", replace(MATCHED, programs=tuple(replace(full, rank=n) for n in range(1, 11))))
    assert len(message.html.encode()) < 100_000
    assert message.subject == "Your 10 matched programs, and why they fit"


def test_what_is_unknown_is_said_and_partners_stand_in_the_same_words() -> None:
    message = render("matched_programs", MATCHED)
    words = Page(message.html).words
    for told in (words, message.text):
        assert "Price: not known, ask the school" in told
        assert "Partner of ours: yes" in told
        assert "Partner of ours: no" in told
        assert told.count("Demo listing: this school is invented") == 1
    assert words.index("1. M.S.") < words.index("2. Graduate") < words.index("3. Data")


def test_what_is_blank_leaves_no_trace() -> None:
    bare = replace(
        MATCHED,
        first_name="",
        confirm_url="",
        programs=(CARD,),
        footer=replace(MATCHED.footer, unsubscribe_url="", my_data_url=""),
    )
    message = render("matched_programs", bare)
    for told in (Page(message.html).words, message.text):
        assert "Hello," in told
        assert "Confirm" not in told
        assert "Stop mails" not in told
        assert "who has your data" not in told
    assert message.subject == "Your matched program, and why it fits"


def test_the_receipt_holds_the_words_agreed_to() -> None:
    message = render("introductions_opened", OPENED)
    for told in (Page(message.html).words, message.text):
        for school in OPENED.schools:
            assert school.consent_text in told
            assert school.legal_entity in told
        assert "November 22, 2026 at 12:15 PM UTC" in told
        assert "Version 2026-11-01" in told


def test_times_are_told_in_their_own_zone() -> None:
    mountain = timezone(timedelta(hours=-7), "MST")
    message = render("introductions_opened", replace(OPENED, goes_out_at=datetime(2026, 11, 22, 0, 5, tzinfo=mountain)))
    assert message.subject.endswith("you can cancel until 12:05 AM MST")


@pytest.mark.parametrize("news", IntroductionNews)
def test_each_news_has_its_own_words(news: IntroductionNews) -> None:
    message = render("introduction_update", replace(UPDATE, news=news))
    others = {
        render("introduction_update", replace(UPDATE, news=other)).text
        for other in IntroductionNews
        if other is not news
    }
    assert message.text not in others
    assert message.subject in Page(message.html).words
    assert message.subject in message.text
    assert "Northfield Education, Inc." in message.subject


def test_a_partner_is_told_the_lead_by_its_id_alone() -> None:
    message = render("partner_lead_withdrawn", WITHDRAWN)
    assert message.subject == f"Lead {WITHDRAWN.lead_id} withdrawn: please stop contact"
    assert "my-data" not in message.html


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("part", range(5))
def test_naughty_strings_stay_text(name: str, part: int) -> None:
    tame = Page(render(name, filled_with(SAMPLES[name], "tame")).html)
    tame_attributes = [entry[:2] for entry in tame.attributes]
    for naughty in NAUGHTY[part::5]:
        message = render(name, filled_with(SAMPLES[name], naughty))
        page = Page(message.html)
        assert_tame(message.subject, page)
        shown = one_line(naughty)
        if shown:
            assert page.elements == tame.elements, naughty
            assert [entry[:2] for entry in page.attributes] == tame_attributes, naughty
            assert shown in page.words
            assert shown in message.text


@pytest.mark.parametrize(("place", "name"), list(enumerate(names())))
def test_naughty_addresses_make_no_links(place: int, name: str) -> None:
    for naughty in [
        *NAUGHTY[place % 3 :: 3],
        "javascript:alert(1)",
        "https://a.example/\r\nX: y",
        'https://a.example/"onclick="x',
        "//x",
        "data:,x",
    ]:
        message = render(name, filled_with(SAMPLES[name], naughty, urls=True))
        page = Page(message.html)
        assert_tame(message.subject, page)
        assert all(link == "" or re.match(r"https?://[^\s/]", link) for link in page.links), naughty


@settings(max_examples=60, deadline=None)
@given(words=st.text(max_size=60), name=st.sampled_from(names()))
def test_any_text_stays_text(words: str, name: str) -> None:
    message = render(name, filled_with(SAMPLES[name], words))
    page = Page(message.html)
    assert_tame(message.subject, page)
    assert one_line(words) in page.words
    assert one_line(words) in message.text


@pytest.mark.parametrize("name", names())
def test_reading_a_mail_tag_by_tag_is_reading_it_as_python_does(name: str) -> None:
    for words in ("tame", *NAUGHTY[::25]):
        html = render(name, filled_with(SAMPLES[name], words, urls=True)).html
        assert _read(html, quick=True) == _read(html, quick=False)


@pytest.mark.parametrize(
    "html",
    [
        "<p>a < b<b>c</b></p>",
        "<p><IMG SRC=x onerror=alert(1)></p>",
        "<p title='<b>'>c</p>",
        "<style>p > a { color: red }</style><style></p></style>",
        "<script>'<img>'</script>",
        "<!--><img>-->",
        "<p><![if mso]><br/><img/ onload=x></p>",
        "<p><b>a</p></b>",
    ],
)
def test_what_no_mail_of_ours_holds_is_read_as_python_does(html: str) -> None:
    assert _read(html, quick=True) == _read(html, quick=False)


def _read(html: str, *, quick: bool) -> object:
    try:
        page = Page(html, quick=quick)
    except AssertionError as refused:
        return str(refused)
    return page.elements, page.attributes, page.words


def assert_tame(subject: str, page: Page) -> None:
    """No active markup, and a subject that makes exactly one header."""
    assert not {"script", "img", "svg", "iframe", "form", "input", "object", "embed"} & set(page.elements)
    assert not any(name.startswith("on") for _, name, _ in page.attributes)
    assert subject == one_line(subject)
    assert len(subject) <= 150
    mail = OutgoingMail(Mailbox("Program Match", "a@b.example"), "c@d.example", subject, "t", "h", "<1@b.example>")
    head = compose(mail, now=datetime(2026, 11, 22, tzinfo=UTC)).content.partition(b"\r\n\r\n")[0]
    names_of_headers = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert names_of_headers == [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Type"]


def test_an_unknown_mail_and_a_wrong_context_are_refused() -> None:
    with pytest.raises(KeyError):
        render("no_such_mail", MATCHED)
    wrong: Context = UPDATE
    with pytest.raises(TypeError, match="takes MatchedPrograms"):
        render("matched_programs", wrong)

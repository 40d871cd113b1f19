"""Rendering: Jinja fills a template, whose MJML (mrml) was turned into HTML that mail programs understand once before.

Whatever a student or a listing put into a value stays text: it is escaped where it stands in markup, its line ends and
control characters are taken out, and an address that is not http or https makes no link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from jinja2 import Environment, FunctionLoader, PackageLoader, StrictUndefined
from markupsafe import escape

from webapp.domain.calendar import day_words
from webapp.emails.account_news import AccountNewsMail
from webapp.emails.address_change import AddressChange
from webapp.emails.confirm_address import ConfirmAddress
from webapp.emails.confirm_introductions import ConfirmIntroductions
from webapp.emails.contact_question import ContactQuestion
from webapp.emails.introduction_update import IntroductionUpdate
from webapp.emails.introductions_opened import IntroductionsOpened
from webapp.emails.kept import Filled, KeptParts
from webapp.emails.listing_changed import ListingChanged
from webapp.emails.matched_programs import MatchedPrograms
from webapp.emails.message import Message
from webapp.emails.my_data_links import MyDataLinks
from webapp.emails.partner_access import PartnerAccess
from webapp.emails.partner_batch import PartnerBatch
from webapp.emails.partner_lead import PartnerLead
from webapp.emails.partner_lead_withdrawn import PartnerLeadWithdrawn
from webapp.emails.partner_method import PartnerMethod
from webapp.emails.partner_notice import PartnerNotice
from webapp.emails.partner_paused import PartnerPaused
from webapp.emails.resume_link import ResumeLink
from webapp.emails.skeleton import ascii_markup, skeleton
from webapp.emails.staff_access import StaffAccess
from webapp.emails.staff_alert import StaffAlert
from webapp.emails.status_request import StatusRequest

Context: TypeAlias = (
    AccountNewsMail
    | AddressChange
    | ConfirmAddress
    | ConfirmIntroductions
    | ContactQuestion
    | IntroductionsOpened
    | IntroductionUpdate
    | ListingChanged
    | MatchedPrograms
    | MyDataLinks
    | PartnerAccess
    | PartnerBatch
    | PartnerLead
    | PartnerLeadWithdrawn
    | PartnerMethod
    | PartnerNotice
    | PartnerPaused
    | ResumeLink
    | StaffAccess
    | StaffAlert
    | StatusRequest
)

_CONTEXTS: Final[dict[str, type[Context]]] = {
    "account_news": AccountNewsMail,
    "address_change": AddressChange,
    "confirm_address": ConfirmAddress,
    "confirm_introductions": ConfirmIntroductions,
    "contact_question": ContactQuestion,
    "introduction_update": IntroductionUpdate,
    "introductions_opened": IntroductionsOpened,
    "listing_changed": ListingChanged,
    "matched_programs": MatchedPrograms,
    "my_data_links": MyDataLinks,
    "partner_access": PartnerAccess,
    "partner_batch": PartnerBatch,
    "partner_lead": PartnerLead,
    "partner_lead_withdrawn": PartnerLeadWithdrawn,
    "partner_method": PartnerMethod,
    "partner_notice": PartnerNotice,
    "partner_paused": PartnerPaused,
    "resume_link": ResumeLink,
    "staff_access": StaffAccess,
    "staff_alert": StaffAlert,
    "status_request": StatusRequest,
}
_LONGEST_SUBJECT: Final = 150
# Controls, lone surrogates, what is not a character, and what turns the direction of the text around it.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff\ufeff]"
)


def names() -> tuple[str, ...]:
    """The templates there are, in alphabetical order."""
    return tuple(sorted(_CONTEXTS))


def render(name: str, context: Context) -> Message:
    """The mail `name` filled from `context`.

    KeyError for a name there is not, TypeError for another mail's context. The same context gives the same message.
    """
    if not isinstance(context, _CONTEXTS[name]):
        raise TypeError(f"The mail {name} takes {_CONTEXTS[name].__name__}, not {type(context).__name__}.")
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    plain, markup = _plain(), _markup()
    subject = one_line(plain.get_template(f"{name}.subject.txt").render(values))[:_LONGEST_SUBJECT].rstrip()
    text = plain.get_template(f"{name}.txt").render(values)
    html = markup.get_template(f"{name}.html").render(values, subject=subject)
    return Message(subject, _paragraphs(text), ascii_markup(html))


def one_line(value: str) -> str:
    """`value` as it appears in a mail: one line, single blanks, nothing invisible that could mislead."""
    if value.isprintable() and "  " not in value and value == value.strip():
        return value  # as nearly all are: of all blanks only the plain one counts as printable, and nothing unsafe does
    return " ".join(_UNSAFE.sub("", value).split())


@cache
def _plain() -> Environment:
    return _environment(escapes=False)


@cache
def _markup() -> Environment:
    return _environment(escapes=True)


def _environment(*, escapes: bool) -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        # Escaping is what `_escaped` does with each value that is put out. Jinja's own would look at each once more.
        autoescape=False,  # noqa: S701 - see above; subjects and text parts are read by nothing as markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_escaped if escapes else _cleaned,
        auto_reload=False,
        extensions=[KeptParts],
    )
    each = _each_as_markup if escapes else _each
    environment.filters.update(moment=_moment, link=_link, clock_time=_clock_time, each=each)
    return environment


@cache
def _package() -> PackageLoader:
    return PackageLoader("webapp.emails")


def _source(name: str) -> str:
    """The text of a template; that of `x.html` is made from `x.mjml`."""
    stem, _, kind = name.rpartition(".")
    return skeleton(f"{stem}.mjml", _source) if kind == "html" else _package().get_source(_plain(), name)[0]


def _each(lines: Iterable[str], before: str = "", after: str = "") -> Filled:
    """Each of `lines` between `before` and `after`, on a line of its own."""
    joined = f"{after}\n{before}".join(map(_as_line, lines))
    return Filled(f"{before}{joined}{after}" if joined else "")


def _each_as_markup(lines: Iterable[str], before: str = "", after: str = "") -> Filled:
    """The same of an HTML template, whose own text `before` and `after` are."""
    joined = f"{after}\n{before}".join(map(_as_markup, lines))
    return Filled(f"{before}{joined}{after}" if joined else "")


def _cleaned(value: Any) -> Any:
    """Applied to every value a text template puts out."""
    if isinstance(value, str):
        return one_line(value)
    return value.text if type(value) is Filled else value


def _escaped(value: Any) -> Any:
    """Applied to every value a markup template puts out."""
    if isinstance(value, int):
        return value
    return value.text if type(value) is Filled else _as_markup(str(value))


@lru_cache(maxsize=8192)
def _as_markup(value: str) -> str:
    """Names of programs, notes on prices and words of ours stand in thousands of mails: they are escaped once."""
    return ascii_markup(str(escape(one_line(value))))


_as_line = lru_cache(maxsize=8192)(one_line)


def _moment(at: datetime) -> str:
    """`November 22, 2026 at 2:05 PM UTC`, in the zone the time was given in."""
    return f"{day_words(at)} at {_clock_time(at)}"


def _clock_time(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'} {at.tzname() or ''}".rstrip()


@lru_cache(maxsize=512)
def _link(url: str) -> str:
    """`url` when it is one that may be linked, else blank, which templates take as "no link"."""
    url = _UNSAFE.sub("", url).strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return ""
    return re.sub(r"\s", "%20", url)


def _paragraphs(text: str) -> str:
    """The text part with at most one empty line in a row and none at its ends."""
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip("\n") + "\n"

"""Putting a mail on paper: headers and a two-part body as bytes, after RFC 5322, 2045-2047 and 6532.

Assembled by hand from constant parts: `EmailMessage` with its policies takes many times longer for the same bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import Final

from webapp.gateways.errors import Permanent
from webapp.gateways.mail import Envelope, Mailbox, OutgoingMail

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LOCAL: Final = re.compile(r"[^\x00-\x20\x7f\"(),:;<>@\[\\\]]{1,64}")
_QUOTED_LOCAL: Final = re.compile(r'"([^\x00-\x1f\x7f"\\]|\\[\x20-\x7e]){1,62}"')
_DOMAIN: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f.:IPv]+\]")
_MESSAGE_ID: Final = re.compile(r"<[!#-'*+/-9=?A-Z^-~.-]+@[!#-'*+/-9=?A-Z^-~.\[\]:-]+>")
_HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}")
_ATOMS: Final = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")
_OWN_HEADERS: Final = frozenset(
    {"from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version", "return-path", "received"}
)
_LINE_END: Final = re.compile(r"\r\n?|\n")
_LINE: Final = 76
_LONGEST_LINE: Final = 998
_LONGEST_SAFE: Final = 900
"""Bytes of a body's line that leave room for what a server may put before it."""
_LINES_KEPT: Final = 8192
_MARK: Final = b"\0"
"""Stands in no mail: a body with control characters is quoted."""


def compose(mail: OutgoingMail, *, now: datetime) -> Envelope:
    """`mail` as an Envelope dated `now`. The same mail and time give the same bytes.

    Permanent with `header_refused` when a header value holds a control character (so nobody can add a header or a
    recipient), `address_refused` when an address cannot stand in a header or an SMTP command.
    """
    sender, recipient = address_of(mail.sender.address), address_of(mail.recipient)
    mail_from = address_of(mail.envelope_from) if mail.envelope_from else sender
    if not _MESSAGE_ID.fullmatch(mail.message_id) or len(mail.message_id) > 250:
        raise Permanent("header_refused", text="The message id is not one that mail servers take.")
    boundary = "=_" + hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]
    lines = [
        *_header("From", _mailbox(Mailbox(mail.sender.name, sender))),
        *_header("To", recipient),
        *_header("Subject", _words("Subject", mail.subject)),
        f"Date: {format_datetime(now)}",
        f"Message-ID: {mail.message_id}",
        *_extra_headers(mail),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
        "",
    ]
    head = "\r\n".join(lines).encode("utf-8")
    end = f"--{boundary}--\r\n".encode()
    marked = b"".join((head, _part(boundary, "plain", mail.text), _part(boundary, "html", mail.html), end))
    dotted = marked.replace(_MARK, b".") + b".\r\n"
    return Envelope(mail.message_id, mail_from, recipient, marked.replace(_MARK, b""), dotted)


def address_of(address: str) -> str:
    """`address` with its domain in ASCII (IDNA); Permanent `address_refused` when it is not a plain single address.

    No route, comment, display name or second address gets through. A local part may be UTF-8 (RFC 6531).
    """
    local, at, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            domain = ""
    well_formed = _LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)
    if not (at and well_formed and _DOMAIN.fullmatch(domain) and not _surrogate(local)):
        raise Permanent("address_refused", text="The address is not one that mail can be sent to.")
    return f"{local}@{domain}"


def _extra_headers(mail: OutgoingMail) -> Iterator[str]:
    seen: set[str] = set()
    for name, value in mail.headers.items():
        key = name.lower()
        if not _HEADER_NAME.fullmatch(name) or key in _OWN_HEADERS or key.startswith("content-") or key in seen:
            raise Permanent("header_refused", text="A header's name is not allowed.")
        seen.add(key)
        # Structured values such as List-Unsubscribe must stay as they are; only what is not ASCII needs words.
        yield from _header(name, _checked(value) if value.isascii() else _words(name, value))


def _header(name: str, value: str) -> list[str]:
    """The lines of one header; a long value is folded at its spaces. `value` has been checked, and may be folded."""
    lines = [piece for line in f"{name}: {value}".split("\r\n") for piece in _fold(line)]
    if any(len(line.encode()) > _LONGEST_LINE for line in lines):
        raise Permanent("header_refused", text="A header's value is too long for one line.")
    return lines


def _fold(line: str) -> Iterator[str]:
    while len(line) > _LINE:
        at = line.rfind(" ", 1, _LINE + 1)
        # A break after the name's colon, or one that leaves only blanks, would make a line that readers may drop.
        if at < 1 or not line[:at].strip() or line[:at].endswith(":"):
            at = line.find(" ", _LINE)
        if at < 1 or not line[at:].strip():
            break
        yield line[:at]
        line = line[at:]
    yield line


def _words(name: str, value: str) -> str:
    """`value` as the text of a header: as it is when plain ASCII, else in encoded words (RFC 2047)."""
    _checked(value)
    # An ASCII text with "=?" in it would be decoded by readers, and one with outer or double blanks would lose them.
    if value.isascii() and "=?" not in value and value == " ".join(value.split()):
        return value
    return Header(value, "utf-8", maxlinelen=_LINE, header_name=name).encode(linesep="\r\n")


def _checked(value: str) -> str:
    if _CONTROL.search(value) or _surrogate(value):
        raise Permanent("header_refused", text="A header's value holds a control character.")
    return value


def _mailbox(mailbox: Mailbox) -> str:
    if not mailbox.name:
        return mailbox.address
    name = _words("From", mailbox.name)
    if name == mailbox.name and not _ATOMS.fullmatch(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name} <{mailbox.address}>"


def _part(boundary: str, subtype: str, text: str) -> bytes:
    """One body part, marked, as it is where every relay lets that through unchanged, else in quoted-printable."""
    text = text.rstrip("\r\n") + "\n"
    lines = (_LINE_END.sub("\n", text) if "\r" in text else text).split("\n")
    try:
        encoding, body = "7bit", b"\r\n".join(map(_AS_IT_IS.__getitem__, lines))
    except _TouchedOnTheWay:
        encoding, body = "quoted-printable", b"\r\n".join(map(_QUOTED.__getitem__, lines))
    head = (
        f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return b"".join((head.encode(), body, b"\r\n"))


class _TouchedOnTheWay(Exception):
    """A line that not every relay leaves alone."""


class _Lines(dict[str, bytes]):
    """Lines of bodies and how each is sent, with `_MARK` before a dot that begins a line.

    Most lines of a mail stand in many: these are kept, from the second time on, so that what is said to one reader
    does not push them out. Threads share it: each of its uses is one step.
    """

    def __init__(self, encoded: Callable[[str], bytes]) -> None:
        super().__init__()
        self._encoded = encoded
        self._seen: set[int] = set()
        """Hashes of lines that were met."""

    def __missing__(self, line: str) -> bytes:
        encoded = self._encoded(line)
        marked = (_MARK + encoded if encoded.startswith(b".") else encoded).replace(b"\r\n.", b"\r\n" + _MARK + b".")
        if (met := hash(line)) in self._seen:
            if len(self) >= _LINES_KEPT:
                self.clear()
            self[line] = marked
        else:
            if len(self._seen) >= _LINES_KEPT:
                self._seen.clear()
            self._seen.add(met)
        return marked


def _as_it_is(line: str) -> bytes:
    """Printable ASCII, not long, no blank at its end, no "From " first; _TouchedOnTheWay for any other.

    A mailbox puts a ">" before such a "From ", and some servers cut blanks; either would break the signature.
    """
    safe = line.isascii() and len(line) <= _LONGEST_SAFE and line == line.rstrip() and not line.startswith("From ")
    if not safe or not line.replace("\t", "").isprintable():
        raise _TouchedOnTheWay
    return line.encode("ascii")


def _quoted(line: str) -> bytes:
    """One line in quoted-printable, in as many as it takes."""
    return binascii.b2a_qp(line.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")


_AS_IT_IS: Final = _Lines(_as_it_is)
_QUOTED: Final = _Lines(_quoted)


def _surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)

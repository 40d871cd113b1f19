"""Putting a mail on paper: headers and a two-part body as bytes, after RFC 5322, 2045-2047 and 6532.

Assembled by hand from constant parts: `EmailMessage` with its policies takes many times longer for the same bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
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
_PRINTABLE: Final = bytes(range(0x20, 0x7F)) + b"\t\n"


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
    content = b"".join((head, _part(boundary, "plain", mail.text), _part(boundary, "html", mail.html)))
    return Envelope(mail.message_id, mail_from, recipient, content + f"--{boundary}--\r\n".encode())


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
    """One body part, as it is where every relay lets that through unchanged, else in quoted-printable."""
    text = text.rstrip("\r\n") + "\n"
    plain = _LINE_END.sub("\n", text) if "\r" in text else text
    content = plain.encode("utf-8", "replace")
    if _is_safe(content):
        encoding, body = "7bit", content.replace(b"\n", b"\r\n")
    else:
        encoding, body = "quoted-printable", b"\r\n".join(map(_quoted, plain.split("\n")))
    head = (
        f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return b"".join((head.encode(), body, b"\r\n"))


@lru_cache(maxsize=8192)
def _quoted(line: str) -> bytes:
    """One line in quoted-printable, in as many as it takes. Most lines of a text part stand in many mails."""
    return binascii.b2a_qp(line.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")


def _is_safe(content: bytes) -> bool:
    """Whether relays leave `content` alone: printable ASCII, no long line, no blank at a line's end, no "From " first.

    A mailbox puts a ">" before such a "From ", and some servers cut blanks; either would break the signature.
    """
    if not content.isascii() or content.translate(None, _PRINTABLE) or b" \n" in content:
        return False
    if (b"\t" in content and b"\t\n" in content) or b"\nFrom " in content or content.startswith(b"From "):
        return False
    # From one line's end to the last that is near enough: a large mail has a tenth as many steps as lines.
    at, last = -1, len(content) - 1
    while last - at - 1 > _LONGEST_SAFE:
        at = content.rfind(b"\n", at + 1, at + _LONGEST_SAFE + 2)
        if at < 0:
            return False
    return True


def _surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)

"""Reading mail that came back to us: delivery reports (RFC 3464), complaints (RFC 5965), automatic answers (RFC 3834).

Whatever is in it was written by somebody else. Nothing here raises, whatever the bytes; what cannot be read is `other`.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from typing import Final
from uuid import UUID

from webapp.domain.bounce import ReportKind, code_of, kind_of_failure, strongest
from webapp.gateways.mail_text import MailText, fields_of

MOST_BYTES: Final = 256 * 1024
"""More of a mail is not looked at: reports put what matters first."""
_LONGEST_DIAGNOSIS: Final = 300

_TOKEN: Final = re.compile(r"\bbounce\+([0-9a-f]{32,50})@", re.IGNORECASE)
_OUR_ID: Final = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})@", re.IGNORECASE)
_MESSAGE_ID: Final = re.compile(rb"^Message-ID:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS: Final = re.compile(r"[^\s<>\"'(),;:\[\]]+@[^\s<>\"'(),;:\[\]]+")

_FROM_SERVER: Final = re.compile(
    r"mailer-daemon|postmaster|mail delivery|mail administrator|mdaemon|bounce|<>", re.IGNORECASE
)
_SAYS_BOUNCE: Final = re.compile(
    r"undeliver|not delivered|delivery (status )?(notification|failure|has failed|failed|problem|report|incomplete)"
    r"|failure notice|returned (e-?)?mail|mail delivery failed|delivery error|message status|mail system error"
    r"|nondeliverable|could not (be delivered|send message)|rejected:|unzustellbar|non remis|no se pudo entregar"
    r"|mail failure|warning: message|delayed|mail could not be delivered",
    re.IGNORECASE,
)
_SAYS_DELAY: Final = re.compile(
    r"\bdelay(ed)?\b|still (being )?(trying|tried)|will (keep|continue) (on )?trying|has not yet been delivered"
    r"|no action is required|warning: could not send",
    re.IGNORECASE,
)
_SAYS_AWAY: Final = re.compile(
    r"out of (the )?office|auto(matic|mated)?[ -]?(reply|response|responder|answer)|vacation|away from"
    r"|on (annual )?leave|abwesenheit|autoreply|automatische antwort|r[ée]ponse automatique|respuesta autom|absence"
    r"|thank you for (your (e-?mail|message)|contacting)",
    re.IGNORECASE,
)
_SAYS_CHALLENGE: Final = re.compile(
    r"(confirm|verify|prove)\b.{0,80}\b(you are|sender|human|real person|your (message|e-?mail|address) (will|to)|"
    r"delivery)|challenge[- ]response|sender (address )?verification|awaiting your (confirmation|verification)"
    r"|requires? (your )?(confirmation|verification)|boxbe|spamarrest|click .{0,60}\b(approve|release|deliver)",
    re.IGNORECASE | re.DOTALL,
)
_SAYS_COMPLAINT: Final = re.compile(r"complaint about message|abuse report|spam (report|complaint)", re.IGNORECASE)
_COMPLAINTS: Final = ("abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "complaint", "")
_AUTO_FIELDS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply")
_CHALLENGE_FIELDS: Final = ("x-challenge", "x-boxbe-challenge", "x-spamarrest-challenge", "x-tmda-fingerprint")


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail says, and by what it names ours.

    `tokens` are of envelope senders, `message_ids` of Message-IDs that have the form of ours, both as they stand in the
    mail: whether there are such messages is for the rows to say. `diagnosis` is the server's own words, without any
    address.
    """

    kind: ReportKind
    status_code: str = ""
    diagnosis: str = ""
    tokens: tuple[str, ...] = ()
    message_ids: tuple[UUID, ...] = ()


def read_report(raw: bytes) -> Report:
    """What a mail that came back says. Never raises."""
    try:
        return _read(message_from_bytes(raw[:MOST_BYTES]))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        # The standard library's parser is lenient, not unbreakable; a mail that breaks it is no report of ours.
        return Report(ReportKind.OTHER, diagnosis="unreadable")


def message_id_of(raw: bytes) -> str:
    """The mail's own Message-ID as it stands in its head, or "". Never raises."""
    found = _MESSAGE_ID.search(re.split(rb"\r?\n\r?\n", raw[:MOST_BYTES], maxsplit=1)[0])
    return found[1].decode("ascii", "replace") if found else ""


def our_id_in(message_id: str) -> UUID | None:
    """The id of a message of ours that a Message-ID has the form of."""
    found = _OUR_ID.match(message_id)
    return UUID(found[1]) if found else None


def _read(mail: Message) -> Report:
    said = MailText(mail)
    kind, code, words = _judge(said)
    everything = said.everything()
    return Report(
        kind=kind,
        status_code=code,
        diagnosis=redacted(words),
        tokens=tuple(dict.fromkeys(each.lower() for each in _TOKEN.findall(everything))),
        message_ids=tuple(dict.fromkeys(UUID(each) for each in _OUR_ID.findall(everything))),
    )


def redacted(words: str) -> str:
    """One short line without any address."""
    return _ADDRESS.sub("<address>", " ".join(words.split()))[:_LONGEST_DIAGNOSIS]


def _judge(said: MailText) -> tuple[ReportKind, str, str]:
    """Kind, status code and words. The most definite form is asked first."""
    for judge in (_complaint, _delivery_status, _disposition, _challenge, _automatic, _loose_bounce, _loose_complaint):
        found = judge(said)
        if found is not None:
            return found
    return ReportKind.OTHER, "", ""


def _complaint(said: MailText) -> tuple[ReportKind, str, str] | None:
    for text in said.reports("message/feedback-report"):
        fields = fields_of(text)
        kind = fields.get("feedback-type", "").lower()
        is_complaint = kind in _COMPLAINTS
        return (ReportKind.COMPLAINT if is_complaint else ReportKind.OTHER), "", f"feedback: {kind or 'abuse'}"
    if said.get("x-hmxmroriginalrecipient") and said.has_copy():
        return ReportKind.COMPLAINT, "", "feedback: junk mail report"
    return None


def _delivery_status(said: MailText) -> tuple[ReportKind, str, str] | None:
    found: dict[ReportKind, tuple[str, str]] = {}
    for kind in ("message/delivery-status", "message/global-delivery-status"):
        for text in said.reports(kind):
            for group in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
                fields = fields_of(group)
                if "action" not in fields and "status" not in fields:
                    continue
                words = fields.get("diagnostic-code", "")
                # Where the machine's words say nothing, those for people often quote the server.
                judged = kind_of_failure(fields.get("action", ""), fields.get("status", ""), words or said.body)
                code = code_of(words)
                code = code if code and not code.endswith(".0.0") else code_of(fields.get("status", "")) or code
                found.setdefault(judged, (code, words or fields.get("status", "")))
    if not found:
        return None
    kind_found = strongest(found)
    return kind_found, *found[kind_found]


def _disposition(said: MailText) -> tuple[ReportKind, str, str] | None:
    """A receipt of a mail program (RFC 8098): somebody, or something, opened or deleted it."""
    if said.reports("message/disposition-notification"):
        return ReportKind.AUTOREPLY, "", "read receipt"
    return None


def _challenge(said: MailText) -> tuple[ReportKind, str, str] | None:
    words = f"{said.subject}\n{said.body[:3000]}"
    by_field = any(said.get(name) for name in _CHALLENGE_FIELDS)
    if by_field or (_SAYS_CHALLENGE.search(words) and not _is_from_server(said)):
        return ReportKind.CHALLENGE, "", said.subject
    return None


def _automatic(said: MailText) -> tuple[ReportKind, str, str] | None:
    submitted = said.get("auto-submitted").lower()
    says_bounce = _is_from_server(said) and _SAYS_BOUNCE.search(said.subject)
    if says_bounce or said.get("x-failed-recipients"):
        return None
    marked = (
        submitted.startswith(("auto-replied", "auto-notified"))
        or any(said.get(name) for name in _AUTO_FIELDS)
        or "auto_reply" in said.get("precedence").lower()
        or said.get("x-auto-response-suppress") != ""
        or said.get("x-precedence").lower() == "auto_reply"
    )
    if marked or _SAYS_AWAY.search(said.subject):
        return ReportKind.AUTOREPLY, "", "automatic answer"
    return None


def _loose_bounce(said: MailText) -> tuple[ReportKind, str, str] | None:
    """A bounce in no standard form: qmail's, exim's, and what gateways make up."""
    failed = bool(said.get("x-failed-recipients"))
    if not failed and not (
        _is_from_server(said) and (_SAYS_BOUNCE.search(said.subject) or "<>" in said.get("return-path"))
    ):
        return None
    if _SAYS_AWAY.search(said.subject):
        return ReportKind.AUTOREPLY, "", "automatic answer"
    words = said.body
    if _SAYS_DELAY.search(said.subject) or (_SAYS_DELAY.search(words) and not re.search(r"giv(en|ing) up", words)):
        return ReportKind.DELAYED, code_of(words), _telling_line(words)
    return kind_of_failure("failed", "", words), code_of(words), _telling_line(words)


def _loose_complaint(said: MailText) -> tuple[ReportKind, str, str] | None:
    if said.has_copy() and _SAYS_COMPLAINT.search(said.subject):
        return ReportKind.COMPLAINT, "", "feedback: in words"
    return None


def _is_from_server(said: MailText) -> bool:
    return bool(_FROM_SERVER.search(said.get("from")) or said.get("return-path").strip() == "<>")


def _telling_line(words: str) -> str:
    """The line of a text for people in which a server is quoted."""
    lines = [" ".join(line.split()) for line in words.splitlines()]
    return next((line for line in lines if code_of(line)), next((line for line in lines if "@" in line), ""))

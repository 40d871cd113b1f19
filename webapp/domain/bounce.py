"""What comes back for a mail of ours: which kinds there are, and what each says of the address it went to.

The codes are those of RFC 3463 and the registry it began. The rule is careful: only a refusal that speaks of the
mailbox itself is `hard`. What speaks of our standing, of size or of a moment says nothing about whose address it is.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class ReportKind(StrEnum):
    HARD_BOUNCE = "hard_bounce"  # there is no such mailbox, for good
    SOFT_BOUNCE = "soft_bounce"  # given up on; the mailbox may be fine tomorrow
    BLOCKED = "blocked"  # refused for what we are or what we wrote, not for whom it was
    DELAYED = "delayed"  # still being tried
    DELIVERED = "delivered"  # a receipt
    COMPLAINT = "complaint"  # the reader called it spam
    AUTOREPLY = "autoreply"  # nobody has read it yet
    CHALLENGE = "challenge"  # wants us to prove that we are people
    OTHER = "other"  # a person's answer, or nothing we know


ENDS_THE_MESSAGE: Final = frozenset({ReportKind.HARD_BOUNCE, ReportKind.SOFT_BOUNCE, ReportKind.BLOCKED})
"""The mail has not arrived and will not."""


@dataclass(frozen=True, slots=True)
class SoftRule:
    """How many days with a soft bounce, within how long, make an address that is given up."""

    bounced_on: int = 3
    within: timedelta = timedelta(days=30)

    def is_met(self, days: Collection[date]) -> bool:
        """Whether soft bounces on these days, all within the time, are too many. Several on one day are one outage."""
        return len(set(days)) >= self.bounced_on


SOFT_RULE: Final = SoftRule()

_HARD_CODES: Final = frozenset(
    {
        "5.1.0",  # other address status: senders of it mean the recipient
        "5.1.1",  # no such mailbox
        "5.1.2",  # no such domain
        "5.1.3",  # no such syntax
        "5.1.4",  # ambiguous
        "5.1.6",  # moved, no forwarding
        "5.1.9",  # no mail host is named
        "5.1.10",  # the domain takes no mail (RFC 7505)
        "5.2.0",
        "5.2.1",  # disabled
        "5.4.4",  # no route: the name does not exist
    }
)
_BLOCKED_CODES: Final = re.compile(r"5\.(1\.[78]|2\.3|3\.[24]|6\.\d+|7\.\d+)")
_NO_MAILBOX: Final = re.compile(
    r"user unknown|unknown user|no such (user|person|recipient|mailbox|address)"
    r"|(user|mailbox|recipient|account|address)"
    r"( \S+){0,3} (not found|unknown|does not exist|doesn't exist|not exist|is unavailable|is disabled|unavailable)"
    r"|(does not|doesn't) (exist|have a \S+ account)|no mailbox( here)? by that name"
    r"|unknown (recipient|mailbox|address)"
    r"|unrouteable address|mailbox unavailable|recipient( address)? rejected|invalid (recipient|mailbox|user|address)"
    r"|not a valid (recipient|mailbox|user)|account (has been |is )?(disabled|inactive|closed|suspended|deactivated)"
    r"|(address|mailbox) (is )?no longer (valid|available|in use|active)|host(name)? or domain name not found"
    r"|no longer (works|employed)|domain (not found|does not exist)|recipnotfound|not listed in",
    re.IGNORECASE,
)
_FULL: Final = re.compile(
    r"over ?quota|quota exceeded|exceeded (its|the|their|storage)|mailbox( is)? full|insufficient (system )?storage"
    r"|out of (disk|storage)|too full",
    re.IGNORECASE,
)
_POLICY: Final = re.compile(
    r"spam|blocked|block ?list|blacklist|reputation|policy|dmarc|\bspf\b|dkim|unsolicited|virus|content rejected"
    r"|not authori[sz]ed|access denied|administratively|message (size|too large)|too large|rejected due to",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY: Final = re.compile(r"(?<![\w.-])([45])\d\d(?=[ \-#])")


def kind_of_failure(action: str, status: str, diagnostic: str) -> ReportKind:
    """What one recipient of a delivery report says. `action` and `status` as RFC 3464 has them, or blank.

    What the other server said itself counts for more than the code its neighbour made of it: many write 5.0.0.
    """
    match action.strip().lower():
        case "delayed":
            return ReportKind.DELAYED
        case "delivered" | "relayed" | "expanded":
            return ReportKind.DELIVERED
    said, told = code_of(diagnostic), code_of(status)
    code = told if told and (not said or said.endswith(".0.0")) else said
    if _FULL.search(diagnostic):
        return ReportKind.SOFT_BOUNCE
    if code in _HARD_CODES:
        return _unless_policy(code, diagnostic)
    if code == "5.4.1":  # also how one large provider says that it knows no such recipient
        return ReportKind.HARD_BOUNCE if _NO_MAILBOX.search(diagnostic) else ReportKind.SOFT_BOUNCE
    if _BLOCKED_CODES.fullmatch(code):
        return ReportKind.HARD_BOUNCE if _says_only_no_mailbox(diagnostic) else ReportKind.BLOCKED
    if code.startswith("4"):
        return ReportKind.SOFT_BOUNCE
    return _by_words(diagnostic)


def _unless_policy(code: str, diagnostic: str) -> ReportKind:
    """Some answer "blocked" under the code of an unknown mailbox. In doubt the address is kept."""
    is_about_us = _POLICY.search(diagnostic) and not _NO_MAILBOX.search(diagnostic)
    return ReportKind.BLOCKED if is_about_us and code not in ("5.1.2", "5.1.10", "5.4.4") else ReportKind.HARD_BOUNCE


def _says_only_no_mailbox(diagnostic: str) -> bool:
    return bool(_NO_MAILBOX.search(diagnostic)) and not _POLICY.search(diagnostic)


def _by_words(diagnostic: str) -> ReportKind:
    if _NO_MAILBOX.search(diagnostic):
        return ReportKind.HARD_BOUNCE
    if _POLICY.search(diagnostic):
        return ReportKind.BLOCKED
    return ReportKind.SOFT_BOUNCE


def code_of(words: str) -> str:
    """The first status code of RFC 3463 in `words`, else the class of the first SMTP reply as `5.0.0`, else blank."""
    found = _CODE.search(words)
    if found:
        return ".".join(str(int(part)) for part in found.groups())
    reply = _REPLY.search(words)
    return f"{reply[1]}.0.0" if reply else ""


def strongest(kinds: Collection[ReportKind]) -> ReportKind:
    """What a report on several recipients says on the whole: ours has one, and lists are expanded by others."""
    return next((kind for kind in ReportKind if kind in kinds), ReportKind.OTHER)

"""The webhook gateway: one signed POST out, one answer back, and what the answer means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

from webapp.domain.answer_rule import AnswerRule, Verdict, judge
from webapp.domain.delivery import AttemptOutcome

JSON_TYPE: Final = "application/json"
EXCERPT_CHARACTERS: Final = 4096
REASON_CHARACTERS: Final = 200
LONGEST_WAIT: Final = timedelta(hours=24)
KEPT_HEADERS: Final = frozenset({"content-type", "content-length", "date", "retry-after", "server", "x-request-id"})

_RETRIED: Final = frozenset({408, 425, 429})
# Controls but tab and line feed, and what reorders or hides text: bidirectional marks, zero-width and tag characters.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SECONDS: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A body to post, signed when it is sent.

    `webhook_id` stays the same over retries. `secrets` are the endpoint's valid secrets, newest first: two during a
    rotation, and the request then carries a signature for each. `timestamp` is the time of this try, aware.
    `headers` are further ones, checked where they were set; one with a name of ours is overruled.
    """

    url: str
    body: bytes
    webhook_id: str
    secrets: tuple[str, ...] = field(repr=False)
    timestamp: datetime
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What the other side said. Hostile text: show `excerpt` as plain text only, never as markup.

    `headers` has lower-case names, only those of KEPT_HEADERS. `body` is what was read, up to the gateway's limit;
    `truncated` says that there was more. Store `excerpt` (at most EXCERPT_CHARACTERS, cleaned), not `body`.
    """

    status: int
    headers: Mapping[str, str]
    excerpt: str
    duration_ms: int
    body: bytes = field(default=b"", repr=False)
    truncated: bool = False


class WebhookGateway(Protocol):
    """Posts a request. Safe to call from several threads at once."""

    def post(self, request: WebhookRequest) -> WebhookAnswer:
        """Post and return the answer, whatever its status but a redirect; raises Retryable or Permanent."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer means for the delivery.

    `reason` is a machine code, or on a rejection the partner's own cleaned words (at most REASON_CHARACTERS).
    `retry_after` is set only on RETRYABLE and only when asked for, at most LONGEST_WAIT. `stop` asks that nothing more
    be sent to this endpoint at all (410).
    """

    kind: AttemptOutcome
    reason: str
    retry_after: timedelta | None = None
    stop: bool = False


def classify(answer: WebhookAnswer, *, now: datetime | None = None) -> Outcome:
    """The meaning of an answer, for every status and body (design, "Lead out").

    2xx is accepted unless a JSON object in the body says otherwise in `outcome` (accepted, rejected, duplicate, error;
    with `reason`); an `error` is tried again, since the webhook id stays the same. A body that was cut off or cannot be
    read leaves the status to speak alone. `now` is what a Retry-After date is counted from.
    """
    status = answer.status
    if 200 <= status < 300:
        return _from_body(answer)
    if status == 409:
        return Outcome(AttemptOutcome.DUPLICATE, "http_409")
    if status == 410:
        return Outcome(AttemptOutcome.PERMANENT, "http_410", stop=True)
    if status in _RETRIED or 500 <= status < 600:
        wait = retry_after(answer.headers.get("retry-after", ""), now=now or datetime.now(UTC))
        return Outcome(AttemptOutcome.RETRYABLE, f"http_{status}", wait)
    if 400 <= status < 500:
        return Outcome(AttemptOutcome.REJECTED, _said(answer)[1] or f"http_{status}")
    return Outcome(AttemptOutcome.PERMANENT, f"http_{status}")


def classify_by(rules: Sequence[AnswerRule], answer: WebhookAnswer, *, now: datetime) -> Outcome:
    """What an answer means to a partner whose method has `rules`; where none holds, what it means for everybody.

    A rule cannot make an answer that was cut short speak: its text is not all there.
    """
    judged = None if answer.truncated else judge(rules, answer.status, answer.body)
    if judged is None:
        return classify(answer, now=now)
    words = " ".join(clean(judged.reason).split())[:REASON_CHARACTERS]
    match judged.verdict:
        case Verdict.ACCEPTED:
            return Outcome(AttemptOutcome.ACCEPTED, f"http_{answer.status}")
        case Verdict.REJECTED:
            return Outcome(AttemptOutcome.REJECTED, words or "answer_rejected")
        case Verdict.DUPLICATE:
            return Outcome(AttemptOutcome.DUPLICATE, words or "answer_duplicate")
        case Verdict.ERROR:
            wait = retry_after(answer.headers.get("retry-after", ""), now=now)
            return Outcome(AttemptOutcome.RETRYABLE, "answer_error", wait)


def acknowledges(answer: WebhookAnswer) -> bool:
    """Whether the body of a 2xx answer says in `outcome` that what was asked is done, not only that it was heard."""
    return 200 <= answer.status < 300 and _said(answer)[0] == "acknowledged"


def retry_after(value: str, *, now: datetime) -> timedelta | None:
    """A Retry-After header (seconds or an HTTP date, RFC 9110 §10.2.3) as a wait of 0 to 24 h; None if unreadable."""
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(timedelta(seconds=int(value)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)


def excerpt_of(body: bytes, limit: int = EXCERPT_CHARACTERS) -> str:
    """The beginning of `body` as harmless plain text: broken UTF-8 and control characters become U+FFFD."""
    return clean(body[: limit * 4].decode("utf-8", "replace"))[:limit]


def clean(text: str) -> str:
    """`text` with control, bidirectional and invisible characters replaced by U+FFFD; line ends become line feeds."""
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _from_body(answer: WebhookAnswer) -> Outcome:
    outcome, reason = _said(answer)
    match outcome:
        case "rejected":
            return Outcome(AttemptOutcome.REJECTED, reason or "answer_rejected")
        case "duplicate":
            return Outcome(AttemptOutcome.DUPLICATE, reason or "answer_duplicate")
        case "error":
            return Outcome(AttemptOutcome.RETRYABLE, "answer_error")
        case _:
            return Outcome(AttemptOutcome.ACCEPTED, f"http_{answer.status}")


def _said(answer: WebhookAnswer) -> tuple[str, str]:
    """`outcome` and `reason` of a JSON object in the body; blanks where it says neither."""
    if answer.truncated:
        return "", ""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    outcome, reason = (value if isinstance(value, str) else "" for value in (body.get("outcome"), body.get("reason")))
    return outcome.strip().lower(), " ".join(clean(reason).split())[:REASON_CHARACTERS]

"""The webhook gateway: one signed POST out, one answer back, and what the answer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A body to post, signed when it is sent.

    `webhook_id` stays the same over retries. `secrets` are the endpoint's valid secrets, newest first: two during a
    rotation, and the request then carries a signature for each. `timestamp` is the time of this try, aware.
    """

    url: str
    body: bytes
    webhook_id: str
    secrets: tuple[str, ...]
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What the other side said. Hostile text: `excerpt` is plain text without control characters, never markup.

    `headers` has lower-case names and only those of KEPT_HEADERS. `truncated` says the body was longer than was read.
    """

    status: int
    headers: Mapping[str, str]
    excerpt: str
    duration_ms: int
    truncated: bool = False


class WebhookGateway(Protocol):
    """Posts a request. Safe to call from several threads at once."""

    def post(self, request: WebhookRequest) -> WebhookAnswer:
        """Post and return the answer, whatever its status but a redirect; raises Retryable or Permanent."""
        ...

"""The request that a method makes of a lead's document, and what of it is kept for the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.domain.delivery import Channel
from webapp.domain.delivery_method import JSON_TYPE, PostConfig, body_for, read_config
from webapp.domain.errors import Problem
from webapp.gateways.http_webhook import headers_of
from webapp.gateways.sealing import Seal
from webapp.gateways.webhook import WebhookRequest
from webapp.models import PartnerEndpoint
from webapp.services.signing_secret import secrets_of

REDACTED = "[not shown]"
KEPT_BODY = 16_384
_SECRET_HEADERS = frozenset({"webhook-signature", "authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request ready to be posted. Where there are problems it must not be."""

    request: WebhookRequest
    problems: tuple[Problem, ...]


def prepare(
    method: PartnerEndpoint,
    document: dict[str, Any],
    posting: bytes,
    *,
    webhook_id: str,
    seal: Seal,
    at: datetime,
    redelivery: bool = False,
) -> Prepared:
    """The request for `document`, whose bytes are `posting`: a webhook sends those, others draw fields from it."""
    config, headers = read_config(method.kind, method.config), {}
    body, content_type, problems = posting, JSON_TYPE, tuple[Problem, ...]()
    if method.kind is not Channel.WEBHOOK:
        drawn = body_for(method.kind, config, document)
        body, content_type, problems = drawn.content, drawn.content_type, drawn.problems
    if isinstance(config, PostConfig) and config.credential_header and method.sealed_credential:
        headers[config.credential_header] = seal.open(method.sealed_credential)
    if redelivery:
        headers["X-Redelivery"] = "true"
    request = WebhookRequest(
        url=method.url or "",
        body=body,
        webhook_id=webhook_id,
        secrets=secrets_of(method, seal, at),
        timestamp=at,
        content_type=content_type,
        headers=headers,
    )
    return Prepared(request, problems)


def shown_url(url: str) -> str:
    """An address as it may be shown: what follows the question mark is often a key."""
    path, asks, _ = url.partition("?")
    return f"{path}?{REDACTED}" if asks else path


def for_log(request: WebhookRequest) -> dict[str, Any]:
    """`request` as it is kept and shown: without secrets, its body cut at KEPT_BODY characters."""
    hidden = _SECRET_HEADERS | {name.lower() for name in request.headers if name != "X-Redelivery"}
    body = request.body.decode("utf-8", "replace").replace("\x00", "\ufffd")
    return {
        "method": "POST",
        "url": shown_url(request.url),
        "headers": {name: REDACTED if name.lower() in hidden else value for name, value in headers_of(request).items()},
        "body": body[:KEPT_BODY],
        "cut": len(body) > KEPT_BODY,
    }

"""Sample leads: an invented student, marked as a test, for partners that try out their systems. Nothing is kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.answer_rule import AnswerRule, judge
from webapp.domain.clock import Clock
from webapp.domain.delivery import Channel
from webapp.domain.delivery_method import (
    JSON_TYPE,
    Body,
    Config,
    PostConfig,
    Wanted,
    WebhookConfig,
    body_for,
    read_config,
)
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.gateways.signature import new_secret
from webapp.gateways.webhook import Outcome, WebhookAnswer, WebhookRequest, classify_by
from webapp.models import PartnerEndpoint
from webapp.queries.delivery_method import MethodRow
from webapp.services import message
from webapp.services.handover import Outside, post
from webapp.services.partner_request import for_log, prepare
from webapp.services.sample_document import sample_document
from webapp.services.transaction import Begin


@dataclass(frozen=True, slots=True)
class Exchange:
    """A test as it went: the request without its secrets, what it came to, and the answer, whose text is hostile."""

    request: dict[str, Any] | None
    outcome: Outcome | None
    answer: WebhookAnswer | None
    problems: tuple[Problem, ...] = ()
    mailed_to: str | None = None
    rule: int | None = None
    """Which of the method's answer rules decided, from 1; None where none did."""


def preview(session: Session, links: Links, clock: Clock, partner_id: UUID, kind: Channel, config: Any) -> Body:
    """What a method of `kind` with `config` (JSON form, perhaps not stored yet) would send of a sample lead.

    Refused, fault by fault, when the settings cannot be read. What this lead lacks is in the body's problems.
    """
    document = sample_document(session, links, partner_id, at=clock.now())
    return body_for(kind, read_config(kind, config), document)


def preview_request(
    session: Session, links: Links, clock: Clock, partner_id: UUID, wanted: Wanted
) -> tuple[dict[str, Any] | None, Body]:
    """The whole request that `wanted` would make of a sample lead, its secrets hidden, and its body.

    No request for methods that post nothing. Refused as by `preview`.
    """
    config = wanted.config or {}
    body = preview(session, links, clock, partner_id, wanted.kind, config)
    if not wanted.kind.posts:
        return None, body
    header = str(config.get("credential_header") or "")
    return for_log(
        WebhookRequest(
            url=wanted.url or "",
            body=body.content,
            webhook_id="msg_sample",
            secrets=(new_secret(),),  # a signature is never shown
            timestamp=clock.now(),
            content_type=body.content_type,
            headers={header: ""} if header else {},
        )
    ), body


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer would be taken. `rule` is the number of the rule that decided; None: what holds for everybody."""

    outcome: Outcome
    rule: int | None


def read_answer(clock: Clock, kind: Channel, config: Any, *, status: int, body: str) -> Reading:
    """How an answer of `status` with `body` would be taken by a method with `config` (JSON form, perhaps not stored).

    Refused, fault by fault, when the settings cannot be read.
    """
    rules = _rules_of(read_config(kind, config))
    answer = WebhookAnswer(status, {}, body, 0, body.encode())
    return Reading(classify_by(rules, answer, now=clock.now()), _rule_of(rules, answer))


def sample_file(session: Session, links: Links, clock: Clock, method: MethodRow) -> tuple[bytes, str]:
    """What the method makes of a sample lead, and its media type; the whole document where it sends no body."""
    body = preview(session, links, clock, method.partner_id, method.kind, method.config)
    if body.content_type:
        return body.content, body.content_type
    document = sample_document(session, links, method.partner_id, at=clock.now())
    return json.dumps(document, ensure_ascii=False, indent=2).encode(), JSON_TYPE


def send_sample(
    begin: Begin, clock: Clock, outside: Outside, method_id: UUID, *, partner_id: UUID | None = None
) -> Exchange:
    """Post a sample lead by the method, disabled or not, through the same client as leads, and say how it went.

    A method that mails gets a mail. Nothing is counted and nothing kept. Refused for files and the portal; NotFound
    when it is not `partner_id`'s.
    """
    now = clock.now()
    with begin() as session:
        method = session.get(PartnerEndpoint, method_id)
        is_theirs = method is not None and partner_id in (None, method.partner_id)
        if method is None or not is_theirs or method.removed_at is not None:
            raise NotFound("There is no such delivery method.")
        if method.kind is Channel.EMAIL:
            return _mail(session, method, at=now)
        if not method.kind.posts:
            raise Refused(Problem("method", "sends nothing that could be tried.", "Look at the preview instead."))
        prepared, rules = _prepared(session, method, outside, at=now)
    if prepared[1]:
        return Exchange(for_log(prepared[0]), None, None, prepared[1])
    answered = post(outside.webhook, prepared[0], clock, rules)
    return Exchange(for_log(prepared[0]), answered.outcome, answered.answer, rule=_rule_of(rules, answered.answer))


def _prepared(
    session: Session, method: PartnerEndpoint, outside: Outside, *, at: datetime
) -> tuple[tuple[WebhookRequest, tuple[Problem, ...]], tuple[AnswerRule, ...]]:
    document = sample_document(session, outside.links, method.partner_id, at=at)
    posting = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    # Each test has an id of its own: a receiver that knows the last one would call it a repeat.
    made = prepare(method, document, posting, webhook_id=f"msg_test{new_id().hex}", seal=outside.seal, at=at)
    return (made.request, made.problems), _rules_of(read_config(method.kind, method.config))


def _rules_of(config: Config) -> tuple[AnswerRule, ...]:
    return config.answers if isinstance(config, PostConfig | WebhookConfig) else ()


def _rule_of(rules: Sequence[AnswerRule], answer: WebhookAnswer | None) -> int | None:
    judged = None if answer is None or answer.truncated else judge(rules, answer.status, answer.body)
    return judged.number if judged else None


def _mail(session: Session, method: PartnerEndpoint, *, at: datetime) -> Exchange:
    message.queue(
        session,
        key=f"method:{method.id}:sample:{new_id()}",
        message_class=MessageClass.PARTNER,
        template=Template.PARTNER_LEAD,
        at=at,
        partner_id=method.partner_id,
        about={"endpoint_id": str(method.id), "sample": True},
    )
    return Exchange(None, None, None, mailed_to=str(method.config["address"]))

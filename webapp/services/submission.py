"""A submission: everything a student asked for, stored in one transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import consent as words
from webapp.domain.clock import Clock
from webapp.domain.delivery import Channel, DeliveryStatus
from webapp.domain.errors import Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.ids import address_key, new_id, token_hash
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.domain.submission import IntroductionRequest, Submission
from webapp.models import Consent, Delivery, Lead, LeadEvent, Match, Message, OutboxEvent, Prospect
from webapp.models import Submission as SubmissionRow
from webapp.observability.metrics import SUBMISSIONS
from webapp.queries.partner import Offer, current_endpoints, offers_for
from webapp.services import consent, message, suppression
from webapp.services.replay import digest_of
from webapp.services.rows import insert_rows


@dataclass(frozen=True, slots=True)
class Policy:
    """How long a student may undo, and when an undelivered lead ends."""

    undo_window: timedelta
    lead_expiry: timedelta


@dataclass(frozen=True, slots=True)
class Stored:
    """What `submit` made, or had made before under the same nonce."""

    submission_id: UUID
    prospect_id: UUID
    is_new: bool


def submit(
    session: Session,
    clock: Clock,
    links: Links,
    policy: Policy,
    submission: Submission,
    *,
    profile: Mapping[str, Any],
    ranking: Mapping[str, Any],
    ranked_on: date | None = None,
    ranked_k: int | None = None,
) -> Stored:
    """Store prospect, matches, consents, leads, deliveries, messages and outbox events, or nothing.

    `profile` and `ranking` are the JSON forms of design.md §8, the ranking as the student sees it; `ranked_on` is the
    day it was worked out for (today, unless told) and `ranked_k` how many matches were asked for (as many as there are,
    unless told): with them it can be replayed. The same nonce again returns what was stored first, however many come at
    once. Refused when a ticked school is not in the ranking, or its consent words have changed since the page came up.
    """
    before = _stored_before(session, submission.nonce)
    if before is not None:
        SUBMISSIONS.labels("repeated").inc()
        return before
    now = clock.now()
    offers = _checked_offers(session, submission, ranking)
    email_key = address_key(links.secret, submission.contact.email)
    prospect_id, submission_id = new_id(), new_id()
    matches = _match_rows(submission_id, ranking)
    match_ids = {row["program_id"]: row["id"] for row in matches}
    leads = [
        _lead_row(submission_id, prospect_id, match_ids[offer.program_id], offer, submission, policy, now)
        for offer in offers
    ]
    wordings = list(_wordings(submission, offers, leads))
    chain = consent.Chain(prospect_id, email_key)
    messages = _message_rows(submission, submission_id, prospect_id, now)
    asked = {"ranked_on": ranked_on or now.date(), "ranked_k": len(matches) if ranked_k is None else ranked_k}
    insert_rows(
        session,
        [
            (Prospect, [_prospect_row(prospect_id, email_key, submission, links, now)]),
            (
                SubmissionRow,
                [{**asked, **_submission_row(submission_id, prospect_id, submission, profile, ranking, now)}],
            ),
            (Match, matches),
            (Lead, leads),
            (LeadEvent, [_event_row(lead, now) for lead in leads]),
            (Delivery, _delivery_rows(session, leads, now)),
            (Consent, consent.links(chain, wordings, at=now, submission_id=submission_id)),
            (Message, messages),
            (OutboxEvent, [*_due(EventKind.MESSAGE_DUE, messages), *_due(EventKind.LEAD_DUE, leads)]),
        ],
    )
    _honour_privacy_control(session, submission, prospect_id, now)
    SUBMISSIONS.labels("stored").inc()
    return Stored(submission_id, prospect_id, is_new=True)


def _honour_privacy_control(session: Session, submission: Submission, prospect_id: UUID, now: datetime) -> None:
    """Whoever asks browsers to say so wants no mail beyond what they asked for."""
    if submission.gpc:
        suppression.suppress_prospect(
            session, prospect_id, MessageClass.FOLLOW_UP, reason="global_privacy_control", at=now
        )


def _stored_before(session: Session, nonce: str) -> Stored | None:
    """What this nonce made before. Posts with the same nonce wait for each other here, and only those."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(nonce, 1))))
    row = session.execute(
        select(SubmissionRow.id, SubmissionRow.prospect_id).where(SubmissionRow.nonce == nonce)
    ).first()
    return Stored(row.id, row.prospect_id, is_new=False) if row else None


def _checked_offers(session: Session, submission: Submission, ranking: Mapping[str, Any]) -> list[Offer]:
    if not submission.introductions and not submission.wants_mail:
        raise Refused(Problem("submission", "Nothing was asked for.", "Tick the mail, or at least one school."))
    if submission.introductions and not submission.channels:
        raise Refused(Problem("channels", "No way to reach you was chosen.", "Tick at least one."))
    ranked = {match["program_id"] for match in ranking["matches"]}
    wanted = [request for request in submission.introductions if request.program_id in ranked]
    found = offers_for(session, (request.program_id for request in wanted))
    offers: dict[UUID, Offer] = {}
    for request in submission.introductions:
        offer = found.get(request.program_id)
        if offer is None or offer.partner_id != request.partner_id:
            raise Refused(
                Problem(
                    "introductions",
                    "The list has changed since this page was shown: a school you ticked is no longer on it.",
                    "Look at the new list and tick again. Nothing was sent.",
                )
            )
        _check_words(request)
        offers.setdefault(offer.partner_id, offer)
    return list(offers.values())


def _check_words(request: IntroductionRequest) -> None:
    if request.text_version != words.CONSENT_TEXT_VERSION:
        raise Refused(
            Problem(
                "introductions",
                "The words you would agree to have changed since this page was shown.",
                "Read the new words and tick again. Nothing was sent.",
            )
        )


def _prospect_row(
    prospect_id: UUID, email_key: bytes, submission: Submission, links: Links, now: datetime
) -> dict[str, Any]:
    return {
        "id": prospect_id,
        "email_key": email_key,
        "email": submission.contact.email,
        "first_name": submission.contact.first_name or None,
        "last_name": submission.contact.last_name or None,
        "phone": submission.contact.phone,
        "data_hash": token_hash(links.my_data_token(prospect_id)),
        "created_at": now,
        "updated_at": now,
    }


def _submission_row(
    submission_id: UUID,
    prospect_id: UUID,
    submission: Submission,
    profile: Mapping[str, Any],
    ranking: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": submission_id,
        "nonce": submission.nonce,
        "draft_id": submission.draft_id,
        "prospect_id": prospect_id,
        "profile": dict(profile),
        "engine_version": ranking["engine"],
        "weights_version": ranking["weights"],
        "catalog_version": ranking["catalog"],
        "considered": ranking["considered"],
        "excluded": dict(ranking["excluded"]),
        "ranking_digest": digest_of(ranking),
        "wants_mail": submission.wants_mail,
        "attribution": dict(submission.attribution),
        "page": submission.page,
        "gpc": submission.gpc,
        "created_at": now,
    }


def _match_rows(submission_id: UUID, ranking: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "submission_id": submission_id,
            "program_id": match["program_id"],
            "rank": match["rank"],
            "score": match["score"],
            "low": match["interval"][0],
            "high": match["interval"][1],
            "coverage": match["coverage"],
            "band": match["band"],
            "verdict": match["verdict"],
            "contributions": match["contributions"],
            "reasons": match["reasons"],
            "caveats": match["caveats"],
            "gaps": match["gaps"],
        }
        for match in ranking["matches"]
    ]


def _lead_row(
    submission_id: UUID,
    prospect_id: UUID,
    match_id: UUID,
    offer: Offer,
    submission: Submission,
    policy: Policy,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "submission_id": submission_id,
        "match_id": match_id,
        "prospect_id": prospect_id,
        "partner_id": offer.partner_id,
        "program_id": offer.program_id,
        "status": LeadStatus.UNDO_WINDOW,
        "reason": "submitted",
        "test": offer.test,
        "channels": sorted(submission.channels),
        "undo_until": now + policy.undo_window,
        "due_at": now + policy.undo_window,
        "expires_at": now + policy.lead_expiry,
        "created_at": now,
    }


def _event_row(lead: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {"lead_id": lead["id"], "at": now, "to_status": lead["status"], "reason": "submitted"}


def _delivery_rows(session: Session, leads: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    if not leads:
        return []
    endpoints = current_endpoints(session, [lead["partner_id"] for lead in leads])
    return [_delivery_row(lead, endpoints.get(lead["partner_id"]), now) for lead in leads]


def _delivery_row(lead: Mapping[str, Any], endpoint_id: UUID | None, now: datetime) -> dict[str, Any]:
    delivery_id = new_id()
    return {
        "id": delivery_id,
        "lead_id": lead["id"],
        "endpoint_id": endpoint_id,
        "channel": Channel.WEBHOOK,
        "webhook_id": f"msg_{delivery_id.hex}",
        "status": DeliveryStatus.WAITING,
        "created_at": now,
    }


def _due(kind: EventKind, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return ({"kind": kind, "subject_id": row["id"], "due_at": row["due_at"]} for row in rows)


def _wordings(submission: Submission, offers: list[Offer], leads: list[dict[str, Any]]) -> Iterator[consent.Wording]:
    if submission.wants_mail:
        yield consent.Wording(
            kind=words.ConsentKind.GIVEN,
            purpose=words.ConsentPurpose.MATCHES_BY_MAIL,
            legal_entity="Program Match",
            program_id="",
            channels=("email",),
            text_version=words.CONSENT_TEXT_VERSION,
            text=words.matches_by_mail_text(),
            page=submission.page,
        )
    for offer, lead in zip(offers, leads, strict=True):
        yield consent.Wording(
            kind=words.ConsentKind.GIVEN,
            purpose=words.ConsentPurpose.INTRODUCTION,
            legal_entity=offer.legal_name,
            program_id=offer.program_id,
            channels=tuple(sorted(submission.channels)),
            text_version=words.CONSENT_TEXT_VERSION,
            text=words.introduction_text(offer.legal_name, offer.program_name),
            page=submission.page,
            lead_id=lead["id"],
        )


def _message_rows(
    submission: Submission, submission_id: UUID, prospect_id: UUID, now: datetime
) -> list[dict[str, Any]]:
    """One mail for each submission: the list with the introductions in it, or the introductions alone."""
    template = Template.MATCHED_PROGRAMS if submission.wants_mail else Template.INTRODUCTIONS_OPENED
    return [
        {
            "id": new_id(),
            "key": f"submission:{submission_id}:{template}:{message.TEMPLATE_VERSION}",
            "message_class": MessageClass.MATCHES if submission.wants_mail else MessageClass.TRANSACTIONAL,
            "template": template,
            "template_version": message.TEMPLATE_VERSION,
            "prospect_id": prospect_id,
            "submission_id": submission_id,
            "status": MessageStatus.PENDING,
            "due_at": now,
            "created_at": now,
        }
    ]

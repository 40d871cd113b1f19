"""The rows of a submission, before they are stored: values only, nothing is looked up and nothing written here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from webapp.domain import consent as words
from webapp.domain.delivery import Channel, DeliveryStatus
from webapp.domain.duplicate import Facts
from webapp.domain.events import EventKind
from webapp.domain.ids import address_key, new_id, token_hash
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.domain.partner import in_order
from webapp.domain.question import Answer
from webapp.domain.submission import Submission
from webapp.models import (
    Base,
    Consent,
    Delivery,
    Lead,
    LeadAnswer,
    LeadEvent,
    Match,
    Message,
    OutboxEvent,
    Prospect,
    ProspectKey,
)
from webapp.models import Submission as SubmissionRow
from webapp.queries.offer import Offer
from webapp.services import consent, message, person_key
from webapp.services.question import answer_rows
from webapp.services.replay import digest_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Policy:
    """How long a student may undo, and when an undelivered lead ends."""

    undo_window: timedelta
    lead_expiry: timedelta


@dataclass(frozen=True, slots=True)
class Ranked:
    """The question and the answer as the student saw it, in JSON form, and what it takes to rank it again."""

    profile: Mapping[str, Any]
    ranking: Mapping[str, Any]
    on: date
    k: int
    put_aside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes the rows of one submission, which all share these values."""

    submission: Submission
    submission_id: UUID
    prospect_id: UUID
    links: Links
    policy: Policy
    now: datetime

    def all(
        self,
        ranked: Ranked,
        offers: Sequence[Offer],
        answers: Mapping[UUID, Sequence[Answer]],
        endpoints: Mapping[UUID, UUID],
    ) -> list[tuple[type[Base], Sequence[Row]]]:
        """Every row by table. `answers` and `endpoints` are by partner; offers are those that were ticked."""
        prospect = self._prospect()
        matches = self._matches(ranked.ranking)
        match_ids = {row["program_id"]: row["id"] for row in matches}
        leads = [self._lead(offer, match_ids[offer.program_id]) for offer in offers]
        chain = consent.Chain(self.prospect_id, prospect["email_key"])
        wordings = list(self._wordings(offers, leads))
        messages = [self._message()]
        return [
            (Prospect, [prospect]),
            (ProspectKey, self._keys(ranked.profile)),
            (SubmissionRow, [self._submission(ranked)]),
            (Match, matches),
            (Lead, leads),
            (LeadEvent, [self._event(lead) for lead in leads]),
            (LeadAnswer, [row for lead in leads for row in answer_rows(lead["id"], answers[lead["partner_id"]])]),
            (Delivery, [self._delivery(lead, endpoints.get(lead["partner_id"])) for lead in leads]),
            (Consent, list(consent.links(chain, wordings, at=self.now, submission_id=self.submission_id))),
            (Message, messages),
            (OutboxEvent, [*_due(EventKind.MESSAGE_DUE, messages), *_due(EventKind.LEAD_DUE, leads)]),
        ]

    def _prospect(self) -> Row:
        contact = self.submission.contact
        return {
            "id": self.prospect_id,
            "email_key": address_key(self.links.secret, contact.email),
            "email": contact.email,
            "first_name": contact.first_name or None,
            "last_name": contact.last_name or None,
            "phone": contact.phone,
            "data_hash": token_hash(self.links.my_data_token(self.prospect_id)),
            "confirm_hash": token_hash(self.links.confirmation_token(self.prospect_id)),
            "created_at": self.now,
            "updated_at": self.now,
        }

    def _keys(self, profile: Mapping[str, Any]) -> list[Row]:
        contact = self.submission.contact
        facts = Facts(
            email=contact.email,
            first_name=contact.first_name,
            last_name=contact.last_name,
            phone=contact.phone or "",
            postal_code=profile.get("practical", {}).get("postal_code") or "",
        )
        return person_key.key_rows(self.links.secret, self.prospect_id, facts)

    def _submission(self, ranked: Ranked) -> Row:
        asked, ranking = self.submission, ranked.ranking
        return {
            "id": self.submission_id,
            "nonce": asked.nonce,
            "draft_id": asked.draft_id,
            "prospect_id": self.prospect_id,
            "profile": dict(ranked.profile),
            "engine_version": ranking["engine"],
            "weights_version": ranking["weights"],
            "catalog_version": ranking["catalog"],
            "considered": ranking["considered"],
            "excluded": dict(ranking["excluded"]),
            "ranking_digest": digest_of(ranking),
            "ranked_on": ranked.on,
            "ranked_k": ranked.k,
            "put_aside": list(ranked.put_aside),
            "wants_mail": asked.wants_mail,
            "attribution": dict(asked.attribution),
            "page": asked.page,
            "gpc": asked.gpc,
            "created_at": self.now,
        }

    def _matches(self, ranking: Mapping[str, Any]) -> list[Row]:
        same = ("program_id", "rank", "score", "coverage", "band", "verdict")
        parts = ("contributions", "reasons", "caveats", "gaps")
        return [
            {
                "id": new_id(),
                "submission_id": self.submission_id,
                **{name: match[name] for name in same},
                "low": match["interval"][0],
                "high": match["interval"][1],
                **{name: match[name] for name in parts},
            }
            for match in ranking["matches"]
        ]

    def _lead(self, offer: Offer, match_id: UUID) -> Row:
        asked = self.submission
        return {
            "id": new_id(),
            "submission_id": self.submission_id,
            "match_id": match_id,
            "prospect_id": self.prospect_id,
            "partner_id": offer.partner_id,
            "program_id": offer.program_id,
            "status": LeadStatus.UNDO_WINDOW,
            "reason": "submitted",
            "test": offer.test,
            "channels": list(in_order(asked.channels)),
            "may_wait": asked.may_wait,
            "contact_preferences": asked.preferences.within(asked.channels).to_json(),
            "undo_until": self.now + self.policy.undo_window,
            "due_at": self.now + self.policy.undo_window,
            "expires_at": self.now + self.policy.lead_expiry,
            "created_at": self.now,
        }

    def _event(self, lead: Row) -> Row:
        return {"lead_id": lead["id"], "at": self.now, "to_status": lead["status"], "reason": lead["reason"]}

    def _delivery(self, lead: Row, endpoint_id: UUID | None) -> Row:
        delivery_id = new_id()
        return {
            "id": delivery_id,
            "lead_id": lead["id"],
            "endpoint_id": endpoint_id,
            "channel": Channel.WEBHOOK,
            "webhook_id": f"msg_{delivery_id.hex}",
            "status": DeliveryStatus.WAITING,
            "created_at": self.now,
        }

    def _wordings(self, offers: Sequence[Offer], leads: Sequence[Row]) -> Iterator[consent.Wording]:
        asked = self.submission
        if asked.wants_mail:
            yield consent.Wording(
                kind=words.ConsentKind.GIVEN,
                purpose=words.ConsentPurpose.MATCHES_BY_MAIL,
                legal_entity="Program Match",
                program_id="",
                channels=("email",),
                text_version=words.CONSENT_TEXT_VERSION,
                text=words.matches_by_mail_text(),
                page=asked.page,
            )
        channels = in_order(asked.channels)
        preferences = asked.preferences.within(channels)
        for offer, lead in zip(offers, leads, strict=True):
            yield consent.Wording(
                kind=words.ConsentKind.GIVEN,
                purpose=words.ConsentPurpose.INTRODUCTION,
                legal_entity=offer.legal_name,
                program_id=offer.program_id,
                channels=channels,
                text_version=words.CONSENT_TEXT_VERSION,
                text=words.introduction_text(offer.legal_name, offer.program_name, channels, preferences),
                page=asked.page,
                lead_id=lead["id"],
                contact_preferences=preferences.to_json(),
            )

    def _message(self) -> Row:
        """One mail for each submission: the list with the introductions in it, or the introductions alone."""
        by_mail = self.submission.wants_mail
        template = Template.MATCHED_PROGRAMS if by_mail else Template.INTRODUCTIONS_OPENED
        return {
            "id": new_id(),
            "key": f"submission:{self.submission_id}:{template}:{message.TEMPLATE_VERSION}",
            "message_class": MessageClass.MATCHES if by_mail else MessageClass.TRANSACTIONAL,
            "template": template,
            "template_version": message.TEMPLATE_VERSION,
            "prospect_id": self.prospect_id,
            "submission_id": self.submission_id,
            "status": MessageStatus.PENDING,
            "due_at": self.now,
            "created_at": self.now,
        }


def _due(kind: EventKind, rows: Sequence[Row]) -> Iterator[Row]:
    return ({"kind": kind, "subject_id": row["id"], "due_at": row["due_at"]} for row in rows)

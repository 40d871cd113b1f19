"""What the portal calls each status and outcome, in which tone it shows them, and what it says about a lead."""

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, Final

from webapp.domain.attempt_words import answer_words
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.funnel import CorrectionReason, FunnelStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.domain.limits import LIMIT_ACTIONS
from webapp.domain.notice import NoticeKind
from webapp.domain.partner_role import PartnerRole
from webapp.domain.standing import Reader, Standing, Times, standing_of
from webapp.queries.notice import NoticeRow
from webapp.queries.partner_delivery import PartnerDelivery
from webapp.queries.partner_leads import PartnerLead, PartnerLeadStep
from webapp.queries.partner_overview import Waiting
from webapp.ui.formats import format_datetime

Look = tuple[str, str]

LEAD_LOOKS: Final[Mapping[LeadStatus, Look]] = {
    LeadStatus.DELIVERED: ("Delivered", "good"),
    LeadStatus.DELIVERING: ("Being handed over", "accent"),
    LeadStatus.DUPLICATE_AT_PARTNER: ("Known to you", "neutral"),
    LeadStatus.REJECTED: ("Refused by you", "error"),
    LeadStatus.FAILED: ("Failed", "error"),
    LeadStatus.WITHDRAWN: ("Taken back", "warm"),
}
"""The statuses in which a partner sees a lead."""
DELIVERY_LOOKS: Final[Mapping[DeliveryStatus, Look]] = {
    DeliveryStatus.PENDING: ("To be tried again", "warm"),
    DeliveryStatus.LEASED: ("Being sent", "accent"),
    DeliveryStatus.DELIVERED: ("Delivered", "good"),
    DeliveryStatus.REJECTED: ("Refused by you", "error"),
    DeliveryStatus.DUPLICATE: ("Known to you", "neutral"),
    DeliveryStatus.FAILED: ("Failed", "error"),
    DeliveryStatus.CANCELLED: ("Stopped", "neutral"),
    DeliveryStatus.WAITING: ("Waiting", "neutral"),
}
OUTCOME_LOOKS: Final[Mapping[AttemptOutcome, Look]] = {
    AttemptOutcome.STARTED: ("Started", "accent"),
    AttemptOutcome.ACCEPTED: ("Accepted", "good"),
    AttemptOutcome.REJECTED: ("Refused", "error"),
    AttemptOutcome.DUPLICATE: ("Known to you", "neutral"),
    AttemptOutcome.RETRYABLE: ("Failed, tried again later", "warm"),
    AttemptOutcome.PERMANENT: ("Failed for good", "error"),
    AttemptOutcome.UNCERTAIN: ("No answer seen", "warm"),
    AttemptOutcome.ABANDONED: ("Broken off by us", "warm"),
}
RETURN_LOOKS: Final[Mapping[ReturnStatus, Look]] = {
    ReturnStatus.REQUESTED: ("Waits for our decision", "warm"),
    ReturnStatus.APPROVED: ("Approved", "good"),
    ReturnStatus.DENIED: ("Denied", "neutral"),
}
NOTICE_LABELS: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.WITHDRAWN: "The student took it back",
    NoticeKind.CORRECTED: "The student corrected their details",
    NoticeKind.ERASED: "The student had everything erased",
}
ACTIONS: Final[Mapping[str, str]] = {
    "logged_in": "logged in",
    "logged_out": "logged out",
    "viewed": "opened",
    "listed": "looked at the list of",
    "exported": "exported",
    "invited": "invited",
    "role_changed": "changed the role of",
    "removed": "removed",
    "password_set": "set the password of",
    "password_changed": "changed the password of",
    "second_step_on": "switched the second step on for",
    "second_step_off": "switched the second step off for",
    "paused": "paused",
    "resumed": "resumed",
    "changed": "changed",
    **LIMIT_ACTIONS,
    "endpoint.create": "added",
    "endpoint.disable": "switched off",
    "endpoint.rotate_secret": "changed the secret of",
    "delivery.replay": "had sent again",
    "said": "said how far it came with",
    "corrected": "corrected how far it came with",
    "sent": "sent",
    "asked_for": "asked for",
}
OBJECTS: Final[Mapping[str, str]] = {
    "delivery_method": "a delivery method",
    "partner_endpoint": "a delivery method",
    "api_key": "an API key",
    "delivery": "a delivery",
}
"""What was done something to, where its name does not say so already."""
LABELLED: Final = frozenset(
    each.value for kind in (PartnerRole, FunnelStatus, CorrectionReason, ReturnReason) for each in kind
)
"""Codes that read well with a blank for their underscore."""
_REASONS: Final[Mapping[str, str]] = {
    "answer_error": "Your system reported an error of its own.",
    "answer_rejected": "Your system refused it.",
    "answer_duplicate": "Your system knew it already.",
    "worker_lost": "We stopped before we could read the answer: it may have arrived.",
    "accepted_earlier": "Your system had taken it at an earlier try.",
    "retries_used_up": "Every try failed.",
    "expired_while_retrying": "Its time ran out before the next try.",
    "no_endpoint": "We have no working address of yours.",
    "replayed_by_staff": "We send it again.",
    "replayed_by_partner": "You had it sent again.",
    "redelivery_by_staff": "We hand it over once more; it counts once.",
    "redelivery_by_partner": "You have it handed over once more; it counts once.",
    "redelivery": "It is handed over once more; it counts once.",
    "redelivered": "Handed over once more; it counted once.",
    "redelivery_failed": "You had it; handing it over once more did not work.",
    "endpoint_disabled": "Every delivery method of yours is switched off.",
    "mapping_failed": "A field that your system requires has no value in this lead.",
    "goes_to_backup": "The method failed; your next one takes over.",
    "in_portal": "It is in the portal.",
    "in_batch_file": "It is in a file in the portal.",
    "waits_for_batch": "It goes with your next file.",
    "waits_for_turn": "Your system gets only so many at a time.",
    "mail_queued": "The mail that carries it is on its way.",
    "mail_handed_over": "Your mail server took it.",
    "mail_failed": "Your mail server did not take it.",
    "mail_bounced": "The mail came back: it did not arrive.",
    "mail_suppressed": "Your address gets no mail from us.",
    "mail_uncertain": "Sent by mail, but whether it arrived cannot be told.",
    "worker_lost_repeatedly": "Something broke on our side each time we tried.",
    "worker_lost_while_sending": "We stopped while sending: it may have arrived.",
}


def reason_words(code: str | None) -> str:
    """Why a try ended as it did. What is no code of ours are your system's own words, and are shown as they are."""
    if not code:
        return ""
    return _REASONS.get(code) or answer_words("Your system", code) or code.replace("_", " ").capitalize()


def change_words(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """What an action changed, as one line: "role: owner → read only"."""
    told = []
    for name in dict.fromkeys([*(before or {}), *(after or {})]):
        if name == "email":  # the page names whom it was done to already
            continue
        values = [_value_words(side[name]) for side in (before, after) if side and side.get(name) not in (None, {}, "")]
        if values:
            told.append(f"{name.replace('_', ' ')}: {' → '.join(dict.fromkeys(values))}")
    return "; ".join(told)


def _value_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item).replace("_", " ") for item in value)
    return str(value).replace("_", " ") if value in LABELLED else str(value)


def standing(lead: PartnerLead, partner: str) -> Standing:
    """Why the lead is not delivered (yet), or that it is, and what comes next."""
    return standing_of(
        Reader.PARTNER,
        lead.status,
        lead.reason,
        Times(retry_at=lead.retry_at, expires_at=lead.expires_at),
        partner=partner,
        say=format_datetime,
        was_sent=lead.status is LeadStatus.WITHDRAWN,
    )


def standing_of_waiting(waiting: Waiting, partner: str) -> Standing:
    """Why some leads are not handed over yet, and when they are looked at again."""
    times = Times(due_at=waiting.next_at, expires_at=waiting.ends_at)
    return standing_of(Reader.PARTNER, waiting.status, waiting.reason, times, partner=partner, say=format_datetime)


def timeline(lead: PartnerLead, partner: str) -> list[dict[str, Any]]:
    """The tries, the steps and what the student decided since, as one story, oldest first."""
    # Tries first: where a try and the step it led to share a moment, the cause stands above.
    story = [event for delivery in lead.deliveries for event in _tries(delivery)]
    story += [_step(step, lead, partner) for step in lead.steps]
    story += [_notice(notice) for notice in lead.notices]
    story.sort(key=itemgetter("at"))
    story.insert(0, {"title": "The student asked for it", "at": lead.created_at, "state": "done"})
    if lead.retry_at is not None:
        story.append({"title": "Next try, by itself", "at": lead.retry_at, "state": "todo"})
    return story


def _tries(delivery: PartnerDelivery) -> Iterator[dict[str, Any]]:
    for attempt in delivery.attempts:
        name, tone = OUTCOME_LOOKS[attempt.outcome]
        told = [f"HTTP {attempt.http_status}" if attempt.http_status else "", reason_words(attempt.reason)]
        if attempt.duration_ms is not None:
            told.append(f"{attempt.duration_ms:,.0f} ms")
        yield {
            "title": f"Attempt {attempt.number}: {name}",
            "at": attempt.finished_at or attempt.started_at,
            "text": " · ".join(part for part in told if part),
            "state": {"good": "done", "accent": "current", "error": "bad", "warm": "bad"}.get(tone, "done"),
        }


def _step(step: PartnerLeadStep, lead: PartnerLead, partner: str) -> dict[str, Any]:
    if step.status is LeadStatus.DELIVERING:
        return {"title": "The hand-over began", "at": step.at, "state": "done"}
    name, tone = LEAD_LOOKS[step.status]
    told = standing_of(
        Reader.PARTNER,
        step.status,
        step.reason,
        Times(expires_at=lead.expires_at),
        partner=partner,
        say=format_datetime,
        was_sent=step.status is LeadStatus.WITHDRAWN,
    )
    return {"title": name, "at": step.at, "text": told.why, "state": "bad" if tone == "error" else "done"}


def _notice(notice: NoticeRow) -> dict[str, Any]:
    fields = f": {', '.join(notice.fields).replace('_', ' ')}" if notice.fields else ""
    confirmed = f"You confirmed at {format_datetime(notice.acknowledged_at)}." if notice.acknowledged_at else ""
    return {
        "title": NOTICE_LABELS[notice.kind] + fields,
        "at": notice.created_at,
        "text": confirmed or "You have not confirmed yet that it is done: the link to do so was mailed to you.",
        "state": "done" if notice.acknowledged_at else "current",
    }

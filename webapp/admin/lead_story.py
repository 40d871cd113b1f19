"""The story of a lead: its steps, every attempt, its mails, its consent, and what staff and the partner did."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from webapp.admin import words
from webapp.domain.lead import LeadStatus
from webapp.queries.audit import AuditRow
from webapp.queries.leads import LeadDetail

_CONSENT = {"given": "Consent given", "withdrawn": "Consent taken back"}


def story_of(lead: LeadDetail) -> list[tuple[str, str]]:
    """What belongs to the story in the audit log, as (type, id)."""
    delivery = [("delivery", str(lead.delivery.row.id))] if lead.delivery else []
    return [("lead", str(lead.id)), *delivery]


def timeline(lead: LeadDetail, trail: Sequence[AuditRow]) -> list[dict[str, Any]]:
    """All that is on record of a lead as one story, oldest first."""
    # Causes first: where an attempt and the step it led to share a moment, the cause stands above.
    story = [*_consents(lead), *_attempts(lead)]
    story += [_step(step.at, str(step.to_status), step.reason, step.detail) for step in lead.steps]
    story += [*_acts(trail), *_mails(lead)]
    story.sort(key=itemgetter("at"))
    if lead.due_at is not None:
        story.append({"title": "Next step due", "at": lead.due_at, "state": "todo"})
    return story


def _attempts(lead: LeadDetail) -> list[dict[str, Any]]:
    found = []
    for attempt in lead.delivery.attempts if lead.delivery else ():
        name, tone = words.OUTCOME_LOOKS[attempt.outcome]
        told = [f"HTTP {attempt.http_status}" if attempt.http_status else "", words.reason_words(attempt.reason)]
        if attempt.duration_ms is not None:
            told.append(f"{attempt.duration_ms:,.0f} ms")
        text = " · ".join(part for part in told if part)
        state = {"good": "done", "accent": "current", "error": "bad", "warm": "bad"}.get(tone, "done")
        at = attempt.finished_at or attempt.started_at
        found.append({"title": f"Attempt {attempt.number}: {name}", "at": at, "text": text, "state": state})
    return found


def _consents(lead: LeadDetail) -> list[dict[str, Any]]:
    return [
        {
            "title": _CONSENT.get(row.record.kind, row.record.kind),
            "at": row.record.at,
            "text": f"{row.record.legal_entity}. The words and their record are below.",
        }
        for row in lead.consents.of_lead(lead.id)
    ]


def _mails(lead: LeadDetail) -> list[dict[str, Any]]:
    found = []
    for mail in lead.messages:
        name, tone = words.MESSAGE_LOOKS[mail.status]
        text = " ".join(part for part in (f"{name}.", words.reason_words(mail.reason)) if part)
        at, state = mail.handed_over_at or mail.created_at, "bad" if tone == "error" else "done"
        found.append({"title": f"Mail: {words.TEMPLATE_LABELS[mail.template]}", "at": at, "text": text, "state": state})
    return found


def _acts(trail: Sequence[AuditRow]) -> list[dict[str, Any]]:
    """Views and acts. The same person looking again and again with nothing between is told once, with how often."""
    found: list[dict[str, Any]] = []
    for entry in trail:
        whose = "the partner" if entry.partner_id is not None else "staff"
        title = f"{entry.action.replace('_', ' ').capitalize()} by {whose}"
        if found and (found[-1]["title"], found[-1]["who"]) == (title, entry.actor) and entry.action == "viewed":
            found[-1]["times"] += 1
            found[-1]["text"] = f"{entry.actor}, {found[-1]['times']} times from then on."
            continue
        found.append({"title": title, "at": entry.at, "text": entry.actor, "who": entry.actor, "times": 1})
    return found


def _step(at: Any, to_status: str, reason: str, detail: dict[str, Any]) -> dict[str, Any]:
    name, tone = words.lead_look(LeadStatus(to_status), reason)
    until = f" Until {detail['until'][:16].replace('T', ' ')} UTC." if detail.get("until") else ""
    return {
        "title": name,
        "at": at,
        "text": words.reason_words(reason) + words.detail_words(detail) + until,
        "state": "bad" if tone == "error" else "done",
    }

"""Delivery methods as staff and partners see them: in order, with their health, never with a secret."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.delivery import AttemptOutcome, Channel
from webapp.domain.delivery_method import Limits
from webapp.domain.errors import NotFound
from webapp.models import Attempt, PartnerEndpoint


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method. `config` is in the JSON form that `domain.delivery_method.read_config` reads.

    `failing_since` is None while all is well. `former_secret_until`: until then the former secret signs too.
    """

    id: UUID
    partner_id: UUID
    kind: Channel
    name: str
    position: int
    url: str | None
    config: dict[str, Any]
    limits: Limits
    has_credential: bool
    former_secret_until: datetime | None
    failures_in_row: int
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime

    @property
    def in_use(self) -> bool:
        return self.disabled_at is None

    @property
    def shown_url(self) -> str | None:
        """The address without what follows its question mark, which is often a key."""
        path, asks, _ = (self.url or "").partition("?")
        return f"{path}?…" if asks else path or None

    def overlaps(self, now: datetime) -> bool:
        """Whether two secrets sign."""
        return self.former_secret_until is not None and now < self.former_secret_until


def list_methods(session: Session, partner_id: UUID) -> tuple[MethodRow, ...]:
    """The partner's methods in its order, disabled ones too."""
    rows = session.scalars(
        select(PartnerEndpoint)
        .where(PartnerEndpoint.partner_id == partner_id, PartnerEndpoint.removed_at.is_(None))
        .order_by(PartnerEndpoint.position, PartnerEndpoint.created_at.desc(), PartnerEndpoint.id.desc())
    )
    return tuple(_row(each) for each in rows)


@dataclass(frozen=True, slots=True)
class MethodCounts:
    """How tries at a method ended. Test leads count here too: it is the health of a system, no bill and no report."""

    accepted: int = 0
    refused: int = 0
    failed: int = 0


def count_tries(session: Session, partner_id: UUID, since: datetime) -> dict[UUID, MethodCounts]:
    """How tries that began at `since` or later ended, by method; one without any is left out.

    A duplicate is a refusal. A try that is still going on counts as nothing.
    """
    refused = Attempt.outcome.in_((AttemptOutcome.REJECTED, AttemptOutcome.DUPLICATE))
    accepted, begun = Attempt.outcome == AttemptOutcome.ACCEPTED, Attempt.outcome == AttemptOutcome.STARTED
    rows = session.execute(
        select(
            Attempt.endpoint_id,
            func.count().filter(accepted),
            func.count().filter(refused),
            func.count().filter(~(accepted | refused | begun)),
        )
        .where(Attempt.partner_id == partner_id, Attempt.started_at >= since, Attempt.endpoint_id.is_not(None))
        .group_by(Attempt.endpoint_id)
    )
    return {method_id: MethodCounts(*counts) for method_id, *counts in rows if method_id is not None}


def method_state(session: Session, method_id: UUID) -> dict[str, Any]:
    """A method as the audit log keeps it: no secret, and of fields and rules only how many. NotFound without it."""
    row = get_method(session, method_id)
    told = {
        "kind": row.kind.value,
        "name": row.name,
        "address": row.shown_url or row.config.get("address"),
        "fields": len(row.config.get("fields", ())) or None,
        "answer_rules": len(row.config.get("answers", ())) or None,
        "position": row.position,
        "in_use": row.in_use,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def get_method(session: Session, method_id: UUID, *, partner_id: UUID | None = None) -> MethodRow:
    """One method; with `partner_id` only if it is that partner's. NotFound otherwise, and when it was removed."""
    method = session.get(PartnerEndpoint, method_id)
    is_theirs = method is not None and partner_id in (None, method.partner_id)
    if method is None or not is_theirs or method.removed_at is not None:
        raise NotFound("There is no such delivery method.")
    return _row(method)


def current_endpoints(session: Session, partner_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The first delivery method in use of each partner that has one."""
    rows = session.execute(
        select(PartnerEndpoint.partner_id, PartnerEndpoint.id)
        .where(PartnerEndpoint.partner_id.in_(list(partner_ids)))
        .where(PartnerEndpoint.disabled_at.is_(None), PartnerEndpoint.removed_at.is_(None))
        .order_by(PartnerEndpoint.position.desc(), PartnerEndpoint.created_at)
    )
    # The last of each partner stays: the lowest position, and the newest of two in one place.
    return {row.partner_id: row.id for row in rows}


def _row(method: PartnerEndpoint) -> MethodRow:
    return MethodRow(
        id=method.id,
        partner_id=method.partner_id,
        kind=method.kind,
        name=method.name,
        position=method.position,
        url=method.url,
        config=dict(method.config),
        limits=Limits(method.per_minute, method.at_once),
        has_credential=method.sealed_credential is not None,
        former_secret_until=method.former_secret_until,
        failures_in_row=method.failures_in_row,
        failing_since=method.failing_since,
        disabled_at=method.disabled_at,
        disabled_reason=method.disabled_reason,
        created_at=method.created_at,
    )

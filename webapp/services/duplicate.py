"""Duplicates: the same person introduced again, found on three levels, marked, and held where the partner wants it.

The fourth level comes before there is a lead: the same request sent again is one submission (`services.submission`).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.duplicate import DuplicateLevel, MatchSet
from webapp.domain.lead import LeadStatus
from webapp.domain.screening import Screening
from webapp.models import DuplicateMark, Lead, Prospect, ProspectKey
from webapp.queries.screening_policy import screening_of

MOST_LOOKED_AT = 200
"""Other leads of one person, newest first: more than this many change nothing in the answer."""
_AHEAD = (LeadStatus.QUEUED, LeadStatus.HELD_CAP, LeadStatus.HELD_SCHEDULE, LeadStatus.DELIVERING)
"""Leads that have been through this check and have not ended."""
_HAD = (LeadStatus.DELIVERED, LeadStatus.DUPLICATE_AT_PARTNER)


@dataclass(frozen=True, slots=True)
class Found:
    """A lead that this one repeats, on one level; `matched_by` names what was the same."""

    level: DuplicateLevel
    lead_id: UUID
    matched_by: tuple[MatchSet, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class _Other:
    lead_id: UUID
    partner_id: UUID
    status: LeadStatus
    created_at: datetime
    matched_by: tuple[MatchSet, ...]


def look_for(session: Session, lead: Lead, now: datetime) -> tuple[Found, ...]:
    """The repeats that `lead` (already locked) is, the newest other lead of each level; they are marked.

    Locks the person for this partner until commit, so that of two looked at in the same moment the second sees the
    first. Test leads are held against test leads only.
    """
    policy = screening_of(session, lead.partner_id)
    email_key, keys = _keys(session, lead, policy.match_sets)
    if not email_key and not keys:
        return ()
    _lock(session, lead, [email_key, *keys.values()] if email_key else [*keys.values()])
    found: dict[DuplicateLevel, Found] = {}
    for other in _others(session, lead, email_key, keys, policy, now):
        for level, holds in _levels(lead, other, policy):
            found.setdefault(level, Found(level, other.lead_id, other.matched_by, holds))
    _mark(session, lead, list(found.values()), at=now)
    # In the order of the levels: what the partner minds most is what is said.
    return tuple(found[level] for level in DuplicateLevel if level in found)


def _keys(session: Session, lead: Lead, kinds: Sequence[MatchSet]) -> tuple[bytes | None, dict[MatchSet, bytes]]:
    """The hash of the address as it is written, where addresses count, and the key of each set that has no blank."""
    rows = session.execute(
        select(Prospect.email_key, ProspectKey.kind, ProspectKey.key)
        .outerjoin(ProspectKey, and_(ProspectKey.prospect_id == Prospect.id, ProspectKey.kind.in_(kinds)))
        .where(Prospect.id == lead.prospect_id)
    ).all()
    # Rows of a release before this one have the hash of the address only.
    email_key = rows[0].email_key if MatchSet.EMAIL in kinds else None
    return email_key, {row.kind: row.key for row in rows if row.key is not None}


def _lock(session: Session, lead: Lead, keys: Sequence[bytes]) -> None:
    """Everywhere in the same order, so that two that share several keys cannot wait for each other."""
    numbers = sorted(
        int.from_bytes(hashlib.blake2b(key + lead.partner_id.bytes, digest_size=8).digest(), "big", signed=True)
        for key in keys
    )
    session.execute(select(*(func.pg_advisory_xact_lock(number) for number in numbers)))


def _others(
    session: Session,
    lead: Lead,
    email_key: bytes | None,
    keys: Mapping[MatchSet, bytes],
    policy: Screening,
    now: datetime,
) -> Iterator[_Other]:
    """Other leads of the same person that a level may be about, newest first."""
    same = _same_person(email_key, keys).subquery()
    matched = func.array_agg(same.c.kind.distinct())
    rows = session.execute(
        select(Lead.id, Lead.partner_id, Lead.status, Lead.created_at, matched)
        .join(same, same.c.prospect_id == Lead.prospect_id)
        .where(Lead.id != lead.id, Lead.submission_id != lead.submission_id, Lead.test == lead.test)
        .where(or_(_mine(lead, policy, now), _theirs(lead, policy, now)))
        .group_by(Lead.id)
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    for lead_id, partner_id, status, created_at, kinds in rows:
        yield _Other(lead_id, partner_id, status, created_at, tuple(kind for kind in MatchSet if kind in kinds))


def _same_person(
    email_key: bytes | None, keys: Mapping[MatchSet, bytes]
) -> CompoundSelect[UUID, str] | Select[UUID, str]:
    parts: list[Select[UUID, str]] = []
    if email_key:
        parts.append(
            select(Prospect.id.label("prospect_id"), literal(MatchSet.EMAIL.value).label("kind")).where(
                Prospect.email_key == email_key
            )
        )
    if keys:
        pairs = list(keys.items())
        parts.append(
            select(ProspectKey.prospect_id.label("prospect_id"), ProspectKey.kind.label("kind")).where(
                tuple_(ProspectKey.kind, ProspectKey.key).in_(pairs)
            )
        )
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _mine(lead: Lead, policy: Screening, now: datetime) -> ColumnElement[bool]:
    """Of the same partner: not ended, or had within its window."""
    return and_(
        Lead.partner_id == lead.partner_id,
        or_(
            Lead.status.in_([*_AHEAD, LeadStatus.HELD_REVIEW]),
            and_(Lead.status.in_(_HAD), Lead.created_at > now - timedelta(days=policy.partner_days)),
        ),
    )


def _theirs(lead: Lead, policy: Screening, now: datetime) -> ColumnElement[bool]:
    return and_(
        Lead.partner_id != lead.partner_id,
        Lead.status.in_([*_AHEAD, *_HAD]),
        Lead.created_at > now - timedelta(days=policy.system_days),
    )


def _levels(lead: Lead, other: _Other, policy: Screening) -> Iterator[tuple[DuplicateLevel, bool]]:
    """The levels on which `other` counts. One that waits for a person counts if it came first: somebody must go."""
    if other.partner_id != lead.partner_id:
        yield DuplicateLevel.SYSTEM, policy.system_holds
        return
    came_first = (other.created_at, other.lead_id) < (lead.created_at, lead.id)
    if other.status in _AHEAD or (other.status is LeadStatus.HELD_REVIEW and came_first):
        yield DuplicateLevel.IN_FLIGHT, policy.in_flight_holds
    elif other.status in _HAD:
        yield DuplicateLevel.PARTNER, policy.partner_holds


def _mark(session: Session, lead: Lead, found: Sequence[Found], *, at: datetime) -> None:
    for each in found:
        values = {"other_lead_id": each.lead_id, "matched_by": list(each.matched_by), "found_at": at}
        session.execute(
            insert(DuplicateMark)
            .values(lead_id=lead.id, level=each.level, **values)
            .on_conflict_do_update(index_elements=["lead_id", "level"], set_=values)
        )

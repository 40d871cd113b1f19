"""API keys: making them, showing them once, telling whose a presented one is, taking them back."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.domain.api_key import NAME_LIMIT, NewKey, Scope, in_order, new_key, prefix_of
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id, token_hash
from webapp.domain.partner import PartnerStatus
from webapp.models import ApiKey, Partner

USE_NOTED_EVERY: Final = timedelta(hours=1)
MOST_KEYS: Final = 20
_NOBODY: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key, its partner, and what the key may do. `test` callers reach test data only."""

    key_id: UUID
    key_name: str
    prefix: str
    partner_id: UUID
    partner_name: str
    partner_status: PartnerStatus
    scopes: frozenset[Scope]
    test: bool
    expires_at: datetime | None

    @property
    def actor(self) -> str:
        """How the audit log names it."""
        return f"API key {self.prefix}"


def create_key(
    session: Session,
    clock: Clock,
    *,
    partner_id: UUID,
    name: str,
    scopes: Iterable[Scope],
    test: bool,
    actor: str,
    expires_at: datetime | None = None,
) -> tuple[UUID, NewKey]:
    """Make a key for a partner: its id, and the key itself, which can be read this once and never again.

    NotFound without such a partner. Refused with every reason: no name, no scope, an end that is over, an ended
    partner, too many keys.
    """
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    wanted, label, now = in_order(scopes), " ".join(name.split()), clock.now()
    problems = _problems(session, partner, label, wanted, expires_at, now)
    if problems:
        raise Refused(*problems)
    made, key_id = new_key(test=test), new_id()
    row = ApiKey(
        id=key_id,
        partner_id=partner_id,
        name=label,
        prefix=made.prefix,
        secret_hash=token_hash(made.whole),
        scopes=[scope.value for scope in wanted],
        test=test,
        created_by=actor,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return key_id, made


def revoke_key(session: Session, clock: Clock, *, partner_id: UUID, key_id: UUID, actor: str) -> None:
    """The key opens nothing from now on. Twice is the same as once. NotFound unless it is the partner's own."""
    row = session.get(ApiKey, key_id, with_for_update=True, populate_existing=True)
    if row is None or row.partner_id != partner_id:
        raise NotFound("There is no such key.")
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = clock.now(), actor


def authenticate(session: Session, clock: Clock, presented: str) -> Caller | None:
    """Who presents this key; None for one that is unknown, revoked, over, or of a partner that has ended.

    Comparing takes the same time whether the prefix exists or not. That the key was used is noted once an hour.
    """
    prefix = prefix_of(presented)
    row = session.execute(
        select(ApiKey, Partner).join(Partner, Partner.id == ApiKey.partner_id).where(ApiKey.prefix == (prefix or ""))
    ).first()
    key, partner = (row[0], row[1]) if row else (None, None)
    fits = hmac.compare_digest(key.secret_hash if key else _NOBODY, token_hash(presented))
    now = clock.now()
    if key is None or partner is None or not fits or not _is_good(key, now) or partner.status is PartnerStatus.ENDED:
        return None
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now))
    return Caller(
        key_id=key.id,
        key_name=key.name,
        prefix=key.prefix,
        partner_id=partner.id,
        partner_name=partner.display_name,
        partner_status=partner.status,
        scopes=frozenset(Scope(scope) for scope in key.scopes),
        test=key.test,
        expires_at=key.expires_at,
    )


def _is_good(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def _problems(
    session: Session,
    partner: Partner,
    name: str,
    scopes: tuple[Scope, ...],
    expires_at: datetime | None,
    now: datetime,
) -> list[Problem]:
    problems = []
    if not name or len(name) > NAME_LIMIT:
        problems.append(
            Problem("name", f"It has {len(name)} characters.", f"Write 1 to {NAME_LIMIT}: who will use it.")
        )
    if not scopes:
        problems.append(Problem("scopes", "The key could do nothing.", "Choose among " + ", ".join(Scope) + "."))
    if expires_at is not None and expires_at <= now:
        problems.append(Problem("expires_at", "This moment is over.", "Choose a later one, or none."))
    if partner.status is PartnerStatus.ENDED:
        problems.append(Problem("partner", "It has ended.", "Only partners that take leads can have keys."))
    held = session.scalars(select(ApiKey).where(ApiKey.partner_id == partner.id, ApiKey.revoked_at.is_(None))).all()
    if sum(_is_good(key, now) for key in held) >= MOST_KEYS:
        problems.append(Problem("partner", f"It has {MOST_KEYS} keys already.", "Revoke one that is not used."))
    return problems

"""Turns: how much mail one domain's servers get at once and in a minute, over all workers. Who comes too early waits.

What is out is counted in the leased rows, and the next free moment is a row: a broker that forgets changes nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Text, any_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.models import MailDomain, Message

WAITS = "waits_for_domain"
LOOK_AGAIN = timedelta(seconds=2)
"""When who waits for others to finish looks again."""
SLOT_KEPT = timedelta(seconds=10)
"""A moment nobody took in time is gone: workers that were away must not send all they missed at once."""
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """At most so many mails for one domain on their way at once, and to be begun in a minute (None: as they come)."""

    at_once: int = 100
    per_minute: int | None = None


def take(
    session: Session, wanted: Sequence[tuple[Message, str]], limits: Limits, now: datetime, *, spread: float
) -> dict[Message, datetime]:
    """Which of `wanted` (locked messages, each with its domain) may not go now, and when to try again.

    Nobody else counts at these domains until the transaction ends, so take turns last.
    """
    domains = sorted({domain for _, domain in wanted})
    if not domains:
        return {}
    # One after the other in one order: two workers that want the same two domains never wait for each other.
    # (PostgreSQL locks as it reads the array, from its first to its last.)
    names = func.unnest(literal(domains, ARRAY(Text)))
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(names, 3))))
    busy = _busy(session, domains, now)
    free_at = _free_at(session, domains) if limits.per_minute else {}
    later: dict[Message, datetime] = {}
    for row, domain in wanted:
        slot, row.slot_at = row.slot_at, None
        if busy[domain] >= limits.at_once:
            later[row] = now + LOOK_AGAIN * (1 + spread)
            row.slot_at = slot
        elif limits.per_minute and not (slot is not None and slot <= now < slot + SLOT_KEPT):
            at = max(free_at.get(domain, now), now)
            free_at[domain] = at + timedelta(minutes=1) / limits.per_minute
            if at > now:
                later[row] = row.slot_at = at
        if row not in later:
            busy[domain] += 1
    _keep(session, free_at)
    return later


def purge(session: Session, clock: Clock) -> int:
    """Forget the domains that got no mail for a day; the number of domains."""
    old = delete(MailDomain).where(MailDomain.next_slot_at < clock.now() - KEPT).returning(MailDomain.domain)
    return len(session.execute(old).all())


def _busy(session: Session, domains: Sequence[str], now: datetime) -> Counter[str]:
    rows = session.execute(
        select(Message.leased_domain, func.count())
        .where(Message.leased_until > now, Message.leased_domain == any_(literal(list(domains), ARRAY(Text))))
        .group_by(Message.leased_domain)
    )
    return Counter({domain: number for domain, number in rows if domain is not None})


def _free_at(session: Session, domains: Sequence[str]) -> dict[str, datetime]:
    rows = session.execute(select(MailDomain.domain, MailDomain.next_slot_at).where(MailDomain.domain.in_(domains)))
    return {row.domain: row.next_slot_at for row in rows}


def _keep(session: Session, free_at: dict[str, datetime]) -> None:
    if not free_at:
        return
    statement = insert(MailDomain).values([{"domain": domain, "next_slot_at": at} for domain, at in free_at.items()])
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["domain"], set_={"next_slot_at": statement.excluded.next_slot_at}
        )
    )

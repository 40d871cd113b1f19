"""Access links, whoever they are for: who may have one mailed, which account one opens, and when they end.

Links of staff and of partners' teams stand in two tables and are made in `staff_access` and `partner_access`: none of
the one ever opens an account of the other.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound
from webapp.domain.ids import address_key, token_hash
from webapp.domain.links import Links
from webapp.models import PartnerAccessLink, PartnerAccount, StaffAccessLink, StaffAccount

INVITATION_HOLDS: Final = timedelta(days=7)
RESET_HOLDS: Final = timedelta(hours=1)
MOST_IN_AN_HOUR: Final = 3
"""Mails to one address that others can cause."""
_KEPT: Final = timedelta(days=1)

AnyAccount = TypeVar("AnyAccount", StaffAccount, PartnerAccount)


@dataclass(frozen=True, slots=True)
class Door(Generic[AnyAccount]):
    """One kind of accounts and their links: `owner` is the account of a link, `name` stands in keys of addresses."""

    name: str
    accounts: type[AnyAccount]
    links: type[StaffAccessLink] | type[PartnerAccessLink]
    owner: InstrumentedAttribute[UUID | None]


STAFF: Final = Door("staff access", StaffAccount, StaffAccessLink, StaffAccessLink.staff_id)
TEAM: Final = Door("partner access", PartnerAccount, PartnerAccessLink, PartnerAccessLink.account_id)


@dataclass(frozen=True, slots=True)
class Asked(Generic[AnyAccount]):
    """An address that a link was asked for: its keyed hash, and its account, if it has one that is open."""

    email_key: bytes
    account: AnyAccount | None

    @property
    def is_new(self) -> bool:
        """Whether there is an account whose invitation was not accepted yet."""
        return self.account is not None and self.account.password is None


def key_of(links: Links, door: Door[AnyAccount], address: str) -> bytes:
    """The keyed hash of an address in lower case, by which mails to it are counted."""
    return address_key(links.secret, f"{door.name} {address}")


def asked_for(
    session: Session, clock: Clock, links: Links, door: Door[AnyAccount], email: str
) -> Asked[AnyAccount] | None:
    """An address typed in by anybody, known or not; None where it was asked for MOST_IN_AN_HOUR times already."""
    address = email.strip().lower()
    account = session.execute(
        select(door.accounts).where(func.lower(door.accounts.email) == address, door.accounts.active)
    ).scalar_one_or_none()
    key = key_of(links, door, address)
    recent = door.links.created_at > clock.now() - timedelta(hours=1)
    asked = session.execute(select(func.count()).where(door.links.email_key == key, recent)).scalar_one()
    return Asked(key, account) if asked < MOST_IN_AN_HOUR else None


def open_with(session: Session, clock: Clock, door: Door[AnyAccount], token: str) -> AnyAccount:
    """The account behind a link that holds, locked. NotFound for a link that is wrong, used or too old."""
    whose = select(door.owner).where(door.links.token_hash == token_hash(token))
    # The account is locked before its links are looked at: two links of one account never wait for each other.
    account = session.execute(
        select(door.accounts).where(door.accounts.id == whose.scalar_subquery(), door.accounts.active).with_for_update()
    ).scalar_one_or_none()
    link = session.execute(
        select(door.links.id).where(
            door.links.token_hash == token_hash(token),
            door.links.used_at.is_(None),
            door.links.expires_at > clock.now(),
        )
    ).first()
    if account is None or link is None:
        raise NotFound("This link works no more.")
    return account


def end_all(session: Session, clock: Clock, door: Door[AnyAccount], account_id: UUID) -> None:
    """No link that was mailed to this person works any more."""
    session.execute(
        update(door.links).where(door.owner == account_id, door.links.used_at.is_(None)).values(used_at=clock.now())
    )


def purge(session: Session, clock: Clock, door: Door[AnyAccount]) -> int:
    """Delete links that were over a day ago; how many."""
    gone = session.execute(
        delete(door.links)
        .where(door.links.expires_at < clock.now() - _KEPT)
        .returning(door.links.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())

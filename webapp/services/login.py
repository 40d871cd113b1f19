"""Who may try to log in, and how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import address_key, new_id
from webapp.models import FailedLogin, StaffAccount, StaffRole

WINDOW: Final = timedelta(minutes=15)
ACCOUNT_LIMIT: Final = 5
ADDRESS_LIMIT: Final = 20
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LoginTry:
    """One log-in about to be checked. It counts as failed until `succeed` says otherwise."""

    account_key: bytes
    address_id: UUID


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many have failed. `wait` is how long until the oldest of them no longer counts."""

    wait: timedelta


def account_models() -> tuple[type[StaffAccount], type[StaffRole]]:
    """The classes that the log-in library keeps accounts and roles in."""
    return StaffAccount, StaffRole


def begin_try(session: Session, clock: Clock, secret: str, *, account: str, address: str) -> LoginTry | Locked:
    """Count one more try for the account name typed and for the client address, before the password is looked at.

    Whether such an account exists makes no difference. The count comes first and in one transaction, so that a hundred
    tries at once get five guesses and not a hundred.
    """
    now = clock.now()
    keys = (address_key(secret, f"log-in account {account}"), address_key(secret, f"log-in address {address}"))
    session.execute(delete(FailedLogin).where(FailedLogin.at < now - _KEPT))
    for key, limit in zip(keys, (ACCOUNT_LIMIT, ADDRESS_LIMIT), strict=True):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key.hex(), 2))))
        wait = _wait(session, key, limit, now)
        if wait is not None:
            return Locked(wait)
    address_id = new_id()
    session.execute(
        insert(FailedLogin),
        [{"id": new_id(), "account_key": keys[0], "at": now}, {"id": address_id, "account_key": keys[1], "at": now}],
    )
    return LoginTry(keys[0], address_id)


def succeed(session: Session, tried: LoginTry) -> None:
    """The password was right: forget what this account failed, and this one try of the address."""
    session.execute(delete(FailedLogin).where(FailedLogin.account_key == tried.account_key))
    session.execute(delete(FailedLogin).where(FailedLogin.id == tried.address_id))


def _wait(session: Session, key: bytes, limit: int, now: datetime) -> timedelta | None:
    times = session.scalars(
        select(FailedLogin.at)
        .where(FailedLogin.account_key == key, FailedLogin.at > now - WINDOW)
        .order_by(FailedLogin.at.desc())
        .limit(limit)
    ).all()
    return times[-1] + WINDOW - now if len(times) == limit else None

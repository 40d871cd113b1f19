"""The second step of a log-in, whoever's account it is: a code of the person's device, or a recovery code.

The caller has locked the account, so that one code is never used twice at once.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from webapp.domain.clock import Clock
from webapp.domain.errors import DomainError, Problem, Refused
from webapp.domain.ids import token_hash
from webapp.domain.one_time_code import (
    matching_step,
    new_recovery_codes,
    new_shared_secret,
    plain_recovery_code,
)
from webapp.gateways.sealing import Seal


class Holder(Protocol):
    """An account. `sealed_totp` counts once `totp_since` is set; `recovery_codes` holds hashes only."""

    sealed_totp: Any
    totp_since: Any
    totp_step: Any
    recovery_codes: Any


class Proof(StrEnum):
    """What passed."""

    DEVICE = "device"
    RECOVERY_CODE = "recovery_code"


def begin(holder: Holder, seal: Seal) -> str:
    """A new secret for the person's device; it counts once `confirm` has seen a code of it. Refused when it is on."""
    if holder.totp_since is not None:
        raise Refused(Problem("code", "The second step is on already.", "Switch it off first."))
    secret = new_shared_secret()
    holder.sealed_totp, holder.totp_step = seal.close(secret), None
    return secret


def confirm(holder: Holder, clock: Clock, seal: Seal, code: str) -> tuple[str, ...]:
    """Switch it on; the recovery codes, which are told this once. Refused when `code` is wrong."""
    if holder.sealed_totp is None or holder.totp_since is not None or not _uses_code(holder, clock.now(), seal, code):
        raise Refused(Problem("code", "This is not the code of this moment.", "Check your device's clock, try again."))
    holder.totp_since = clock.now()
    return make_recovery_codes(holder)


def make_recovery_codes(holder: Holder) -> tuple[str, ...]:
    """Ten new recovery codes, told this once; those before work no more."""
    codes = new_recovery_codes()
    holder.recovery_codes = [_digest(each) for each in codes]
    return codes


def end(holder: Holder) -> None:
    """Switch it off and forget secret and codes."""
    holder.sealed_totp = holder.totp_since = holder.totp_step = None
    holder.recovery_codes = []


def passes(holder: Holder, clock: Clock, seal: Seal, code: str) -> Proof | None:
    """Whether `code` is that of the person's device, or one of their recovery codes. Either is used up by it."""
    if holder.totp_since is None:
        return None
    if _uses_code(holder, clock.now(), seal, code):
        return Proof.DEVICE
    digest = _digest(code)
    if digest not in holder.recovery_codes:
        return None
    holder.recovery_codes = [each for each in holder.recovery_codes if each != digest]
    return Proof.RECOVERY_CODE


def _digest(code: str) -> str:
    return token_hash(plain_recovery_code(code)).hex()


def _uses_code(holder: Holder, now: datetime, seal: Seal, code: str) -> bool:
    if holder.sealed_totp is None:
        return False
    try:
        secret = seal.open(holder.sealed_totp)
    except DomainError:
        return False  # sealed under a SECRET_KEY that was changed: recovery codes still count
    step = matching_step(secret, code, now, last_step=holder.totp_step)
    if step is None:
        return False
    holder.totp_step = step
    return True

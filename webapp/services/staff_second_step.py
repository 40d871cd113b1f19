"""The second step of a member of staff: set up, used, given new recovery codes, switched off."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.domain.staff_session import AccountNews
from webapp.gateways.sealing import Seal
from webapp.models import StaffAccount, StaffPolicy
from webapp.services import account_news, second_step, staff_session
from webapp.services.second_step import Proof


def begin(session: Session, seal: Seal, staff_id: UUID) -> str:
    """A new secret for the person's device; it counts once `confirm` has seen a code of it. Refused when it is on."""
    return second_step.begin(_locked(session, staff_id), seal)


def confirm(
    session: Session, clock: Clock, seal: Seal, staff_id: UUID, code: str, *, session_id: UUID
) -> tuple[str, ...]:
    """Switch it on, end the person's other log-ins; the recovery codes, told this once. Refused when `code` is wrong.

    The log-ins that end were made with a password alone.
    """
    codes = second_step.confirm(_locked(session, staff_id), clock, seal, code)
    staff_session.end_others(session, clock, staff_id, but=session_id)
    account_news.tell_staff(session, clock, staff_id, AccountNews.SECOND_STEP_ON)
    return codes


def make_recovery_codes(session: Session, clock: Clock, staff_id: UUID) -> tuple[str, ...]:
    """Ten new recovery codes; those before work no more. Refused when the second step is off."""
    account = _locked(session, staff_id)
    if account.totp_since is None:
        raise Refused(Problem("code", "The second step is off.", "Set it up first."))
    account_news.tell_staff(session, clock, staff_id, AccountNews.RECOVERY_CODES_MADE)
    return second_step.make_recovery_codes(account)


def end(session: Session, clock: Clock, staff_id: UUID, *, session_id: UUID) -> None:
    """Switch it off and end the person's other log-ins. Refused where it is asked of all staff, or is off."""
    account, policy = _locked(session, staff_id), session.get(StaffPolicy, 1)
    if policy is not None and policy.second_step_required:
        raise Refused(Problem("code", "The second step is asked of all staff.", "Ask an owner for a reset."))
    if account.totp_since is None:
        raise Refused(Problem("code", "The second step is off already."))
    second_step.end(account)
    staff_session.end_others(session, clock, staff_id, but=session_id)
    account_news.tell_staff(session, clock, staff_id, AccountNews.SECOND_STEP_OFF)


def passes(session: Session, clock: Clock, seal: Seal, staff_id: UUID, code: str) -> Proof | None:
    """Whether `code` is that of the device or a recovery code, which it uses up; a recovery code is told by mail."""
    proof = second_step.passes(_locked(session, staff_id), clock, seal, code)
    if proof is Proof.RECOVERY_CODE:
        account_news.tell_staff(session, clock, staff_id, AccountNews.RECOVERY_CODE_USED)
    return proof


def recovery_codes_left(session: Session, staff_id: UUID) -> int:
    """How many recovery codes are unused."""
    return len(session.execute(select(StaffAccount.recovery_codes).where(StaffAccount.id == staff_id)).scalar_one())


def _locked(session: Session, staff_id: UUID) -> StaffAccount:
    return session.execute(select(StaffAccount).where(StaffAccount.id == staff_id).with_for_update()).scalar_one()

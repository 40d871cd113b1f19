"""A partner's team: inviting people, changing what they may do, letting them go; and the second step of a log-in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id, new_token
from webapp.domain.links import Links
from webapp.domain.partner import PartnerStatus
from webapp.domain.partner_role import AccessPurpose, PartnerRole
from webapp.domain.staff_session import AccountNews
from webapp.gateways.sealing import Seal
from webapp.models import Partner, PartnerAccount
from webapp.services import account_news, audit, partner_access, second_step
from webapp.services.account_address import checked_address
from webapp.services.password import hash_password
from webapp.services.second_step import Proof

LONGEST_NAME = 100
MOST_PEOPLE = 200
"""In one team; more are a mistake or a misuse."""


def invite(
    session: Session,
    clock: Clock,
    links: Links,
    *,
    partner_id: UUID,
    email: str,
    name: str,
    role: PartnerRole,
    by: Actor,
) -> UUID:
    """Add a person to a team and mail them a link to set a password; the account's id.

    Inviting somebody who has not accepted yet mails a new link. Refused with every reason: bad address, address taken,
    partner ended, team full. Of an address that belongs to another partner nothing more is said than that it cannot be
    used.
    """
    _locked_partner(session, partner_id)
    problems: list[Problem] = []
    address = checked_address(email, problems)
    if len(name.strip()) > LONGEST_NAME:
        problems.append(Problem("name", "The name is long.", f"Use at most {LONGEST_NAME} characters."))
    known = _by_address(session, address) if address else None
    if known is not None and (known.partner_id != partner_id or known.password is not None or not known.active):
        problems.append(Problem("email", "This address cannot be used.", "Use another address, or ask us."))
    if _count(session, partner_id) >= MOST_PEOPLE:
        problems.append(Problem("email", f"A team has at most {MOST_PEOPLE} people.", "Remove somebody first."))
    if problems:
        raise Refused(*problems)
    account = known or PartnerAccount(
        id=new_id(), partner_id=partner_id, email=address, name="", session_stamp=new_token(), active=True
    )
    account.name, account.role = name.strip(), role
    session.add(account)
    session.flush()
    partner_access.send(session, clock, links, account, AccessPurpose.INVITATION)
    _write_down(session, clock, account, "invited", by, after={"email": address, "role": role})
    return account.id


def change_role(
    session: Session, clock: Clock, *, partner_id: UUID, account_id: UUID, role: PartnerRole, by: Actor
) -> None:
    """Give a person another role and end their log-ins. Refused when it would leave the team without an owner."""
    account = _of_team(session, partner_id, account_id)
    if account.role is role:
        return
    before = account.role
    if before is PartnerRole.OWNER:
        _keep_an_owner(session, account)
    account.role, account.session_stamp, account.updated_at = role, new_token(), clock.now()
    _write_down(session, clock, account, "role_changed", by, before={"role": before}, after={"role": role})


def remove(session: Session, clock: Clock, *, partner_id: UUID, account_id: UUID, by: Actor) -> None:
    """Delete a person's account, their log-ins and their links. Refused for the last owner.

    What they did stays in the trail under their address.
    """
    account = _of_team(session, partner_id, account_id)
    if account.role is PartnerRole.OWNER:
        _keep_an_owner(session, account)
    _write_down(session, clock, account, "removed", by, before={"email": account.email, "role": account.role})
    session.delete(account)
    session.flush()


def mail_password_link(
    session: Session, clock: Clock, links: Links, *, partner_id: UUID, account_id: UUID, by: Actor
) -> None:
    """Mail a person a link to set a password: the invitation again, or a new password."""
    account = _of_team(session, partner_id, account_id)
    purpose = AccessPurpose.INVITATION if account.password is None else AccessPurpose.PASSWORD_RESET
    partner_access.send(session, clock, links, account, purpose)
    _write_down(session, clock, account, "password_link_mailed", by, after={"purpose": purpose})


def reset_second_step(session: Session, clock: Clock, *, partner_id: UUID, account_id: UUID, by: Actor) -> None:
    """Switch the second step off of a person who lost device and codes, and end their log-ins; a mail tells them.

    Refused when it is off.
    """
    account = _of_team(session, partner_id, account_id)
    if account.totp_since is None:
        raise Refused(Problem("account", "Their second step is off."))
    end_second_step(session, clock, account_id)
    account_news.tell_member(session, clock, partner_id, account_id, AccountNews.SECOND_STEP_OFF)
    _write_down(
        session, clock, account, "second_step_reset", by, before={"second_step": True}, after={"second_step": False}
    )


def begin_second_step(session: Session, seal: Seal, account_id: UUID) -> str:
    """A new secret for the person's device; it counts once `confirm_second_step` has seen a code of it."""
    return second_step.begin(_locked(session, account_id), seal)


def confirm_second_step(session: Session, clock: Clock, seal: Seal, account_id: UUID, code: str) -> tuple[str, ...]:
    """Switch the second step on; the recovery codes, which are told this once. Refused when `code` is wrong."""
    account = _locked(session, account_id)
    codes = second_step.confirm(account, clock, seal, code)
    account.updated_at = clock.now()
    return codes


def end_second_step(session: Session, clock: Clock, account_id: UUID) -> None:
    """Switch the second step off and end the person's log-ins."""
    account = _locked(session, account_id)
    second_step.end(account)
    account.session_stamp, account.updated_at = new_token(), clock.now()


def passes_second_step(session: Session, clock: Clock, seal: Seal, account_id: UUID, code: str) -> bool:
    """Whether `code` is that of the device or a recovery code. Either is used up; a recovery code is told by mail."""
    account = _locked(session, account_id)
    proof = second_step.passes(account, clock, seal, code)
    if proof is Proof.RECOVERY_CODE:
        account_news.tell_member(session, clock, account.partner_id, account_id, AccountNews.RECOVERY_CODE_USED)
    return proof is not None


def make_demo_account(
    session: Session, clock: Clock, *, partner_slug: str, email: str, name: str, password: str
) -> bool:
    """An owner with a known password for a demo school; False when the address is there already. Never in production:
    the caller sees to that."""
    partner = session.execute(select(Partner).where(Partner.slug == partner_slug)).scalar_one()
    if _by_address(session, email) is not None:
        return False
    account = PartnerAccount(
        id=new_id(),
        partner_id=partner.id,
        email=email,
        name=name,
        role=PartnerRole.OWNER,
        active=True,
        password=hash_password(password),
        session_stamp=new_token(),
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    return True


def _locked_partner(session: Session, partner_id: UUID) -> Partner:
    """Whoever changes a team waits here, so that two owners cannot remove each other at once."""
    partner = session.execute(
        select(Partner).where(Partner.id == partner_id).with_for_update(key_share=True)
    ).scalar_one_or_none()
    if partner is None:
        raise NotFound("There is no such partner.")
    if partner.status is PartnerStatus.ENDED:
        raise Refused(Problem("partner", "This partner has ended.", "Ask us to open it again."))
    return partner


def _of_team(session: Session, partner_id: UUID, account_id: UUID) -> PartnerAccount:
    _locked_partner(session, partner_id)
    account = session.execute(
        select(PartnerAccount)
        .where(PartnerAccount.id == account_id, PartnerAccount.partner_id == partner_id)
        .with_for_update()
    ).scalar_one_or_none()
    if account is None:
        raise NotFound("There is no such person in this team.")
    return account


def _locked(session: Session, account_id: UUID) -> PartnerAccount:
    return session.execute(select(PartnerAccount).where(PartnerAccount.id == account_id).with_for_update()).scalar_one()


def _keep_an_owner(session: Session, account: PartnerAccount) -> None:
    others = session.execute(
        select(func.count()).where(
            PartnerAccount.partner_id == account.partner_id,
            PartnerAccount.id != account.id,
            PartnerAccount.role == PartnerRole.OWNER,
            PartnerAccount.active,
            PartnerAccount.password.is_not(None),
        )
    ).scalar_one()
    if others == 0:
        raise Refused(
            Problem("role", "The team would have no owner who can log in.", "Make somebody else an owner first.")
        )


def _by_address(session: Session, address: str) -> PartnerAccount | None:
    return session.execute(
        select(PartnerAccount).where(func.lower(PartnerAccount.email) == address.lower())
    ).scalar_one_or_none()


def _count(session: Session, partner_id: UUID) -> int:
    return session.execute(select(func.count()).where(PartnerAccount.partner_id == partner_id)).scalar_one()


def _write_down(
    session: Session,
    clock: Clock,
    account: PartnerAccount,
    action: str,
    by: Actor,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        clock,
        staff_id=by.staff_id,
        partner_id=account.partner_id,
        actor=by.name,
        action=action,
        object_type="partner_account",
        object_id=str(account.id),
        before=before,
        after=after,
        remote_address=by.remote_address,
    )

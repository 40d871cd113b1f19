"""The log-in of a partner's people: who stands behind an address, and what ends their sessions."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_token
from webapp.domain.partner import PartnerStatus, PausedBy
from webapp.domain.partner_role import PartnerRole
from webapp.models import Partner, PartnerAccount
from webapp.queries.partners import paused_by


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a log-in is checked against. `password` is None where nobody may log in with the address typed."""

    account_id: UUID | None
    password: str | None
    has_second_step: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Who a session stands for, and for which partner they act."""

    id: UUID
    partner_id: UUID
    email: str
    name: str
    role: PartnerRole
    partner: str
    partner_status: PartnerStatus
    paused_by: PausedBy | None
    time_zone: str
    has_second_step: bool


def credentials_of(session: Session, email: str) -> Credentials:
    """What to check a password for `email` against. Nobody, a closed account and an ended partner look the same."""
    row = session.execute(
        select(PartnerAccount.id, PartnerAccount.password, PartnerAccount.totp_since)
        .join(Partner, Partner.id == PartnerAccount.partner_id)
        .where(
            func.lower(PartnerAccount.email) == email.strip().lower(),
            PartnerAccount.active,
            Partner.status != PartnerStatus.ENDED,
        )
    ).first()
    return Credentials(None, None) if row is None else Credentials(row.id, row.password, row.totp_since is not None)


def begin_session(session: Session, clock: Clock, account_id: UUID) -> str:
    """Somebody proved who they are: the stamp that their cookie is to name."""
    stamp: str = session.execute(
        update(PartnerAccount)
        .where(PartnerAccount.id == account_id)
        .values(last_login_at=clock.now())
        .returning(PartnerAccount.session_stamp)
    ).scalar_one()
    return stamp


def find_member(session: Session, stamp: str) -> Member | None:
    """Who a cookie's stamp stands for; None once it was ended, or the account or its partner was closed."""
    row = session.execute(
        select(PartnerAccount, Partner)
        .join(Partner, Partner.id == PartnerAccount.partner_id)
        .where(PartnerAccount.session_stamp == stamp, PartnerAccount.active, Partner.status != PartnerStatus.ENDED)
    ).first()
    if row is None:
        return None
    account, partner = row
    return Member(
        id=account.id,
        partner_id=partner.id,
        email=account.email,
        name=account.name,
        role=account.role,
        partner=partner.display_name,
        partner_status=partner.status,
        paused_by=paused_by(session, partner),
        time_zone=partner.time_zone,
        has_second_step=account.totp_since is not None,
    )


def end_sessions(session: Session, account_id: UUID) -> None:
    """End every log-in of one account. A cookie copied before is worth nothing."""
    session.execute(update(PartnerAccount).where(PartnerAccount.id == account_id).values(session_stamp=new_token()))

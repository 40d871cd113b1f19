"""A partner's people and its settings, as its own pages show them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.ids import token_hash
from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus, PausedBy
from webapp.domain.partner_role import AccessPurpose, PartnerRole
from webapp.models import Lead, Partner, PartnerAccessLink, PartnerAccount
from webapp.queries.partners import paused_by


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One person. `has_joined` says that they set a password."""

    id: UUID
    email: str
    name: str
    role: PartnerRole
    has_joined: bool
    has_second_step: bool
    last_login_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccessLink:
    """What a mailed link that still works is for, and whose it is."""

    purpose: AccessPurpose
    email: str
    partner: str


@dataclass(frozen=True, slots=True)
class PartnerSetting:
    """What a partner may set alone, and what a pause holds back. `may_resume`: its own people paused it."""

    legal_name: str
    contact_email: str
    time_zone: str
    status: PartnerStatus
    may_resume: bool
    paused_by: PausedBy | None
    paused_leads: int


def list_team(session: Session, partner_id: UUID) -> tuple[TeamMember, ...]:
    """Everybody of one team, in the order they came."""
    rows = session.scalars(
        select(PartnerAccount)
        .where(PartnerAccount.partner_id == partner_id)
        .order_by(PartnerAccount.created_at, PartnerAccount.id)
    )
    return tuple(
        TeamMember(
            id=row.id,
            email=row.email,
            name=row.name,
            role=row.role,
            has_joined=row.password is not None,
            has_second_step=row.totp_since is not None,
            last_login_at=row.last_login_at,
            created_at=row.created_at,
        )
        for row in rows
    )


def find_access_link(session: Session, token: str, now: datetime) -> AccessLink | None:
    """The link behind `token`; None for one that is wrong, used or too old."""
    row = session.execute(
        select(PartnerAccessLink.purpose, PartnerAccount.email, Partner.display_name)
        .join(PartnerAccount, PartnerAccount.id == PartnerAccessLink.account_id)
        .join(Partner, Partner.id == PartnerAccount.partner_id)
        .where(
            PartnerAccessLink.token_hash == token_hash(token),
            PartnerAccessLink.used_at.is_(None),
            PartnerAccessLink.expires_at > now,
            PartnerAccount.active,
        )
    ).first()
    return None if row is None else AccessLink(*row)


def get_partner_setting(session: Session, partner_id: UUID) -> PartnerSetting:
    """The settings of one partner."""
    partner = session.get_one(Partner, partner_id)
    waiting = session.execute(
        select(func.count()).where(
            Lead.partner_id == partner_id, Lead.status == LeadStatus.HELD_SCHEDULE, Lead.reason == "partner_paused"
        )
    ).scalar_one()
    return PartnerSetting(
        legal_name=partner.legal_name,
        contact_email=partner.contact_email,
        time_zone=partner.time_zone,
        status=partner.status,
        may_resume=partner.status is PartnerStatus.PAUSED and partner.paused_by_partner,
        paused_by=paused_by(session, partner),
        paused_leads=waiting,
    )


def find_partner_by_slug(session: Session, slug: str) -> UUID | None:
    """The id of the partner with this short name."""
    return session.execute(select(Partner.id).where(Partner.slug == slug)).scalar()


def has_account(session: Session, email: str) -> bool:
    """Whether somebody of any partner has this address."""
    found = session.execute(select(PartnerAccount.id).where(func.lower(PartnerAccount.email) == email.lower()))
    return found.first() is not None

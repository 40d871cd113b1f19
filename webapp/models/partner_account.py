"""People of a partner who log in to the portal, and the links that are mailed to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.partner_role import AccessPurpose, PartnerRole
from webapp.models.base import Base, Id, JsonArray, status_of


class PartnerAccount(Base):
    """One person of one partner's team. Staff accounts are another table, and neither opens the other's pages.

    `session_stamp` is what a log-in cookie names: changing it ends every session. `password` is null until the
    invitation was accepted. `sealed_totp` is the secret shared with the person's device, encrypted; it counts once
    `totp_since` is set, and `totp_step` is the last period whose code was used. `recovery_codes` holds hashes only.
    """

    __tablename__ = "partner_accounts"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[PartnerRole] = mapped_column(status_of(PartnerRole))
    active: Mapped[bool] = mapped_column(server_default="true")
    password: Mapped[str | None]
    session_stamp: Mapped[str] = mapped_column(unique=True)
    sealed_totp: Mapped[bytes | None]
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int | None]
    recovery_codes: Mapped[JsonArray] = mapped_column(server_default="[]")
    last_login_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        # One address is one person of one partner: it is all that the log-in page asks.
        Index("uq_partner_accounts_email", text("lower(email)"), unique=True),
        Index("ix_partner_accounts_partner_id_created_at", "partner_id", "created_at"),
        CheckConstraint("char_length(name) <= 100", name="name_length"),
    )


class PartnerAccessLink(Base):
    """A link, mailed once, by which a password is set. `account_id` is null where the address asked for is unknown:
    known and unknown ones leave the same rows."""

    __tablename__ = "partner_access_links"

    id: Mapped[Id]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_accounts.id", ondelete="CASCADE"), index=True)
    email_key: Mapped[bytes]
    purpose: Mapped[AccessPurpose] = mapped_column(status_of(AccessPurpose))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_partner_access_links_email_key_created_at", "email_key", "created_at"),)

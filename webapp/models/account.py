"""Staff accounts and their roles, in the shape the log-in library asks for."""

# The mixins annotate columns with their own, narrower types; at run time ours are what the mapper reads.
# mypy: disable-error-code="assignment"

from datetime import datetime

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, Table, func
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Id, JsonArray

staff_account_roles = Table(
    "staff_account_roles",
    Base.metadata,
    Column("staff_id", ForeignKey("staff_accounts.id"), primary_key=True),
    Column("role_id", ForeignKey("staff_roles.id"), primary_key=True),
)


class StaffRole(Base, RoleMixin):
    __tablename__ = "staff_roles"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    update_datetime: Mapped[datetime] = mapped_column(server_default=func.now())


class StaffAccount(Base, UserMixin):
    """One member of staff. `fs_uniquifier` is what a log-in cookie names: changing it ends every session.

    `password` is null until an invitation was accepted. `sealed_totp` is the secret shared with the person's device,
    encrypted; it counts once `totp_since` is set, and `totp_step` is the last period whose code was used.
    `recovery_codes` holds hashes only. The columns `tf_…` and `mf_…` are the library's and stay empty: they would hold
    both in the clear.
    """

    __tablename__ = "staff_accounts"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str | None]
    active: Mapped[bool]
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None]
    current_login_ip: Mapped[str | None]
    login_count: Mapped[int | None]
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_phone_number: Mapped[str | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    sealed_totp: Mapped[bytes | None]
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int | None]
    recovery_codes: Mapped[JsonArray] = mapped_column(server_default="[]")
    create_datetime: Mapped[datetime] = mapped_column(server_default=func.now())
    update_datetime: Mapped[datetime] = mapped_column(server_default=func.now())

    roles: Mapped[list[StaffRole]] = relationship(secondary=staff_account_roles)


class FailedLogin(Base):
    """Failed log-ins of one account name, kept by keyed hash: enough to lock, not enough to list who has an account."""

    __tablename__ = "failed_logins"

    id: Mapped[Id]
    account_key: Mapped[bytes] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)

"""How staff come in: the links that are mailed to them, and what is asked of everybody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.staff_session import StaffAccessPurpose
from webapp.models.base import Base, Id, status_of


class StaffAccessLink(Base):
    """A link, mailed once, by which a member of staff sets a password. Only its hash is kept.

    `staff_id` is null where the address asked for is unknown: known and unknown ones leave the same rows. `email_key`
    is the keyed hash of that address; null in links that an owner had mailed.
    """

    __tablename__ = "staff_access_links"

    id: Mapped[Id]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_accounts.id"), index=True)
    email_key: Mapped[bytes | None] = mapped_column(index=True)
    purpose: Mapped[StaffAccessPurpose] = mapped_column(status_of(StaffAccessPurpose))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StaffPolicy(Base):
    """What an owner asks of all staff. One row; without it nothing is asked."""

    __tablename__ = "staff_policy"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    second_step_required: Mapped[bool]
    changed_at: Mapped[datetime]
    actor: Mapped[str]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

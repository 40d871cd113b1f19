"""Partners: legal entities that buy leads, the institutions they speak for and where their leads go."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.delivery import Channel
from webapp.domain.partner import PartnerStatus
from webapp.models.base import Base, Id, JsonObject, status_of


class Partner(Base):
    """`paused_by_partner` says that its own people paused it: only then may they resume."""

    __tablename__ = "partners"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    legal_name: Mapped[str]
    display_name: Mapped[str]
    status: Mapped[PartnerStatus] = mapped_column(status_of(PartnerStatus))
    time_zone: Mapped[str]
    contact_email: Mapped[str]
    paused_by_partner: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    endpoints: Mapped[list["PartnerEndpoint"]] = relationship(back_populates="partner")


class PartnerEvent(Base):
    """One step of a partner's status. Append-only; a trigger refuses edits. `actor` names who in words."""

    __tablename__ = "partner_events"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    at: Mapped[datetime]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    reason: Mapped[str]
    words: Mapped[str | None]
    actor: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_partner_events_partner_id_at", "partner_id", "at"),)


class PartnerInstitution(Base):
    """Which partner speaks for which institution. One institution has at most one partner."""

    __tablename__ = "partner_institutions"

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"), primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), index=True)


class ProgramGroup(Base):
    """Programs of a partner that share terms: a price, a cap, a filter. Without one, the partner's own stand."""

    __tablename__ = "program_groups"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("partner_id", "name"),
        CheckConstraint("char_length(name) >= 1 AND char_length(name) <= 100", name="name_length"),
    )


class GroupedProgram(Base):
    """A program in a group. A program is in one group at most, since its institution has one partner at most."""

    __tablename__ = "grouped_programs"

    program_id: Mapped[str] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("program_groups.id", ondelete="CASCADE"), index=True)


class PartnerEndpoint(Base):
    """A delivery method of a partner: where and how its leads go, and how that has been working.

    `position` orders a partner's methods; the first is 1. `config` is read by `domain.delivery_method.read_config`.
    `sealed_secret` signs what is posted, `former_sealed_secret` signs too until `former_secret_until`, and
    `sealed_credential` is a key of the partner's own; all are encrypted at rest. `next_slot_at` is when the rate limit
    allows the next request. A method that was removed stays for what was sent by it.
    """

    __tablename__ = "partner_endpoints"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), index=True)
    kind: Mapped[Channel] = mapped_column(status_of(Channel), default=Channel.WEBHOOK, server_default=Channel.WEBHOOK)
    name: Mapped[str] = mapped_column(default="", server_default="")
    position: Mapped[int] = mapped_column(default=1, server_default="1")
    url: Mapped[str | None]
    config: Mapped[JsonObject] = mapped_column(default=dict, server_default="{}")
    sealed_secret: Mapped[bytes | None]
    former_sealed_secret: Mapped[bytes | None]
    former_secret_until: Mapped[datetime | None]
    sealed_credential: Mapped[bytes | None]
    per_minute: Mapped[int | None]
    at_once: Mapped[int] = mapped_column(default=4, server_default="4")
    next_slot_at: Mapped[datetime | None]
    failures_in_row: Mapped[int] = mapped_column(default=0, server_default="0")
    failing_since: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    removed_at: Mapped[datetime | None]

    partner: Mapped[Partner] = relationship(back_populates="endpoints")

    __table_args__ = (
        CheckConstraint("url ~ '^https?://'", name="url_scheme"),
        CheckConstraint(
            "(kind IN ('webhook', 'json_post', 'form_post')) = (url IS NOT NULL AND sealed_secret IS NOT NULL)",
            name="posts_somewhere",
        ),
        CheckConstraint("at_once >= 1 AND per_minute >= 1", name="limits"),
    )

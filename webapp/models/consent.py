"""The record of what students allowed. Append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.consent import ConsentKind, ConsentPurpose
from webapp.models.base import Base, Id, JsonArray, JsonObject, status_of


class Consent(Base):
    """One link of a prospect's hash chain (`domain.consent.ConsentRecord`). A trigger refuses edits."""

    __tablename__ = "consents"

    id: Mapped[Id]
    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"))
    submission_id: Mapped[UUID | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    sequence: Mapped[int]
    prospect_key: Mapped[bytes]
    kind: Mapped[ConsentKind] = mapped_column(status_of(ConsentKind))
    purpose: Mapped[ConsentPurpose] = mapped_column(status_of(ConsentPurpose))
    legal_entity: Mapped[str]
    program_id: Mapped[str]
    channels: Mapped[JsonArray]
    contact_preferences: Mapped[JsonObject | None]
    text_version: Mapped[str]
    text: Mapped[str]
    page: Mapped[str]
    at: Mapped[datetime]
    digest: Mapped[bytes]

    __table_args__ = (UniqueConstraint("prospect_id", "sequence"),)

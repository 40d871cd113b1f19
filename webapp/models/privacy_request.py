"""What people ask of us about their data, until when it is to be answered, and how it was."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.privacy_request import PrivacyLaw, RequestKind, RequestOutcome, RequestSource, RequestStatus
from webapp.models.base import Base, Id, status_of


class PrivacyRequest(Base):
    """One request. `person` is the keyed hash of an address, by which what we hold of it is found; no name is here.

    `note` and `extension_words` are of our staff and may name somebody all the same: erasing the person clears them.
    """

    __tablename__ = "privacy_requests"

    id: Mapped[Id]
    kind: Mapped[RequestKind] = mapped_column(status_of(RequestKind))
    law: Mapped[PrivacyLaw] = mapped_column(status_of(PrivacyLaw))
    source: Mapped[RequestSource] = mapped_column(status_of(RequestSource))
    status: Mapped[RequestStatus] = mapped_column(status_of(RequestStatus))
    outcome: Mapped[RequestOutcome | None] = mapped_column(status_of(RequestOutcome))
    person: Mapped[bytes | None] = mapped_column(index=True)
    prospect_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospects.id"), index=True)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"))
    received_on: Mapped[date]
    due_on: Mapped[date]
    extended_at: Mapped[datetime | None]
    extension_words: Mapped[str | None]
    carried_out_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    note: Mapped[str | None]
    recorded_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("char_length(note) <= 2000 AND char_length(extension_words) <= 2000", name="words_length"),
        CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL) AND (status = 'closed') = (outcome IS NOT NULL)",
            name="closed_with_outcome",
        ),
        CheckConstraint("(extended_at IS NULL) = (extension_words IS NULL)", name="extended_with_reason"),
        Index("ix_privacy_requests_status_due_on_id", "status", "due_on", "id"),
        Index("ix_privacy_requests_created_at_id", "created_at", "id"),
    )

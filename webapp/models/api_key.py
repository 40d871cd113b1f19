"""Keys by which partners' own systems use the programming interface, and answers kept for repeated requests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id, JsonArray


class ApiKey(Base):
    """`prefix` names the key and may be shown; `secret_hash` is all that is kept of the rest.

    A test key reaches test data only, a live one live data only. `last_used_at` is right to the hour.
    """

    __tablename__ = "api_keys"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), index=True)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[bytes]
    scopes: Mapped[JsonArray]
    test: Mapped[bool]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("char_length(name) >= 1 AND char_length(name) <= 100", name="name_length"),
        CheckConstraint("starts_with(prefix, 'pm_test_') = test", name="prefix_of_test"),
    )


class KeptAnswer(Base):
    """What a request with an `Idempotency-Key` was answered, for a day: the same request again gets the same answer.

    The answer is sealed, since it may hold a secret that is shown once.
    """

    __tablename__ = "kept_answers"

    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes]
    status: Mapped[int | None]
    sealed_answer: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(index=True)

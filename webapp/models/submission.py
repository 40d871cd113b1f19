"""One request of a student: mail me this list, introduce me to these schools."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Id, JsonArray, JsonObject
from webapp.models.match import Match
from webapp.models.prospect import Prospect


class Submission(Base):
    """`nonce` makes fifty posts of one page one submission.

    Profile, `put_aside` (programs the student had put aside), versions, `draft_id` (it decides ties), `ranked_on` and
    `ranked_k` (how many matches were asked for) are all that the ranking depended on; `ranking_digest` is the SHA-256
    of its JSON form. The last three are null in rows older than the columns. `gpc` says
    that the browser sent Global Privacy Control with the request.
    """

    __tablename__ = "submissions"

    id: Mapped[Id]
    nonce: Mapped[str] = mapped_column(unique=True)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"), index=True)
    profile: Mapped[JsonObject]
    put_aside: Mapped[JsonArray] = mapped_column(server_default="[]")
    engine_version: Mapped[str]
    weights_version: Mapped[str]
    catalog_version: Mapped[str]
    ranked_on: Mapped[date | None]
    ranked_k: Mapped[int | None]
    ranking_digest: Mapped[bytes | None]
    considered: Mapped[int]
    excluded: Mapped[JsonObject]
    wants_mail: Mapped[bool]
    attribution: Mapped[JsonObject] = mapped_column(server_default="{}")
    page: Mapped[str]
    gpc: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    prospect: Mapped[Prospect] = relationship()
    matches: Mapped[list[Match]] = relationship(order_by=Match.rank)

    __table_args__ = (Index("ix_submissions_created_at_id", "created_at", "id"),)

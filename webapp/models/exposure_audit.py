"""What each exposure audit found: whether partners' programs are shown higher than others that fit alike."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id


class ExposureAudit(Base):
    """The figures of `services.exposure.Audit` at one moment. Ranks are means; shares and `p_value` are 0 to 1."""

    __tablename__ = "exposure_audits"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    submissions: Mapped[int]
    partner_places: Mapped[int]
    other_places: Mapped[int]
    partner_rank: Mapped[float | None]
    other_rank: Mapped[float | None]
    published_share: Mapped[float | None]
    observed: Mapped[float | None]
    expected: Mapped[float | None]
    p_value: Mapped[float | None]
    partner_share: Mapped[float]
    other_share: Mapped[float]
    compared: Mapped[int]

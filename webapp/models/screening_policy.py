"""What a partner asks of the leads it takes, apart from its filter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, JsonArray


class ScreeningPolicy(Base):
    """The fields of `domain.screening.Screening`. A partner without a row has its defaults."""

    __tablename__ = "screening_policies"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    match_sets: Mapped[JsonArray]
    in_flight_holds: Mapped[bool]
    partner_days: Mapped[int]
    partner_holds: Mapped[bool]
    system_days: Mapped[int]
    system_holds: Mapped[bool]
    confirmed_email_only: Mapped[bool]
    cautions_hold: Mapped[bool] = mapped_column(server_default="true")
    complaint_percent: Mapped[int]
    complaint_sample: Mapped[int]
    complaint_days: Mapped[int]
    changed_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("partner_days >= 0 AND system_days >= 0 AND complaint_days >= 1", name="days_not_negative"),
        CheckConstraint("complaint_percent >= 1 AND complaint_percent <= 100", name="percent_in_range"),
        CheckConstraint("complaint_sample >= 1", name="sample_not_empty"),
    )

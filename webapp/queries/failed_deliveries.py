"""Deliveries that failed: which may be sent again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.delivery import DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.models import Delivery, Lead


def failed_since(session: Session, moment: datetime) -> list[UUID]:
    """Deliveries that failed at `moment` or later, with their lead, the oldest failure first."""
    return list(
        session.scalars(
            select(Delivery.id)
            .join(Lead, Lead.id == Delivery.lead_id)
            .where(
                Delivery.status == DeliveryStatus.FAILED,
                Lead.status == LeadStatus.FAILED,
                Delivery.finished_at >= moment,
            )
            .order_by(Delivery.finished_at, Delivery.id)
        )
    )

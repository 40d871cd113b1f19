"""Who a student is: read only for pages that say so in the audit log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.models import Prospect


@dataclass(frozen=True, slots=True)
class Student:
    """A student's personal data. All of it is None once they were erased."""

    prospect_id: UUID
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    erased_at: datetime | None

    @property
    def name(self) -> str | None:
        """First and last name as far as they are known."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None


def get_student(session: Session, prospect_id: UUID) -> Student:
    """The student behind a submission or a lead."""
    row = session.get_one(Prospect, prospect_id)
    return Student(row.id, row.email, row.first_name, row.last_name, row.phone, row.erased_at)

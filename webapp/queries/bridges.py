"""Published courses that close a gap, by the subject they teach."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import any_, func, literal, select
from sqlalchemy.orm import Session

from webapp.domain.listing import TuitionBasis
from webapp.domain.profile import Modality
from webapp.domain.subject import Subject
from webapp.models import ListingStatus, Program


@dataclass(frozen=True, slots=True)
class SubjectCourses:
    """How many published listings teach a subject; of these, how many are online and how many are invented for
    demonstration; and the lowest published price, if any.

    Averages over a whole institution are no price of a course and are left out.
    """

    courses: int = 0
    online: int = 0
    lowest_price_cents: int | None = None
    invented: int = 0


def courses_by_subject(session: Session) -> Mapping[Subject, SubjectCourses]:
    """Every subject with the listings that are a bridge to it; a subject that nobody teaches counts zero."""
    taught = (
        select(Program.id, func.split_part(func.unnest(Program.bridge_for), ":", 1).label("subject"))
        .where(Program.status == ListingStatus.PUBLISHED, Program.bridge_for.is_not(None))
        .distinct()
        .subquery()
    )
    priced = Program.tuition_basis.in_([TuitionBasis.PROGRAM, TuitionBasis.PER_CREDIT])
    rows = session.execute(
        select(
            taught.c.subject,
            func.count(),
            func.count().filter(literal(Modality.ONLINE.value) == any_(Program.modality)),
            func.min(Program.tuition_total_cents).filter(priced),
            func.count().filter(Program.is_demo),
        )
        .join(Program, Program.id == taught.c.id)
        .where(taught.c.subject.in_(list(Subject)))
        .group_by(taught.c.subject)
    )
    found = {Subject(name): SubjectCourses(*counted) for name, *counted in rows}
    return {subject: found.get(subject, SubjectCourses()) for subject in Subject}

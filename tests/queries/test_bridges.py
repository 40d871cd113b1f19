"""Courses that close a gap, counted by subject from what is published."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.services.listing_rows import import_rows, row
from webapp.domain.subject import Subject
from webapp.models import ListingStatus, Program
from webapp.queries.bridges import SubjectCourses, courses_by_subject


def test_each_published_course_counts_once_for_each_subject_it_teaches(session: Session) -> None:
    priced = {"tuition_total_usd": "400", "tuition_basis": "program"}
    import_rows(
        session,
        [
            row(1, bridge_for="statistics;statistics:several_courses", modality="online", **priced),
            row(2, bridge_for="statistics;calculus:several_courses", modality="online;on_campus", tuition_total_usd=""),
            row(3, bridge_for="statistics", tuition_total_usd="90", tuition_basis="institution_average"),
            row(4, bridge_for="program:test-1"),
            row(5, bridge_for="databases"),
        ],
    )
    gone = row(5)["program_id"]
    session.execute(update(Program).where(Program.program_id == gone).values(status=ListingStatus.WITHDRAWN))
    counted = courses_by_subject(session)
    assert list(counted) == list(Subject)
    assert counted[Subject.STATISTICS] == SubjectCourses(courses=3, online=2, lowest_price_cents=40_000)
    assert counted[Subject.CALCULUS] == SubjectCourses(courses=1, online=1, lowest_price_cents=None)
    assert counted[Subject.DATABASES] == counted[Subject.PROGRAMMING] == SubjectCourses()

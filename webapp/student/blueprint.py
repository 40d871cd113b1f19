"""The student's surface: every page a student opens."""

from flask import Blueprint, Flask

from webapp.domain.profile_reader import ProfileError
from webapp.student import (
    adjust,
    compare,
    complaint,
    contact,
    correction,
    embed,
    erasure,
    export,
    feedback,
    form,
    guides,
    introductions,
    later,
    link,
    mail_topics,
    my_data,
    pages,
    programs,
    results,
    resume,
    review,
    share,
    shortlist,
    sitemap,
    unsubscribe,
)
from webapp.student.arrival import remember_campaign
from webapp.student.public_pages import public_url
from webapp.student.ranked import to_the_answer

PARTS = (
    pages,
    form,
    review,
    later,
    resume,
    results,
    adjust,
    feedback,
    introductions,
    link,
    my_data,
    complaint,
    mail_topics,
    unsubscribe,
    contact,
    correction,
    export,
    erasure,
    programs,
    shortlist,
    compare,
    share,
    guides,
    sitemap,
    embed,
)


def install_student(app: Flask) -> None:
    """Mount the student's pages on `app`. Endpoints are `student.<module>.<view>`."""
    student = Blueprint("student", __name__, template_folder="templates")
    student.before_request(remember_campaign)
    student.register_error_handler(ProfileError, to_the_answer)
    student.context_processor(shortlist.for_templates)
    student.add_app_template_global(public_url)
    for part in PARTS:
        student.register_blueprint(part.blueprint)
    app.register_blueprint(student)

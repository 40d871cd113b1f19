"""The student's surface: every page a student opens."""

from flask import Blueprint, Flask

from webapp.student import correction, erasure, export, form, link, my_data, pages, results
from webapp.student.arrival import remember_campaign


def install_student(app: Flask) -> None:
    """Mount the student's pages on `app`. Endpoints are `student.<module>.<view>`."""
    student = Blueprint("student", __name__, template_folder="templates")
    student.before_request(remember_campaign)
    for part in (pages, form, results, link, my_data, correction, export, erasure):
        student.register_blueprint(part.blueprint)
    app.register_blueprint(student)

"""The student's surface: every page a student opens."""

from flask import Blueprint, Flask

from webapp.student import form, guides, my_data, pages, results, sitemap
from webapp.student.arrival import remember_campaign
from webapp.student.public_pages import public_url


def install_student(app: Flask) -> None:
    """Mount the student's pages on `app`. Endpoints are `student.<module>.<view>`."""
    student = Blueprint("student", __name__, template_folder="templates")
    student.before_request(remember_campaign)
    student.add_app_template_global(public_url)
    for part in (pages, form, results, my_data, guides, sitemap):
        student.register_blueprint(part.blueprint)
    app.register_blueprint(student)

"""The browser and the student's application for journeys through pages."""

from tests.browser import browser_page, chromium, faults, live_server, new_page
from tests.student.conftest import app, runtime, student_database_url

__all__ = [
    "app",
    "browser_page",
    "chromium",
    "faults",
    "live_server",
    "new_page",
    "runtime",
    "student_database_url",
]

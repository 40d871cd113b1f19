"""Showing what a service refused: beside the field it is about, or on the page where no field is."""

from flask import flash

from webapp.domain.errors import Refused
from webapp.ui.forms import BaseForm, put_problem


def put_beside_fields(form: BaseForm, refusal: Refused, *, beside: str | None = None) -> None:
    """Write each problem beside the field of its name, or all `beside` one; those without one stand in the summary."""
    for problem in refusal.problems:
        put_problem(form, problem, beside=beside)


def tell(refusal: Refused) -> None:
    """Say above the page why nothing was changed."""
    flash(" ".join(f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems), "error")

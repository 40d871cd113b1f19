"""Showing what a service refused: beside the field it is about, or on the page where no field is."""

from flask import flash

from webapp.domain.errors import Refused
from webapp.ui.forms import BaseForm


def put_beside_fields(form: BaseForm, refusal: Refused) -> None:
    """Write each problem beside the field of its name; those without one stand in the summary."""
    for problem in refusal.problems:
        words = f"{problem.what} {problem.remedy}".strip()
        if problem.where in form:
            form[problem.where].errors = [*form[problem.where].errors, words]
        else:
            form.form_errors.append(words)


def tell(refusal: Refused) -> None:
    """Say above the page why nothing was changed."""
    flash(" ".join(f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems), "error")

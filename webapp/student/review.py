"""All answers on one page before the list, each with a link that leads to its question and back here."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.student.answers import STEPS, Answers, Step
from webapp.student.drafts import current_draft
from webapp.student.form import REVIEW, results_token
from webapp.student.forms.words import in_words, questions_of
from webapp.ui.widgets import anchor_of

blueprint = Blueprint("review", __name__)

_BACK_HERE: dict[str, Any] = {"from": REVIEW}


@dataclass(frozen=True, slots=True)
class Row:
    """One question with its answer ("" where there is none) and where to change it."""

    question: str
    answer: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """The questions of one step."""

    step: Step
    rows: tuple[Row, ...]


@blueprint.get("/match/review")
def show() -> ResponseReturnValue:
    """Check your answers. While a step is still open this leads there."""
    draft = current_draft()
    if draft is None or not draft.is_complete:
        return redirect(url_for("student.form.begin"), 302)
    sections = sections_of(draft.answers)
    return render_template(
        "student/review.html",
        sections=sections,
        open_questions=sum(not row.answer for section in sections for row in section.rows),
        results_url=url_for("student.results.show", token=results_token(draft)),
    )


def sections_of(answers: Answers) -> tuple[Section, ...]:
    """Every question that is asked, step by step. Needs a request, for its addresses."""
    return tuple(Section(step, tuple(_rows(step, answers))) for step in STEPS)


def _rows(step: Step, answers: Answers) -> list[Row]:
    form = step.form.restored(answers.get(step.slug), csrf=False)
    form.validate()
    return [
        Row(
            field.label.text,
            in_words(field),
            url_for("student.form.show", slug=step.slug, _anchor=anchor_of(field), **_BACK_HERE),
        )
        for field in questions_of(form)
    ]

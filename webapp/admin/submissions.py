"""Submissions: what students asked for, and what was made of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, SEES_PEOPLE, needs_role, staff
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.admin.trail import write_down
from webapp.context import runtime
from webapp.domain import label, wording
from webapp.domain.profile_words import profile_in_words
from webapp.domain.requirement import gap_sentence
from webapp.domain.staff_list import StaffList
from webapp.queries.submissions import (
    MatchRow,
    SubmissionFilter,
    count_submissions,
    get_submission,
    list_submissions,
)
from webapp.ui.lists import chosen_day, chosen_person, cursor, page_links

blueprint = Blueprint("submissions", __name__, url_prefix="/submissions")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Submissions, newest first."""
    wanted = _wanted()
    with runtime().begin() as session:
        desk = desk_of(
            session, StaffList.SUBMISSIONS, lambda asked: count_submissions(session, _wanted(asked), most=COUNTED_TO)
        )
        if desk.opens_with:
            return redirect(desk.opens_with)
        page = list_submissions(session, wanted, cursor=cursor())
    return render_template("admin/submissions.html", page=page, desk=desk, person=wanted.person, **page_links(page))


def _wanted(asked: Mapping[str, str] | None = None) -> SubmissionFilter:
    """What the address, or a saved view, narrows the list to."""
    return SubmissionFilter(
        person=chosen_person() if asked is None else None,
        since=chosen_day("since", asked),
        until=chosen_day("until", asked, after=True),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One submission. Looking at personal data is written down."""
    with runtime().begin() as session:
        submission = get_submission(session, row_id)
        sees_people = staff().may(SEES_PEOPLE)
        if sees_people:
            write_down(session, "viewed", "submission", str(row_id))
    return render_template(
        "admin/submission.html",
        submission=submission,
        student=submission.student if sees_people else None,
        profile=profile_in_words(submission.profile),
        excluded=[(_excluded(rule), count) for rule, count in submission.excluded.items()],
        matches=[match_view(match) for match in submission.matches],
        lead_look=words.lead_look,
        message_looks=words.MESSAGE_LOOKS,
        template_labels=words.TEMPLATE_LABELS,
        reason_words=words.reason_words,
    )


def match_view(match: MatchRow) -> dict[str, Any]:
    """A match as the page shows it: codes in words, contributions as parts of 100."""
    return {
        "row": match,
        "band": label.BAND_LABELS.get(match.band, match.band),
        "verdict": label.VERDICT_LABELS.get(match.verdict, match.verdict),
        "contributions": [
            {"criterion": name, "label": label.CRITERION_LABELS.get(name, name), "points": _points(value)}
            for name, value in sorted(match.contributions.items(), key=lambda item: -_points(item[1]))
        ],
        "reasons": [said(wording.reason_sentence, reason) for reason in match.reasons],
        "caveats": [said(wording.caveat_sentence, caveat) for caveat in match.caveats],
        "gaps": [said(gap_sentence, gap) for gap in match.gaps],
    }


def said(sentence: Any, told: Any) -> dict[str, str]:
    """A reason in words with its source. One that an older engine gave and this code cannot say shows its code."""
    try:
        text = sentence(told)
    except (KeyError, TypeError, ValueError, AttributeError):
        text = str(told.get("code") or told.get("rule") or told) if isinstance(told, dict) else str(told)
    source = wording.source_phrase(told) if isinstance(told, dict) else ""
    return {"text": text, "source": source}


def _points(value: Any) -> float:
    return float(value["points"] if isinstance(value, dict) else value)


def _excluded(rule: str) -> str:
    return label.RULE_LABELS.get(rule, rule)

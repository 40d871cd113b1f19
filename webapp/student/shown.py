"""What the list's templates are given: the list, what moved in it, the panel, and what was put aside."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import session as cookie

from webapp.context import runtime
from webapp.domain.profile import Profile
from webapp.matching.standings import fates_of, order_of
from webapp.services.draft import OpenDraft
from webapp.student.asides import REASON_WORDS, asides_of
from webapp.student.cards import moved
from webapp.student.drafts import current_draft
from webapp.student.elsewhere import ELSEWHERE
from webapp.student.forms.panel import PanelForm
from webapp.student.movement import Movement, movement_of
from webapp.student.ranked import SHOWN, Results, asked_by, question_of
from webapp.student.summary import summary_of

_BEFORE = "list_before"


def list_values(
    results: Results, *, panel: PanelForm | None = None, before: Sequence[str] | None = None
) -> Mapping[str, Any]:
    """The values for `student/results.html` and `student/results_list.html`; `before` are the ids of a list before."""
    draft = current_draft()
    page, movement = results.page, None
    if before is not None:
        movement = _movement(results, before)
        page = replace(page, cards=moved(page.cards, movement.moves))
    return {
        "page": page,
        "movement": movement,
        "changed": changed_words(saved_profile(results), results.profile) if results.is_trial else (),
        "is_trial": results.is_trial,
        "is_own": draft is not None and draft.id == results.draft.id,
        "panel": panel or PanelForm.showing(results.answers),
        "asides": asides_of(results),
        "can_undo": results.draft.changes,
        "summary": summary_of(results.profile),
        "feedback_reasons": REASON_WORDS,
        "elsewhere": ELSEWHERE,
        "token": results.token,
        "contact_email": runtime().settings.mail_from,
    }


def saved_profile(results: Results) -> Profile:
    """The profile that the saved answers make."""
    return question_of(results.draft, results.draft.answers, results.put_aside).profile


def saved_order(results: Results) -> tuple[str, ...]:
    """The ids of the list that the saved answers make."""
    asked = question_of(results.draft, results.draft.answers, results.put_aside)
    return order_of(asked, results.catalog, SHOWN)


def keep_order(draft: OpenDraft) -> None:
    """Keep the list as it is, in the student's own signed cookie, so that the next page can say what moved."""
    ids = order_of(asked_by(draft), runtime().snapshot.current(), SHOWN)
    cookie[_BEFORE] = {"draft": draft.id.hex, "ids": ids}


def kept_order(results: Results) -> Sequence[str] | None:
    """The list that was kept, once; None where none was or it is another student's."""
    kept = cookie.pop(_BEFORE, None)
    if not isinstance(kept, dict) or kept.get("draft") != results.draft.id.hex:
        return None
    return [str(each) for each in kept.get("ids", ())][:SHOWN]


def changed_words(before: Profile, after: Profile) -> tuple[str, ...]:
    """Each answer that differs, in words: "Budget: $20,000 (was $30,000)"."""
    told = [
        {(part.step.slug, answer.label): answer.value for part in summary_of(profile) for answer in part.answers}
        for profile in (before, after)
    ]
    was, now = told
    return tuple(
        f"{key[1]}: {now.get(key, 'not said')} (was: {was.get(key, 'not said')})"
        for key in dict.fromkeys((*was, *now))
        if was.get(key) != now.get(key)
    )


def _movement(results: Results, before: Sequence[str]) -> Movement:
    now = [match.program_id for match in results.ranking.matches]
    left = [each for each in before if each not in now]
    fates = fates_of(results.question, results.catalog, left) if left else {}
    return movement_of(before, now, fates, results.catalog)

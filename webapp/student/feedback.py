"""Feedback on one match: "not for me, because …" puts it aside, and the list moves. Taken back with one button."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.feedback import FeedbackReason
from webapp.matching.ranking import Match
from webapp.services import feedback
from webapp.services.feedback import Seen
from webapp.student.adjust import GONE, NOT_YOURS, is_own, to_list
from webapp.student.answers import profile_of
from webapp.student.asides import REASON_WORDS, effect_of, effect_words, no_effect_words
from webapp.student.cards import find_listing
from webapp.student.drafts import kept_for
from webapp.student.own_page import keep_private
from webapp.student.ranked import Results, draft_of, ranked
from webapp.student.shown import changed_words, keep_order

blueprint = Blueprint("feedback", __name__)

keep_private(blueprint)


@blueprint.post("/results/<token>/aside")
@rate_limited("60/minute;300/hour")
def put_aside(token: str) -> ResponseReturnValue:
    """Leave one program of the list out, for a reason; `pick` is the reason and the program."""
    draft = draft_of(token)
    reason_name, _, program_id = request.form.get("pick", "").partition(" ")
    reason = next((each for each in FeedbackReason if each == reason_name), None) or abort(400)
    if not is_own(draft):
        flash(NOT_YOURS, "warm")
        return to_list(token)
    results = ranked(draft, token)
    match = _shown(results.ranking.matches, program_id)
    if match is None:
        flash(GONE, "warm")
        return to_list(token)
    try:
        _store(results, match, reason)
    except Refused as refusal:
        flash(" ".join(f"{problem.what} {problem.remedy}" for problem in refusal.problems), "error")
    return to_list(token)


@blueprint.post("/results/<token>/aside/back")
@rate_limited("60/minute;300/hour")
def take_back(token: str) -> ResponseReturnValue:
    """Show a program again. Twice is the same as once."""
    draft = draft_of(token)
    if not is_own(draft):
        flash(NOT_YOURS, "warm")
        return to_list(token)
    keep_order(draft)
    built = runtime()
    with built.begin() as session:
        was = feedback.take_back(session, built.clock, draft.id, request.form.get("pick", ""), keep=kept_for())
    words = changed_words(profile_of(draft.answers), profile_of(draft_of(token).answers))
    told = f" {'; '.join(words)}." if words else ""
    flash(f"Taken back: the program is on offer again.{told}" if was else GONE, "good" if was else "warm")
    return to_list(token)


def _shown(matches: Sequence[Match], program_id: str) -> Match | None:
    return next((match for match in matches if match.program_id == program_id), None)


def _store(results: Results, match: Match, reason: FeedbackReason) -> None:
    built, ranking = runtime(), results.ranking
    keep_order(results.draft)
    effect = effect_of(reason, results.profile, results.draft.answers, results.question.weights)
    seen = Seen(
        program_id=match.program_id,
        rank=match.rank,
        shown=len(ranking.matches),
        score=match.score,
        band=match.band,
        verdict=match.verdict,
        engine=ranking.engine,
        weights=ranking.weights,
        catalog=ranking.catalog,
    )
    with built.begin() as session:
        is_new = feedback.put_aside(session, built.clock, results.draft.id, seen, reason, effect, keep=kept_for())
    listing = find_listing(results.catalog, match.program_id)
    name = listing.name if listing else match.program_id
    words = effect_words(effect.to_json()) if effect and is_new else no_effect_words(reason, results.profile)
    flash(f"“{name}” is put aside: {REASON_WORDS[reason].lower()}. {words}".strip(), "good")

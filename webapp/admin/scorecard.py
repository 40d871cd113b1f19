"""The scorecard: how partners treat students, side by side, and the rows behind each figure. For staff alone."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, needs_role
from webapp.context import runtime
from webapp.domain.complaint import COMPLAINT_WORDS
from webapp.domain.lead_return import RETURN_REASON_LABELS, ReturnReason
from webapp.domain.scorecard import BARS, FIGURE_WORDS, MARK_WORDS, Figure, Mark
from webapp.queries.partners import get_partner
from webapp.queries.scorecard import Scorecard, list_scorecards
from webapp.queries.scorecard_rows import list_counted
from webapp.ui.formats import span_words
from webapp.ui.lists import chosen, cursor, page_links

blueprint = Blueprint("scorecard", __name__, url_prefix="/scorecard")

SPANS: Final = {"30": "Last 30 days", "90": "Last 90 days", "365": "Last year"}
MARK_LOOKS: Final = {Mark.GOOD: "good", Mark.FAIR: "warm", Mark.POOR: "error", Mark.FEW: "neutral"}


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Every partner that had leads or seeds in the span."""
    since, until, days = _span()
    with runtime().begin() as session:
        cards = [card for card in list_scorecards(session, since=since, until=until) if card.answered or card.seeds]
    return render_template(
        "admin/scorecard.html",
        cards=[(card, marks_of(card)) for card in cards],
        returns=[(card, reason, count) for card in cards for reason, count in card.returns.items()],
        days=days,
        spans=SPANS,
        bars=BARS,
        figures=Figure,
        mark_words=MARK_WORDS,
        mark_looks=MARK_LOOKS,
        reasons=RETURN_REASON_LABELS,
        span=span_words,
    )


@blueprint.get("/<uuid:row_id>/<figure>")
@needs_role(EVERYONE)
def rows(row_id: UUID, figure: str) -> ResponseReturnValue:
    """The leads that one figure of one partner counts."""
    since, until, days = _span()
    reason = chosen("reason", ReturnReason)
    if figure not in list(Figure):
        abort(404)
    with runtime().begin() as session:
        partner = get_partner(session, row_id, until)
        page = list_counted(session, row_id, Figure(figure), since=since, until=until, reason=reason, cursor=cursor())
    return render_template(
        "admin/scorecard_rows.html",
        partner=partner,
        title=FIGURE_WORDS[Figure(figure)],
        page=page,
        days=days,
        spans=SPANS,
        reason=reason,
        reasons=RETURN_REASON_LABELS,
        kinds=COMPLAINT_WORDS,
        lead_look=words.lead_look,
        **page_links(page),
    )


def marks_of(card: Scorecard) -> dict[str, Mark]:
    """How each figure of a partner compares with its bar. Complaints are held against the partner's own limit too."""
    first, seeds = card.median_first_contact, len(card.delivered_seeds)
    values: dict[str, tuple[float | None, int]] = {
        "acceptance": (card.acceptance_percent, card.answered),
        "reached": (card.reached_percent, card.delivered),
        "first_contact": (first.total_seconds() / 3600 if first is not None else None, seeds),
        "contacts": (card.contacts_per_seed, seeds),
        "complaints": (card.complaints.percent, card.delivered),
        "returns": (card.return_percent, card.delivered),
    }
    return {name: BARS[name].mark(*value) for name, value in values.items()}


def _span() -> tuple[datetime, datetime, str]:
    days: Any = request.args.get("days", "90")
    if days not in SPANS:
        abort(404)
    until = runtime().clock.now()
    return until - timedelta(days=int(days)), until, str(days)

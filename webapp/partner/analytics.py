"""Figures by week: how much came, how it was taken, how fast it went over and was looked at."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.lead import LeadStatus
from webapp.domain.partner_role import EVERYONE
from webapp.domain.time_zone import time_zone_label
from webapp.partner import words
from webapp.partner.guard import member, needs_role
from webapp.queries.partner_analytics import PartnerAnalytics, Week, get_partner_analytics
from webapp.ui.chart import nice_top
from webapp.ui.formats import format_number, format_percent

blueprint = Blueprint("analytics", __name__, url_prefix="/analytics")

PARTS = (
    (LeadStatus.DELIVERED, "schedule"),
    (LeadStatus.DUPLICATE_AT_PARTNER, "background"),
    (LeadStatus.REJECTED, "interests"),
    (LeadStatus.FAILED, "place"),
    (LeadStatus.DELIVERING, "start"),
    (LeadStatus.WITHDRAWN, "other"),
)
"""In the order in which they are stacked, with the colour of each."""


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """The last twelve weeks."""
    built = runtime()
    with built.begin() as session:
        found = get_partner_analytics(session, member().partner_id, built.clock.now(), member().time_zone)
    return render_template(
        "partner/analytics.html",
        analytics=found,
        volume=_volume(found),
        figures=[_figures(week) for week in found.weeks],
        parts=[{"key": str(key), "label": words.LEAD_LOOKS[key][0], "tone": tone} for key, tone in PARTS],
        most=nice_top(max((week.total for week in found.weeks), default=0)),
        total=sum(week.total for week in found.weeks),
        zone=time_zone_label(member().time_zone),
    )


def duration(seconds: float | None) -> str:
    """A time in the largest unit that reads well: "40 s", "12 min", "3.5 h", "2 days"."""
    if seconds is None:
        return ""
    for size, unit in ((86_400 * 2, "days"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            value = seconds / (86_400 if unit == "days" else size)
            return f"{value:.1f}".rstrip("0").rstrip(".") + f" {unit}"
    return f"{seconds:.0f} s"


def _volume(found: PartnerAnalytics) -> list[dict[str, Any]]:
    return [
        {
            "label": f"{week.starts_on:%b} {week.starts_on.day}",
            "total": week.total,
            "parts": [(str(key), tone, week.leads.get(key, 0)) for key, tone in PARTS],
            "accepted": week.accepted,
        }
        for week in found.weeks
    ]


def _figures(week: Week) -> list[str]:
    return [
        f"{week.starts_on:%b} {week.starts_on.day}",
        format_number(week.total),
        *(format_number(week.leads.get(key, 0)) for key, _ in PARTS),
        format_percent(week.accepted),
        duration(week.handed_over),
        duration(week.first_look),
    ]

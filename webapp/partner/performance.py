"""How the school does with its leads: charts by month, each with its figures beneath."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.funnel import FUNNEL_LABELS, FunnelStatus
from webapp.domain.lead_return import RETURN_REASON_LABELS, ReturnStatus
from webapp.domain.partner_role import EVERYONE
from webapp.domain.time_zone import time_zone_label
from webapp.partner.guard import member, needs_role
from webapp.queries.funnel_pace import FunnelPace, funnel_pace
from webapp.queries.lead_return import reason_rates
from webapp.queries.performance import ContactSpan, Performance, has_groups, performance, performance_with_groups
from webapp.ui.chart import nice_top
from webapp.ui.formats import format_date, format_number, format_percent
from webapp.ui.money_words import amount

blueprint = Blueprint("performance", __name__, url_prefix="/performance")

SPAN: Final = timedelta(days=366)
NOT_YET: Final = "not_yet"
Part = tuple[str, str, str]
OUTCOMES: Final[tuple[Part, ...]] = (
    ("delivered", "Taken", "schedule"),
    ("duplicates", "Known to you", "background"),
    ("rejected", "Refused by you", "interests"),
    ("failed", "Failed", "place"),
)
CONTACTS: Final[tuple[Part, ...]] = (
    (ContactSpan.SAME_DAY, "Same day", "schedule"),
    (ContactSpan.NEXT_DAY, "Next day", "goal"),
    (ContactSpan.THREE_DAYS, "2–3 days", "background"),
    (ContactSpan.WEEK, "4–7 days", "start"),
    (ContactSpan.LATER, "Later", "interests"),
    (NOT_YET, "Not yet contacted", "other"),
)
RETURNS: Final[tuple[Part, ...]] = (
    (ReturnStatus.APPROVED, "Approved", "schedule"),
    (ReturnStatus.REQUESTED, "Waiting", "background"),
    (ReturnStatus.DENIED, "Denied", "other"),
)
"""What is stacked in each chart, from below: its key, its words, its colour."""


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """The last twelve months. Test leads are in none of it."""
    built, partner_id = runtime(), member().partner_id
    since = built.clock.now() - SPAN
    with built.begin() as session:
        if has_groups(session, partner_id):
            rows, groups = performance_with_groups(session, partner_id, since=since)
        else:
            rows, groups = performance(session, partner_id=partner_id, since=since, by_group=False), ()
        pace = funnel_pace(session, partner_id, since=since)
        reasons = reason_rates(session, partner_id=partner_id, since=since)
    months = tuple(reversed(rows))
    return render_template(
        "partner/performance.html",
        months=months,
        total=sum(row.received for row in rows),
        delivered=sum(row.delivered for row in rows),
        not_contacted=sum(row.not_contacted for row in rows),
        contacted_share=_contacted_share(rows),
        returned=sum(row.returned for row in rows),
        charts=_charts(months),
        shares=[{"label": _month(row), "accepted": row.acceptance} for row in months],
        costs=_costs(months),
        steps=_steps(rows, pace),
        groups=_groups(groups),
        reasons=[
            [RETURN_REASON_LABELS[each.reason], *map(str, (each.requested, each.approved, each.denied))]
            for each in reasons
        ],
        zone=time_zone_label(member().time_zone),
    )


def _charts(months: Sequence[Performance]) -> dict[str, dict[str, Any]]:
    """The charts of stacked columns, by name, each with its legend and the rows of its table."""
    return {
        "volume": _stacked(
            months,
            OUTCOMES,
            lambda row: {key: int(getattr(row, key)) for key, _, _ in OUTCOMES},
            lambda row: [format_number(row.received), format_percent(row.acceptance)],
        ),
        "contact": _stacked(
            months,
            CONTACTS,
            lambda row: {**row.contacted, NOT_YET: row.not_contacted},
            lambda row: [format_percent(row.contacted_share), _days(row)],
        ),
        "returns": _stacked(
            months,
            RETURNS,
            lambda row: row.returns,
            lambda row: [format_percent(row.returned / row.delivered) if row.delivered else ""],
        ),
    }


def _stacked(
    months: Sequence[Performance],
    parts: tuple[Part, ...],
    counts: Callable[[Performance], Mapping[Any, int]],
    more: Callable[[Performance], list[str]],
) -> dict[str, Any]:
    told = [(row, counts(row)) for row in months]
    return {
        "columns": [
            {"label": _month(row), "parts": [(key, tone, found[key]) for key, _, tone in parts]} for row, found in told
        ],
        "most": nice_top(max((sum(found.values()) for _, found in told), default=0)),
        "legend": [{"key": key, "label": label, "tone": tone} for key, label, tone in parts],
        "rows": [
            [_month(row), *(format_number(found[key]) for key, _, _ in parts), *more(row)]
            for row, found in reversed(told)
        ],
        "has_any": any(sum(found.values()) for _, found in told),
    }


def _costs(months: Sequence[Performance]) -> list[dict[str, Any]]:
    """A chart for each currency: what an application cost in each month, None where nobody applied."""
    found = []
    for currency in sorted({each for row in months for each in row.net_cents}):
        values = [row.cents_per_application.get(currency) for row in months]
        most = nice_top(max((value for value in values if value is not None), default=0) / 100)
        found.append(
            {
                "currency": currency,
                "most": most,
                "ticks": [
                    (amount(100 * most * half // 2, currency).removesuffix(".00"), half / 2) for half in range(3)
                ],
                "columns": [
                    {"label": _month(row), "share": value / (100 * most) if value is not None else None}
                    for row, value in zip(months, values, strict=True)
                ],
                "has_any": any(value is not None for value in values),
                "rows": [
                    [
                        _month(row),
                        amount(row.net_cents.get(currency, 0), currency),
                        format_number(row.funnel[FunnelStatus.APPLIED]),
                        amount(round(value), currency) if value is not None else "",
                    ]
                    for row, value in reversed(list(zip(months, values, strict=True)))
                ],
            }
        )
    return found


def _steps(rows: Sequence[Performance], pace: Sequence[FunnelPace]) -> dict[str, Any]:
    """The funnel: bars of how many came so far, and the days of each step."""
    delivered = sum(row.delivered for row in rows)
    counts: dict[str, int] = {"delivered": delivered}
    counts.update((each.status, each.reached) for each in pace)
    return {
        "counts": counts,
        "total": max(delivered, 1),
        "parts": [
            {"key": "delivered", "label": "Delivered", "tone": "schedule"},
            *({"key": each.status, "label": FUNNEL_LABELS[each.status], "tone": "goal"} for each in pace),
        ],
        "rows": [
            [
                FUNNEL_LABELS[each.status],
                format_number(each.reached),
                format_percent(each.reached / delivered) if delivered else "",
                format_number(each.days, 1),
                format_date(each.latest),
            ]
            for each in pace
        ],
    }


def _groups(rows: Sequence[Performance]) -> list[list[str]]:
    """Every month and group in figures."""
    return [
        [
            _month(row),
            row.group_name or "No group",
            format_number(row.received),
            format_number(row.delivered),
            format_percent(row.acceptance),
            format_number(row.not_contacted),
            _days(row),
            format_number(row.funnel[FunnelStatus.APPLIED]),
            format_number(row.funnel[FunnelStatus.ENROLLED]),
            format_number(row.returned),
            ", ".join(amount(cents, currency) for currency, cents in row.net_cents.items()),
        ]
        for row in rows
    ]


def _contacted_share(rows: Sequence[Performance]) -> float | None:
    contacted = sum(sum(row.contacted.values()) for row in rows)
    waiting = sum(row.not_contacted for row in rows)
    return contacted / (contacted + waiting) if contacted + waiting else None


def _days(row: Performance) -> str:
    """The median days to contact, or that half of the leads wait for it."""
    if row.contacted_share is None:
        return ""
    return format_number(row.days_to_contact, 1) if row.days_to_contact is not None else "half not yet"


def _month(row: Performance) -> str:
    return f"{row.month:%b %Y}"

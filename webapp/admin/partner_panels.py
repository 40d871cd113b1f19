"""Panels about partners: leads by status, caps, hand-overs and their failures, returns."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from webapp.admin import words
from webapp.admin.panel import PERCENT, SECONDS, WORDS, Column, Panel, Value
from webapp.admin.span import Span
from webapp.domain.cap import CapMeasure
from webapp.domain.cap_words import amount_words, limit_words, scope_words
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import RETURN_REASON_LABELS
from webapp.queries.cap import CapUse, list_cap_use
from webapp.queries.form_funnel import LONGER, share_below
from webapp.queries.hand_over import HandOverDay, failure_reasons, hand_over
from webapp.queries.lead_return import reason_rates
from webapp.queries.partner_mix import StatusMix, partner_mix, program_mix
from webapp.queries.partners import get_partner
from webapp.ui.chart import Bar, Bars, Lines, Pareto, Part, Stacks
from webapp.ui.formats import format_number, plural

S = LeadStatus
GROUPS: Final = (
    (Part("Delivered", "schedule"), (S.DELIVERED,)),
    (Part("Known to partner", "background"), (S.DUPLICATE_AT_PARTNER,)),
    (Part("Rejected by partner", "interests"), (S.REJECTED,)),
    (Part("Failed", "place"), (S.FAILED,)),
    (
        Part("On the way or held", "start"),
        (S.UNDO_WINDOW, S.QUEUED, S.DELIVERING, S.HELD_CAP, S.HELD_SCHEDULE, S.HELD_REVIEW),
    ),
    (Part("Ended before", "other"), (S.WITHDRAWN, S.EXPIRED, S.FILTERED, S.INVALID)),
)
"""Statuses as a chart can show them; together they are all."""
SHOWN: Final = 12
UNITS: Final = (("days", 86400), ("h", 3600), ("min", 60))
"""Units of an axis of time, in seconds."""


def partner_panels(session: Session, span: Span, now: datetime, partner_id: UUID | None) -> list[Panel]:
    """Leads by partner; of one partner, by program."""
    if partner_id is None:
        mixes = partner_mix(session, span.first, span.last, now)
        links = [url_for("admin.dashboards.page", name="partners", partner=mix.id, **span.asked()) for mix in mixes]
        return [_mix("partners", "Leads by partner and status", "Partner", mixes, links)]
    partner = get_partner(session, partner_id, now)
    mixes = program_mix(session, partner_id, span.first, span.last)
    links = [url_for("admin.leads.index", partner=partner_id, program=mix.id) for mix in mixes]
    return [_mix("programs", f"Leads of {partner.display_name} by program and status", "Program", mixes, links)]


def _mix(name: str, title: str, noun: str, mixes: Sequence[StatusMix], links: Sequence[str]) -> Panel:
    statuses = [status for status in LeadStatus if any(mix.leads.get(status) for mix in mixes)]
    shown = mixes[:SHOWN]
    rows: list[Sequence[Value]] = [
        (mix.name, mix.total, *(mix.leads.get(status, 0) for status in statuses)) for mix in mixes
    ]
    if len(mixes) > 1:
        every = (sum(mix.leads.get(each, 0) for mix in mixes) for each in statuses)
        rows.append(("All", sum(mix.total for mix in mixes), *every))
    whole = sum(mix.total for mix in mixes)
    return Panel(
        name,
        title,
        "By the day on which a lead was asked for, and where it stands now. Test leads are left out."
        " The numbers under the columns are those of the table."
        + (f" The chart shows the {SHOWN} with the most leads." if len(mixes) > SHOWN else ""),
        (Column(noun, WORDS), Column("Leads"), *(Column(words.LEAD_LOOKS[status][0]) for status in statuses)),
        rows,
        "No lead was asked for in these days.",
        Stacks(
            f"{plural(whole, 'lead')} by {noun.lower()}, each column stacked by status.",
            [mix.name for mix in shown],
            [part for part, _ in GROUPS],
            [[sum(mix.leads.get(each, 0) for each in members) for _, members in GROUPS] for mix in shown],
            numbered=True,
        )
        if mixes
        else None,
        [*links, None],
    )


def cap_panels(session: Session, _span: Span, now: datetime) -> list[Panel]:
    """Every cap, as full as it is now."""
    uses = list_cap_use(session, now)
    links = [url_for("admin.limits.index", row_id=use.partner_id) for use in uses]
    full = sum(use.cap.is_full for use in uses)
    foreseen = sum(use.cap.will_be_full for use in uses)
    return [
        Panel(
            "caps",
            "Caps now, and what they come to",
            "Each in its current period, in its partner's own time zone. The forecast goes on at the pace so far, and "
            "is given once a twentieth of the period is over; a cap for good has none. "
            f"{plural(full, 'cap is', 'caps are')} full, {format_number(foreseen)} more will be before the period "
            "ends.",
            (
                Column("Partner", WORDS),
                Column("Cap", WORDS),
                Column("Used", WORDS),
                Column("Of", WORDS),
                Column("Used share", PERCENT),
                Column("Forecast", WORDS),
                Column("Forecast share", PERCENT),
                Column("Period ends", WORDS),
                Column("Time zone", WORDS),
            ),
            [_cap(use) for use in uses],
            "No live partner has a cap.",
            Bars(
                f"{plural(len(uses), 'cap')}: how much of each is used, and what it comes to at this pace.",
                [
                    Bar(
                        f"{use.partner}: {_about(use)}",
                        _share(use, use.cap.used),
                        f"{_plain(use)} of {_measured(use, use.cap.terms.limit)}",
                        "interests" if use.cap.is_full else "cost" if use.cap.will_be_full else "goal",
                        _share(use, use.cap.expected) if use.cap.expected else None,
                    )
                    for use in uses[:SHOWN]
                ],
                "The upright line is the forecast; at the right end it is at or over the cap.",
            )
            if uses
            else None,
            links,
        )
    ]


def _cap(use: CapUse) -> tuple[str | float | datetime | None, ...]:
    cap = use.cap
    return (
        use.partner,
        _about(use),
        _measured(use, cap.used),
        _measured(use, cap.terms.limit),
        _share(use, cap.used),
        None if cap.expected is None else _measured(use, cap.expected),
        None if cap.expected is None else _share(use, cap.expected),
        cap.ends_at,
        use.time_zone,
    )


def _share(use: CapUse, taken: int) -> float:
    return taken / max(use.cap.terms.limit, 1)


def _measured(use: CapUse, taken: int) -> str:
    return amount_words(use.cap.terms, taken)


def _plain(use: CapUse) -> str:
    is_count = use.cap.terms.measure is CapMeasure.COUNT
    return format_number(use.cap.used) if is_count else _measured(use, use.cap.used)


def _about(use: CapUse) -> str:
    return f"{limit_words(use.cap.terms)}, {scope_words(use.cap.terms, use.cap.about)}"


def delivery_panels(session: Session, span: Span, now: datetime) -> list[Panel]:
    """How soon, how often not, and why."""
    days = hand_over(session, span.first, span.last, now)
    return [_outcomes(span, days), _latency(span, days), _failures(session, span)]


def _outcomes(span: Span, days: Sequence[HandOverDay]) -> Panel:
    pieces = span.pieces()
    leads = [Counter[LeadStatus]() for _ in pieces]
    for (_, first, last), counts in zip(pieces, leads, strict=True):
        for day in days:
            if first <= day.day <= last:
                counts.update(day.leads)
    total, labels = sum(counts.total() for counts in leads), [label for label, _, _ in pieces]
    columns = [[sum(counts[each] for each in members) for _, members in GROUPS] for counts in leads]
    return Panel(
        "outcomes",
        "What became of leads",
        f"By the {span.unit} in which they were asked for. A lead counts as failed where no try went through; what was "
        "rejected or known, its partner answered. Test leads are left out.",
        (
            Column(span.unit.capitalize(), WORDS),
            *(Column(part.label) for part, _ in GROUPS),
            Column("Leads"),
            Column("Share failed", PERCENT),
        ),
        [
            (label, *column, counts.total(), counts[S.FAILED] / counts.total() if counts else None)
            for label, column, counts in zip(labels, columns, leads, strict=True)
        ]
        if total
        else [],
        "No lead was asked for in these days.",
        Stacks(
            f"{plural(total, 'lead')} by {span.unit}, stacked by what became of them.",
            labels,
            [part for part, _ in GROUPS],
            columns,
        ),
    )


def _latency(span: Span, days: Sequence[HandOverDay]) -> Panel:
    pieces = span.pieces()
    waits = [Counter[int]() for _ in pieces]
    for (_, first, last), waited in zip(pieces, waits, strict=True):
        for day in days:
            if first <= day.day <= last:
                waited.update(day.waits)
    labels = [label for label, _, _ in pieces]
    medians, slow = ([share_below(each, share) for each in waits] for share in (0.5, 0.95))
    top = max((value for value in (*medians, *slow) if value is not None and value < LONGER), default=0)
    unit, size = next(((name, each) for name, each in UNITS if top >= 2 * each), ("s", 1))
    most = max(top, 1) * 1.1
    return Panel(
        "latency",
        "From the undo window to the hand-over",
        "Holds are part of it. Times are upper bounds of classes: 1, 2, 5, 10, 30 seconds, 1, 5, 15 minutes, 1, 4 "
        "hours, 1, 3, 7 days, longer.",
        (
            Column(span.unit.capitalize(), WORDS),
            Column("Handed over"),
            Column("Half within", SECONDS),
            Column("19 of 20 within", SECONDS),
        ),
        [(label, each.total(), *both) for label, each, *both in zip(labels, waits, medians, slow, strict=True)]
        if any(waits)
        else [],
        "No lead of these days was handed over.",
        Lines(
            "How long half of the leads, and 19 of 20, waited for the hand-over.",
            labels,
            [Part("Half within", "goal"), Part("19 of 20 within", "cost")],
            [medians, slow],
            most,
            [(f"{format_number(share * most / size, 1)} {unit}", share * most) for share in (0, 0.5, 1)],
        ),
    )


def _failures(session: Session, span: Span) -> Panel:
    found = failure_reasons(session, span.first, span.last)
    total = sum(number for _, _, number in found)
    return Panel(
        "failures",
        "Why leads were not taken",
        "What a partner said in its own words is not told apart here: open the leads to read it.",
        (Column("Reason", WORDS), Column("Stands at", WORDS), Column("Leads"), Column("Share", PERCENT)),
        [
            (
                words.reason_words(reason) if reason else "In the partner's own words",
                words.LEAD_LOOKS[status][0],
                number,
                number / total,
            )
            for status, reason, number in found
        ],
        "Every lead of these days that was tried went over.",
        None,
        [url_for("admin.leads.index", status=status) for status, _, _ in found],
    )


def return_panels(session: Session, span: Span, _now: datetime) -> list[Panel]:
    """Why leads came back."""
    rates = reason_rates(session, since=span.since, until=span.until)
    total = sum(rate.requested for rate in rates)
    return [
        Panel(
            "reasons",
            "Returns by reason",
            "By the day on which a partner asked to give a lead back; test leads are left out. The numbers under the "
            "columns are those of the table.",
            (
                Column("Reason", WORDS),
                Column("Asked for"),
                Column("Approved"),
                Column("Denied"),
                Column("Share", PERCENT),
                Column("Added up", PERCENT),
            ),
            [
                (
                    f"{place}. {RETURN_REASON_LABELS[rate.reason]}",
                    rate.requested,
                    rate.approved,
                    rate.denied,
                    rate.share,
                    rate.running,
                )
                for place, rate in enumerate(rates, 1)
            ],
            "No return was asked for in these days.",
            Pareto(
                f"{plural(total, 'return')} by reason, the most frequent first, with the share that they add up to.",
                [(RETURN_REASON_LABELS[rate.reason], rate.requested, rate.running) for rate in rates],
            ),
        )
    ]

"""Panels about the service itself: its mail, the exposure audit, how old the listings are."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Final

from sqlalchemy.orm import Session

from webapp.admin import words
from webapp.admin.panel import DECIMAL, PERCENT, WORDS, Column, Panel, Value
from webapp.admin.span import Span
from webapp.domain.mail_reputation import ALARM_PER_MILLE, STOP_PER_MILLE, WINDOW
from webapp.domain.message import MessageStatus
from webapp.queries.exposure_audit import KeptAudit, list_audits
from webapp.queries.freshness import CLASSES, OLDER, UNDATED, SourceAge, freshness
from webapp.queries.mail_health import MailDay, mail_health
from webapp.ui.chart import Limit, Lines, Part, Stacks
from webapp.ui.formats import format_number, plural

M = MessageStatus
FATES: Final = (
    (
        Part("Handed over", "schedule"),
        (M.HANDED_OVER, M.DEFERRED, M.PENDING, M.LEASED, M.UNCERTAIN, M.FAILED, M.SUPPRESSED),
    ),
    (Part("Bounced", "background"), (M.BOUNCED,)),
    (Part("Reported as unwanted", "interests"), (M.COMPLAINED,)),
)
SUSPICIOUS: Final = 0.01
AUDIT_COLUMNS: Final = (
    Column("Audit", WORDS),
    Column("Lists"),
    Column("Partners' places"),
    Column("Others' places"),
    Column("Partners' mean rank", DECIMAL),
    Column("Others' mean rank", DECIMAL),
    Column("Partners' share of the exposure", PERCENT),
    Column("Places compared"),
    Column("Observed", PERCENT),
    Column("By lot", PERCENT),
    Column("Chance of as much", DECIMAL),
)
AGES: Final = {
    **{months: f"Up to {plural(int(months), 'month')}" for months in CLASSES if months.isdigit()},
    OLDER: "Older",
    UNDATED: "Without a date",
}
_AGE_TONES: Final = ("schedule", "background", "start", "cost", "interests", "place", "other")


def mail_panels(session: Session, span: Span, now: datetime) -> list[Panel]:
    """What became of mails, and the rate that large providers judge by."""
    days = mail_health(session, span.first, span.last, now)
    return [_complaints(span, days), _mails(span, days)]


def _complaints(span: Span, days: Sequence[MailDay]) -> Panel:
    pieces = span.pieces()
    labels = [label for label, _, _ in pieces]
    ends = [next(day for day in reversed(days) if first <= day.day <= last) for _, first, last in pieces]
    rates = [day.week.rate if day.week.handed_over else None for day in days]
    highest = max((rate for rate in rates if rate is not None), default=0.0)
    most = max(1.25 * STOP_PER_MILLE / 1000, highest * 1.1)
    return Panel(
        "complaints",
        "Readers who reported our mail, over seven days",
        f"Of the mail that can be stopped, in the {WINDOW.days} days up to each day: the "
        "figure that large providers judge "
        f"by. From {ALARM_PER_MILLE / 10:g}% staff are told; at {STOP_PER_MILLE / 10:g}% "
        "mail that can wait is held.",
        (
            Column(f"Week to the end of each {span.unit}", WORDS),
            Column("Mails"),
            Column("Reported"),
            Column("Rate", PERCENT),
        ),
        [
            (label, day.week.handed_over, day.week.complained, day.week.rate if day.week.handed_over else None)
            for label, day in zip(labels, ends, strict=True)
        ]
        if any(rate is not None for rate in rates)
        else [],
        "No mail that can be stopped was sent in these days.",
        Lines(
            f"The complaint rate by day against limits of {ALARM_PER_MILLE / 10:g} and "
            f"{STOP_PER_MILLE / 10:g} percent; "
            f"at most {format_number(100 * highest, 3)} percent.",
            _day_labels(span),
            [Part("Complaint rate", "goal")],
            [rates],
            most,
            [(f"{format_number(100 * share * most, 2)}%", share * most) for share in (0, 0.5, 1)],
            [
                Limit(f"{ALARM_PER_MILLE / 10:g}%: staff are told", ALARM_PER_MILLE / 1000, "warm"),
                Limit(f"{STOP_PER_MILLE / 10:g}%: mail is held", STOP_PER_MILLE / 1000, "error"),
            ],
        ),
    )


def _mails(span: Span, days: Sequence[MailDay]) -> Panel:
    pieces = span.pieces()
    counts = [Counter[MessageStatus]() for _ in pieces]
    for (_, first, last), found in zip(pieces, counts, strict=True):
        for day in days:
            if first <= day.day <= last:
                found.update(day.mails)
    labels, sent = [label for label, _, _ in pieces], sum(each.total() for each in counts)
    return Panel(
        "mails",
        "Mails by what became of them",
        f"By the {span.unit} in which they were handed over, and where they stand now.",
        (
            Column(span.unit.capitalize(), WORDS),
            Column("Mails"),
            *(Column(words.MESSAGE_LOOKS[status][0]) for status in M if any(each[status] for each in counts)),
            Column("Bounce rate", PERCENT),
        ),
        [
            (
                label,
                each.total(),
                *(each[status] for status in M if any(other[status] for other in counts)),
                each[M.BOUNCED] / each.total() if each else None,
            )
            for label, each in zip(labels, counts, strict=True)
        ]
        if sent
        else [],
        "No mail was handed over in these days.",
        Stacks(
            f"{plural(sent, 'mail')} by {span.unit}, stacked by what became of them.",
            labels,
            [part for part, _ in FATES],
            [[sum(each[status] for status in members) for _, members in FATES] for each in counts],
        ),
    )


def _day_labels(span: Span) -> list[str]:
    """A label for each day of the span."""
    first = span.first.toordinal()
    days = (span.first.fromordinal(first + number) for number in range(span.days))
    return [f"{day:%b} {day.day}" for day in days]


def exposure_panels(session: Session, span: Span, _now: datetime) -> list[Panel]:
    """Whether partners stand higher than others that fit alike."""
    audits = list_audits(session, span.first, span.last)
    by_day = {audit.at.astimezone(UTC).date().toordinal(): audit for audit in audits}
    days = [by_day.get(span.first.toordinal() + number) for number in range(span.days)]
    observed, expected = ([getattr(each, name) if each else None for each in days] for name in ("observed", "expected"))
    last = audits[-1] if audits else None
    highest = max((each for each in (*observed, *expected) if each is not None), default=0.0)
    top = min(1.0, ceil(15 * highest) / 10) or 1.0
    said = ""
    if last is not None and last.p_value is not None:
        said = (
            " The last one finds a difference that chance hardly explains: look into it."
            if last.p_value < SUSPICIOUS
            else " The last one finds nothing that chance does not explain."
        )
    return [
        Panel(
            "exposure",
            "Partners' share of what is seen, beside what lots would give",
            "Among programs with the same verdict, band and score on one list, which of them "
            "stands higher should be as good "
            f"as drawn by lot. Audits run every hour on the newest lists; the last of each day is shown.{said}",
            AUDIT_COLUMNS,
            [_audit(audit) for audit in reversed(audits)],
            "No audit was kept in these days: they run every hour once lists are stored.",
            Lines(
                "Partners' share of the exposure among programs that fit alike, as it was and as lots would have it.",
                _day_labels(span),
                [Part("As it was", "goal"), Part("By lot", "cost")],
                [observed, expected],
                top,
                [(f"{format_number(100 * share * top, 1)}%", share * top) for share in (0, 0.5, 1)],
            )
            if any(each is not None for each in observed)
            else None,
        )
    ]


def _audit(audit: KeptAudit) -> tuple[Value, ...]:
    return (
        f"{audit.at:%b} {audit.at.day}, {audit.at.year}",
        audit.submissions,
        audit.partner_places,
        audit.other_places,
        audit.partner_rank,
        audit.other_rank,
        audit.partner_share,
        audit.compared,
        audit.observed,
        audit.expected,
        audit.p_value,
    )


def freshness_panels(session: Session, _span: Span, now: datetime) -> list[Panel]:
    """How old the listings' facts are."""
    sources = freshness(session, now.astimezone(UTC).date())
    total = sum(source.total for source in sources)
    return [
        Panel(
            "sources",
            "Published listings by age of their facts",
            f"Age is counted from the day on which a listing was last verified. "
            f"{_stale_words(sources, total)} The numbers under the columns are those of the table.",
            (
                Column("Source", WORDS),
                Column("Listings"),
                *(Column(AGES[each]) for each in CLASSES),
                Column("Oldest", WORDS),
                Column("Newest", WORDS),
            ),
            [
                (
                    source.source,
                    source.total,
                    *(source.listings.get(each, 0) for each in CLASSES),
                    source.oldest,
                    source.newest,
                )
                for source in sources
            ],
            "Nothing is published yet.",
            Stacks(
                f"{plural(total, 'published listing')} by source, stacked by age.",
                [source.source for source in sources[:12]],
                [Part(AGES[each], tone) for each, tone in zip(CLASSES, _AGE_TONES, strict=True)],
                [[source.listings.get(each, 0) for each in CLASSES] for source in sources[:12]],
                numbered=True,
            )
            if sources
            else None,
        )
    ]


def _stale_words(sources: tuple[SourceAge, ...], total: int) -> str:
    stale = sum(source.listings.get(each, 0) for source in sources for each in ("24", OLDER, UNDATED))
    return f"{format_number(stale)} of {format_number(total)} are older than a year or have no date." if total else ""

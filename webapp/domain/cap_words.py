"""Caps in words, for a partner's own people and staff alike: what each is about, how full it is, what it does then."""

from collections.abc import Mapping
from typing import Final

from webapp.domain.cap import CapMeasure, CapPeriod, CapTerms, WhenFull
from webapp.domain.label import counted, state_label

PERIOD_LABELS: Final[Mapping[CapPeriod, str]] = {
    CapPeriod.HOUR: "an hour",
    CapPeriod.DAY: "a day",
    CapPeriod.WEEK: "a week",
    CapPeriod.MONTH: "a month",
    CapPeriod.LIFETIME: "in all, for good",
}
MEASURE_LABELS: Final[Mapping[CapMeasure, str]] = {
    CapMeasure.COUNT: "A number of leads",
    CapMeasure.BUDGET: "An amount of money",
}
WHEN_FULL_LABELS: Final[Mapping[WhenFull, str]] = {
    WhenFull.HOLD: "Hold the lead until there is a place",
    WhenFull.TELL: "Tell the student at once",
}
WHEN_FULL_MEANINGS: Final[Mapping[WhenFull, str]] = {
    WhenFull.HOLD: "Only where the student said that it may wait. Otherwise it ends, and the student is told.",
    WhenFull.TELL: "The lead ends, and the student is offered the next choice on their own list.",
}
_NOW: Final[Mapping[CapPeriod, str]] = {
    CapPeriod.HOUR: "this hour",
    CapPeriod.DAY: "today",
    CapPeriod.WEEK: "this week",
    CapPeriod.MONTH: "this month",
    CapPeriod.LIFETIME: "so far",
}


def amount_words(terms: CapTerms, amount: int) -> str:
    """So much of what the cap counts: "20 leads", "$900", "12.50 EUR"."""
    if terms.measure is CapMeasure.COUNT:
        return counted(amount, "lead")
    if terms.currency != "USD":
        return f"{amount / 100:,.2f} {terms.currency}"
    return f"${amount // 100:,}" if amount % 100 == 0 else f"${amount / 100:,.2f}"


def limit_words(terms: CapTerms) -> str:
    """ "20 leads a day", "$900 a month"."""
    return f"{amount_words(terms, terms.limit)} {PERIOD_LABELS[terms.period]}"


def scope_words(terms: CapTerms, about: str) -> str:
    """Which leads a cap counts. `about` is the name of its group or program, where it has one."""
    scope = terms.scope
    if scope.group_id is not None:
        return f"programs of “{about}”"
    if scope.program_id is not None:
        return about or scope.program_id
    return f"students in {state_label(scope.state)}" if scope.state is not None else "all leads"


def use_words(terms: CapTerms, used: int) -> str:
    """ "7 of 20 leads taken today, 13 left"."""
    whole, when = amount_words(terms, terms.limit), _NOW[terms.period]
    taken = f"{used:,}" if terms.measure is CapMeasure.COUNT else amount_words(terms, used)
    left = terms.limit - used
    if left > 0:
        rest = f"{left:,}" if terms.measure is CapMeasure.COUNT else amount_words(terms, left)
        return f"{taken} of {whole} taken {when}, {rest} left"
    over = "; more had gone before, and nothing is taken back" if left < 0 else ""
    return f"{taken} of {whole} taken {when}: full{over}"


def cap_state(terms: CapTerms | None, about: str) -> dict[str, str]:
    """What the trail keeps of a cap before and after a change; nothing where there was or is none."""
    if terms is None:
        return {}
    return {
        "cap": f"{limit_words(terms)}, {scope_words(terms, about)}",
        "when_full": WHEN_FULL_LABELS[terms.when_full],
    }

"""A listing's facts for a page, under headings, each with its source and date."""

from dataclasses import dataclass

from webapp.domain.cip import find_title
from webapp.domain.label import (
    CONTROL_LABELS,
    PACE_LABELS,
    counted,
    field_label,
    listed,
    money_cents,
    months_label,
    percent,
    state_label,
)
from webapp.domain.listing import ALL_STATES, Listing
from webapp.domain.listing_words import price, starts, teaching, where
from webapp.student.forms.goal import CREDENTIAL_WORDS


@dataclass(frozen=True, slots=True)
class Fact:
    """One published fact, as `macros/definition.html` takes it; `value` is None where nothing is published.

    `dated` facts are stale soonest: wherever they are told, their date goes along.
    """

    label: str
    value: str | None
    source: str | None = None
    as_of: str | None = None
    note: str = ""
    unknown: str = "Not published"
    dated: bool = False
    source_url: None = None


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts under one heading."""

    title: str
    facts: tuple[Fact, ...]


def fact_groups(listing: Listing) -> tuple[FactGroup, ...]:
    """Everything a listing publishes, and what it does not."""
    return (_study(listing), _money(listing), _outcomes(listing), _school(listing))


def _capital(text: str) -> str | None:
    return text[:1].upper() + text[1:] if text else None


def _fact(
    listing: Listing,
    label: str,
    column: str,
    value: str | None,
    note: str = "",
    unknown: str = "Not published",
    *,
    dated: bool = False,
) -> Fact:
    origin = listing.source_of(column)
    known = value is not None
    return Fact(
        label,
        value,
        origin.source if known else None,
        origin.as_of if known else None,
        note if known else "",
        unknown,
        dated,
    )


def _study(listing: Listing) -> FactGroup:
    field = find_title(listing.cip) or field_label(listing.cip)
    topics = ", ".join(listing.topics) or None
    hours = None if listing.hours_per_week is None else f"About {listing.hours_per_week:g}"
    return FactGroup(
        "The studies",
        (
            _fact(listing, "Award", "credential", CREDENTIAL_WORDS[listing.credential][0]),
            _fact(listing, "Field", "cip", field, note=f"CIP code {listing.cip}"),
            _fact(listing, "How it is taught", "modality", teaching(listing)),
            _fact(listing, "Place", "city", where(listing)),
            _fact(listing, "How long", "months", None if listing.months is None else months_label(listing.months)),
            _fact(listing, "Pace", "pace", _capital(" or ".join(PACE_LABELS[pace] for pace in listing.pace))),
            _fact(listing, "Hours a week", "hours_per_week", hours),
            _fact(listing, "Starts", "start_terms", starts(listing)),
            _fact(listing, "Topics", "topics", topics),
        ),
    )


def _money(listing: Listing) -> FactGroup:
    cost = price(listing)
    aid = None
    if listing.title_iv is not None:
        aid = "The school takes part" if listing.title_iv else "The school does not take part"
    return FactGroup(
        "What it costs",
        (
            _fact(
                listing,
                "Tuition for the whole program",
                "tuition_total_usd",
                cost.text if cost else None,
                _capital(cost.basis if cost else "") or "",
                "Not published. Ask the school before you apply.",
                dated=True,
            ),
            _fact(
                listing,
                "US federal student aid",
                "title_iv",
                aid,
                "Whether this very program qualifies is for the school to say.",
            ),
        ),
    )


def _outcomes(listing: Listing) -> FactGroup:
    sample = listing.outcome_sample
    among = (
        "How many graduates this rests on is not published."
        if sample is None
        else f"From {counted(sample, 'graduate')}."
    )
    salary, rate = listing.outcome_median_salary_cents, listing.outcome_rate
    return FactGroup(
        "What became of graduates",
        (
            _fact(
                listing,
                "Median salary",
                "outcome_median_salary_usd",
                None if salary is None else money_cents(salary),
                among,
                dated=True,
            ),
            _fact(
                listing,
                "Reached the outcome",
                "outcome_rate",
                None if rate is None else percent(rate),
                among,
                dated=True,
            ),
        ),
    )


def _school(listing: Listing) -> FactGroup:
    control = CONTROL_LABELS[listing.institution_control] if listing.institution_control else ""
    states = listing.states_authorized
    taken = None
    if states:
        taken = "Every US state" if ALL_STATES in states else listed([state_label(state) for state in states])
    return FactGroup(
        "The school",
        (
            _fact(listing, "Awarded by", "institution", listing.institution),
            _fact(listing, "Kind of school", "institution_control", _capital(control)),
            _fact(listing, "Accredited by", "accreditor", listing.accreditor),
            _fact(listing, "Online students may live in", "states_authorized", taken),
        ),
    )

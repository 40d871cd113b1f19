"""A listing's facts in words, the same on pages, in mails and in the shell. None where nothing is published."""

from dataclasses import dataclass

from webapp.domain.calendar import as_of_words
from webapp.domain.country import country_label
from webapp.domain.label import (
    BASIS_LABELS,
    MODALITY_LABELS,
    PACE_LABELS,
    money_cents,
    months_label,
    state_label,
    term_label,
)
from webapp.domain.listing import Listing


@dataclass(frozen=True, slots=True)
class Price:
    """`text` is the whole program's tuition, `basis` what kind of figure it is, `as_of` its date where known."""

    text: str
    basis: str
    as_of: str | None

    @property
    def note(self) -> str:
        """Basis and date in one phrase."""
        return f"{self.basis}, as of {as_of_words(self.as_of)}" if self.as_of else self.basis


def school(listing: Listing) -> str:
    """Who awards it and where: "Larkspur University, Austin, TX"."""
    return ", ".join(part for part in (listing.institution, where(listing)) if part)


def teaching(listing: Listing) -> str | None:
    """ "Online or partly online"."""
    return _upper(" or ".join(MODALITY_LABELS[way] for way in listing.modality))


def length(listing: Listing) -> str | None:
    """ "24 months, part-time, about 12 hours a week"."""
    parts = []
    if listing.months is not None:
        parts.append(months_label(listing.months))
    if listing.pace:
        parts.append(" or ".join(PACE_LABELS[pace] for pace in listing.pace))
    if listing.hours_per_week is not None:
        parts.append(f"about {listing.hours_per_week:g} hours a week")
    return _upper(", ".join(parts))


def starts(listing: Listing) -> str | None:
    """ "In fall or spring", "Any time"."""
    if not listing.start_terms:
        return None
    words = " or ".join(term_label(term) for term in listing.start_terms)
    return _upper(words if listing.start_terms[0] in ("rolling", "monthly") else f"in {words}")


def where(listing: Listing) -> str | None:
    """ "Austin, TX", "Lyon, France"."""
    region = listing.state or country_label(listing.country or "")
    return ", ".join(part for part in (listing.city, region) if part) or None


def price(listing: Listing) -> Price | None:
    """Tuition for the whole program with its basis and date."""
    if listing.tuition_total_cents is None:
        return None
    text = "No tuition" if listing.tuition_total_cents == 0 else f"{money_cents(listing.tuition_total_cents)} in all"
    outside = listing.tuition_out_of_state_cents
    if outside is not None:
        home = state_label(listing.state) if listing.state else "the state"
        text = f"{text} for students of {home}, {money_cents(outside)} for others"
    basis = BASIS_LABELS[listing.tuition_basis] if listing.tuition_basis else "basis not stated"
    return Price(text, basis, listing.source_of("tuition_total_usd").as_of)


def _upper(text: str) -> str | None:
    return text[:1].upper() + text[1:] if text else None

"""A listing's facts as short phrases, the same on pages and in mails. What is unknown is said to be unknown."""

from dataclasses import dataclass

from webapp.domain.listing import Listing
from webapp.domain.wording import BASIS_LABELS, MODALITY_LABELS, PACE_LABELS, TERM_LABELS

NOT_PUBLISHED = "not published"


@dataclass(frozen=True, slots=True)
class PriceWords:
    """`amount` for the whole program, what kind of figure it is, and the date it was published or checked."""

    amount: str
    basis: str
    as_of: str

    @property
    def note(self) -> str:
        """Basis and date in one phrase; blank when neither is known."""
        parts = [self.basis, f"as of {self.as_of}" if self.as_of else ""]
        return ", ".join(part for part in parts if part)


def price_words(listing: Listing) -> PriceWords:
    """What the whole program costs in tuition."""
    source = listing.source_of("tuition_total_usd")
    if listing.tuition_total_cents is None:
        return PriceWords("Price not published", "", "")
    basis = BASIS_LABELS[listing.tuition_basis] if listing.tuition_basis else ""
    if listing.tuition_total_cents == 0:
        return PriceWords("No tuition", basis, source.as_of or "")
    return PriceWords(f"${listing.tuition_total_cents / 100:,.0f} tuition in all", basis, source.as_of or "")


def modality_words(listing: Listing) -> str:
    """How and how fast it is taught: `online or partly online, part-time`."""
    ways = " or ".join(MODALITY_LABELS[way] for way in listing.modality)
    pace = " or ".join(PACE_LABELS[pace] for pace in listing.pace)
    return ", ".join(part for part in (ways, pace) if part) or f"teaching mode {NOT_PUBLISHED}"


def duration_words(listing: Listing) -> str:
    """How long it takes: `18 months, about 20 hours a week`."""
    if listing.months is None:
        return f"length {NOT_PUBLISHED}"
    months = f"{listing.months:g} {'month' if listing.months == 1 else 'months'}"
    return f"{months}, about {listing.hours_per_week:g} hours a week" if listing.hours_per_week else months


def start_words(listing: Listing) -> str:
    """When it starts: `starts in fall or spring`."""
    if not listing.start_terms:
        return f"start dates {NOT_PUBLISHED}"
    terms = [TERM_LABELS.get(term, term) for term in listing.start_terms]
    return f"starts {'' if listing.start_terms[0] in ('rolling', 'monthly') else 'in '}{' or '.join(terms)}"


def place_words(listing: Listing) -> str:
    """Where it is taught: `Austin, TX`; blank when not published."""
    parts = (listing.city, listing.state or listing.country)
    return ", ".join(part for part in parts if part)

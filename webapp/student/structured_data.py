"""Programs in the vocabulary of schema.org, for machines that read pages."""

from typing import Any

from webapp.domain.listing import Listing
from webapp.student.forms.goal import CREDENTIAL_WORDS


def structured_program(listing: Listing, url: str) -> dict[str, Any]:
    """schema.org's EducationalOccupationalProgram. What is not published is left out."""
    school: dict[str, Any] = {"@type": "EducationalOrganization", "name": listing.institution}
    if listing.city or listing.state:
        place = {"addressLocality": listing.city, "addressRegion": listing.state, "addressCountry": listing.country}
        school["address"] = {"@type": "PostalAddress", **{key: value for key, value in place.items() if value}}
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalProgram",
        "name": listing.name,
        "url": url,
        "description": listing.summary,
        "provider": school,
        "sameAs": listing.url,
        "educationalCredentialAwarded": CREDENTIAL_WORDS[listing.credential][0],
        "educationalProgramMode": [mode.value.replace("_", "-") for mode in listing.modality] or None,
        "timeToComplete": None if listing.months is None else f"P{max(1, round(listing.months))}M",
    }
    cents = (listing.tuition_total_cents, listing.tuition_out_of_state_cents)
    prices = [f"{each // 100}.{each % 100:02d}" for each in cents if each is not None]
    tuition = {"category": "Tuition", "priceCurrency": "USD"}
    if len(prices) == 1:
        told["offers"] = {"@type": "Offer", "price": prices[0], **tuition}
    elif prices:
        told["offers"] = {"@type": "AggregateOffer", "lowPrice": prices[0], "highPrice": prices[1], **tuition}
    return {key: value for key, value in told.items() if value is not None}

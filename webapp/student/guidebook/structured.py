"""The guides for machines: schema.org descriptions of a page, to be put out as JSON-LD."""

from collections.abc import Iterable
from typing import Any

from webapp.domain.label import SUBJECT_LABELS
from webapp.student.guidebook.content import Guide, Link, Prose
from webapp.student.guidebook.role import Role

_CONTEXT = "https://schema.org"


def article(guide: Guide, url: str, publisher: str) -> dict[str, Any]:
    """A guide as an Article."""
    return {
        "@context": _CONTEXT,
        "@type": "Article",
        "headline": guide.title,
        "description": guide.description,
        "url": url,
        "mainEntityOfPage": url,
        "dateModified": guide.reviewed,
        "inLanguage": "en-US",
        "isAccessibleForFree": True,
        "author": {"@type": "Organization", "name": publisher},
        "publisher": {"@type": "Organization", "name": publisher},
    }


def occupation(role: Role, url: str) -> dict[str, Any]:
    """A career as an Occupation, with its pay in the United States."""
    wage = role.wage
    return {
        "@context": _CONTEXT,
        "@type": "Occupation",
        "name": role.name,
        "description": role.lead,
        "url": url,
        "occupationLocation": {"@type": "Country", "name": "United States"},
        "occupationalCategory": f"{wage.soc} {wage.title}",
        "skills": [SUBJECT_LABELS[skill.subject] for skill in role.skills],
        "responsibilities": list(role.tasks),
        "estimatedSalary": {
            "@type": "MonetaryAmountDistribution",
            "name": "yearly pay, all experience levels",
            "currency": "USD",
            "duration": "P1Y",
            "percentile10": wage.p10_cents / 100,
            "median": wage.median_cents / 100,
            "percentile90": wage.p90_cents / 100,
        },
    }


def faq(guide: Guide, url: str) -> dict[str, Any]:
    """A page of questions as a FAQPage."""
    return {
        "@context": _CONTEXT,
        "@type": "FAQPage",
        "url": url,
        "inLanguage": "en-US",
        "mainEntity": [
            {
                "@type": "Question",
                "name": each.question,
                "acceptedAnswer": {"@type": "Answer", "text": " ".join(plain(prose) for prose in each.answer)},
            }
            for group in guide.groups
            for each in group.questions
        ],
    }


def trail(steps: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The way to a page as a BreadcrumbList; `steps` are names with addresses."""
    return {
        "@context": _CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": url}
            for position, (name, url) in enumerate(steps, start=1)
        ],
    }


def collection(name: str, url: str, pages: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """An index as an ItemList; `pages` are names with addresses."""
    return {
        "@context": _CONTEXT,
        "@type": "ItemList",
        "name": name,
        "url": url,
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": title, "url": address}
            for position, (title, address) in enumerate(pages, start=1)
        ],
    }


def plain(prose: Prose) -> str:
    """A text without its links and marks."""
    return "".join(
        piece if isinstance(piece, str) else piece.words if isinstance(piece, Link) else piece.value for piece in prose
    )

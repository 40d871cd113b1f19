"""What the back office calls the states of partners, returns, invoices and terms."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from webapp.admin.partner_forms import CYCLE_WORDS
from webapp.domain.lead_return import RETURN_REASON_LABELS, ReturnStatus
from webapp.domain.partner import PartnerStatus, PausedBy
from webapp.domain.terms import FeeKind
from webapp.queries.terms import Terms
from webapp.ui.formats import plural
from webapp.ui.money_words import amount

Look = tuple[str, str]

PARTNER_LOOKS: Final[Mapping[PartnerStatus, Look]] = {
    PartnerStatus.TEST: ("Test mode", "accent"),
    PartnerStatus.LIVE: ("Live", "good"),
    PartnerStatus.PAUSED: ("Paused", "warm"),
    PartnerStatus.ENDED: ("Ended", "neutral"),
}
PAUSED_LOOKS: Final[Mapping[PausedBy, Look]] = {
    PausedBy.PARTNER: ("Paused by the partner", "warm"),
    PausedBy.STAFF: ("Paused by us", "warm"),
    PausedBy.COMPLAINTS: ("Paused by us: complaints", "error"),
}
REASONS: Final[Mapping[str, str]] = {
    "created": "Made by staff.",
    "ready": "Everything it needs is there.",
    "resumed_by_staff": "Resumed by staff.",
    "resumed_by_partner": "Resumed by the partner.",
    "paused_by_staff": "Paused by staff.",
    "paused_by_partner": "Paused by the partner.",
    "complaints": "Paused because too many students complained.",
    "ended_by_staff": "Ended by staff.",
    "ended_by_partner": "Ended by the partner.",
}
MOVES: Final[Mapping[PartnerStatus, tuple[str, str, str]]] = {
    PartnerStatus.LIVE: ("Go live", "primary", "Leads from now on are real and are billed."),
    PartnerStatus.PAUSED: ("Pause", "secondary", "New leads wait until it goes on, or their time runs out."),
    PartnerStatus.ENDED: (
        "End for good",
        "danger",
        "Students can no longer tick it; leads that wait end, and they are told.",
    ),
}
MOVED: Final[Mapping[PartnerStatus, str]] = {
    PartnerStatus.LIVE: "It is live. Leads that waited for it go on now.",
    PartnerStatus.PAUSED: "It is paused. Leads wait until it goes on, or their time runs out.",
    PartnerStatus.ENDED: "It is ended. Leads that waited for it end, and their students are told.",
}
RETURN_LOOKS: Final[Mapping[ReturnStatus, Look]] = {
    ReturnStatus.REQUESTED: ("Waits for us", "warm"),
    ReturnStatus.APPROVED: ("Approved", "good"),
    ReturnStatus.DENIED: ("Denied", "neutral"),
}


def terms_facts(terms: Terms | None, groups: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Terms as facts to show; none when nothing was agreed."""
    if terms is None:
        return []
    told = [
        {
            "label": "Flat fee" if fee.kind is FeeKind.FLAT_PER_CYCLE else _price_label(fee.group_id, groups),
            "value": amount(fee.cents, terms.currency),
        }
        for fee in terms.fees
    ]
    share = f", at most {terms.return_percent}% of a cycle's leads" if terms.return_percent is not None else ""
    automatic = ", ".join(RETURN_REASON_LABELS[each] for each in sorted(terms.auto_returns))
    return [
        *told,
        {"label": "Invoices cover", "value": CYCLE_WORDS[terms.cycle].lower()},
        {"label": "Returns", "value": f"{plural(terms.return_days, 'day')}{share}"},
        {"label": "Approved at once", "value": automatic or "nothing"},
    ]


def _price_label(group_id: UUID | None, groups: Mapping[UUID, str]) -> str:
    return "Price for a lead" if group_id is None else f"Price for a lead on “{groups.get(group_id, 'a former group')}”"

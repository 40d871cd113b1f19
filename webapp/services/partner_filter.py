"""Changing the filter of a partner, and sifting a lead by the one in force."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.disclosure import LEAD_FIELDS
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.partner_filter import OnUnknown
from webapp.domain.rule_evaluation import Truth
from webapp.domain.rule_filter import Decision, sift
from webapp.models import Lead, Partner, PartnerFilter, ProgramGroup
from webapp.queries.partner_filter import find_standing, record_of_lead, rules_of

LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the filter in force says of a lead that it does not simply let through."""

    decision: Decision
    excluded: bool
    version: int


def change(
    session: Session,
    clock: Clock,
    partner_id: UUID,
    text: str,
    *,
    on_unknown: OnUnknown,
    actor: str,
    group_id: UUID | None = None,
    since: int | None = None,
) -> int:
    """Put `text` in force for leads that are looked at from now on; its version.

    With `group_id` it is the filter of that program group, which stands in place of the partner's own. A blank text
    takes the filter away; one of comments alone lets every lead of the group pass. `since` is the version that whoever
    changes it has seen (0: none). NotFound without such a partner or group; Refused, naming line and column, for a text
    that cannot be read, and when somebody else changed it meanwhile.
    """
    _lock(session, partner_id, group_id)
    if len(text) > LONGEST_TEXT:
        raise Refused(Problem("text", f"A filter has at most {LONGEST_TEXT:,} characters."))
    rules_of(text)
    newest = session.execute(
        select(func.max(PartnerFilter.version)).where(
            PartnerFilter.partner_id == partner_id, PartnerFilter.group_id.is_not_distinct_from(group_id)
        )
    ).scalar()
    if since is not None and since != (newest or 0):
        raise Refused(Problem("text", "Somebody changed the filter meanwhile.", "Look at it as it is now."))
    version = (newest or 0) + 1
    session.add(
        PartnerFilter(
            id=new_id(),
            partner_id=partner_id,
            group_id=group_id,
            version=version,
            text=text,
            on_unknown=on_unknown,
            changed_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()
    return version


def sift_lead(session: Session, lead: Lead) -> Verdict | None:
    """What the filter in force says of `lead`; None where it passes, or may pass although it does not say enough."""
    standing = find_standing(session, partner_id=lead.partner_id, program_id=lead.program_id)
    if standing is None or not standing.rules:
        return None
    sifting = sift(standing.rules, record_of_lead(session, lead), LEAD_FIELDS)
    if sifting.decision is None or (sifting.passes is Truth.UNKNOWN and standing.on_unknown is OnUnknown.PASS):
        return None
    return Verdict(sifting.decision, sifting.passes is Truth.FALSE, standing.version)


def _lock(session: Session, partner_id: UUID, group_id: UUID | None) -> None:
    """Two who change a filter at once wait for each other here, so that each gets a version of its own."""
    partner = select(Partner.id).where(Partner.id == partner_id).with_for_update(key_share=True)
    if session.execute(partner).first() is None:
        raise NotFound("There is no such partner.")
    group = session.get(ProgramGroup, group_id) if group_id else None
    if group_id is not None and (group is None or group.partner_id != partner_id):
        raise NotFound("This partner has no such program group.")

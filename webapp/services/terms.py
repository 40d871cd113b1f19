"""Terms: agreeing on fees, cycle and returns, in versions that are in force from a moment and never changed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.domain.billing_cycle import CycleKind, midnight
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead_return import PARTNERS_REASONS, ReturnReason
from webapp.domain.terms import DEFAULT_RETURN_DAYS, MOST_CENTS, Fee, FeeKind
from webapp.models import Fee as FeeRow
from webapp.models import Partner, PartnerTerms, ProgramGroup, TermsVersion


@dataclass(frozen=True, slots=True)
class Agreed:
    """What staff and a partner agreed on. `return_percent` is of a cycle's leads; None for no limit."""

    fees: tuple[Fee, ...]
    currency: str = "USD"
    cycle: CycleKind = CycleKind.MONTHLY
    return_days: int = DEFAULT_RETURN_DAYS
    return_percent: int | None = None
    auto_returns: frozenset[ReturnReason] = frozenset()


def agree(
    session: Session, clock: Clock, partner_id: UUID, agreed: Agreed, *, actor: str, from_day: date | None = None
) -> UUID:
    """Make a version of the terms, in force from the partner's midnight of `from_day`, or at once; its id.

    Leads whose place is reserved keep the price they had. Refused, with everything that is wrong at once, when an
    amount cannot be meant, a group is another partner's, or the day is past; NotFound when there is no such partner.
    """
    partner = session.get(Partner, partner_id, with_for_update={"key_share": True}, populate_existing=True)
    if partner is None:
        raise NotFound("There is no such partner.")
    now = clock.now()
    in_force_at = midnight(from_day, ZoneInfo(partner.time_zone)) if from_day else now
    problems = [*_problems(agreed), *_foreign_groups(session, partner_id, agreed.fees)]
    if in_force_at < now:
        what = f"{from_day} has begun where the partner is."
        problems.append(Problem("from_day", what, "Name a day to come, or none for terms that hold at once."))
    if problems:
        raise Refused(*problems)
    return _store(session, partner_id, agreed, in_force_at=in_force_at, now=now, actor=actor)


def _store(
    session: Session, partner_id: UUID, agreed: Agreed, *, in_force_at: datetime, now: datetime, actor: str
) -> UUID:
    version_id = new_id()
    session.execute(
        insert(TermsVersion).values(
            id=version_id,
            partner_id=partner_id,
            in_force_at=in_force_at,
            currency=agreed.currency,
            cycle=agreed.cycle,
            return_days=agreed.return_days,
            return_percent=agreed.return_percent,
            auto_returns=sorted(agreed.auto_returns),
            agreed_by=actor,
            created_at=now,
        )
    )
    session.execute(
        insert(FeeRow),
        [
            {"id": new_id(), "terms_id": version_id, "group_id": fee.group_id, "kind": fee.kind, "cents": fee.cents}
            for fee in agreed.fees
        ],
    )
    _keep_for_the_release_before(session, partner_id, agreed, in_force=in_force_at <= now)
    return version_id


def _keep_for_the_release_before(session: Session, partner_id: UUID, agreed: Agreed, *, in_force: bool) -> None:
    """The row that holds the caps holds a price too, which only the release before this one reads."""
    cents = next((fee.cents for fee in agreed.fees if fee.kind is FeeKind.PER_LEAD and fee.group_id is None), 0)
    price = {"price_cents": cents, "currency": agreed.currency}
    row = upsert(PartnerTerms).values(id=new_id(), partner_id=partner_id, **price)
    if in_force:
        session.execute(row.on_conflict_do_update(index_elements=["partner_id"], set_=price))
    else:
        session.execute(row.on_conflict_do_nothing())


def _problems(agreed: Agreed) -> Iterator[Problem]:
    if not agreed.fees:
        yield Problem("fees", "No fee is named.", "Name a price for a lead, or a flat fee for a cycle; it may be 0.")
    for fee in agreed.fees:
        if not 0 <= fee.cents <= MOST_CENTS:
            yield Problem("fees", f"A fee of {fee.cents} cents cannot be meant.", f"At most {MOST_CENTS} are taken.")
        if fee.kind is FeeKind.FLAT_PER_CYCLE and fee.group_id is not None:
            yield Problem("fees", "A flat fee is the partner's, not a group's.", "Leave the group out.")
    if len({(fee.kind, fee.group_id) for fee in agreed.fees}) < len(agreed.fees):
        yield Problem("fees", "A group has two fees of one kind.", "Keep one of them.")
    if not re.fullmatch("[A-Z]{3}", agreed.currency):
        yield Problem("currency", "It is not a currency's code.", "Write three capital letters, such as USD.")
    if not 0 <= agreed.return_days <= 365:
        yield Problem("return_days", "Leads may be returned for 0 to 365 days.")
    if agreed.return_percent is not None and not 0 <= agreed.return_percent <= 100:
        yield Problem("return_percent", "A share lies between 0 and 100 percent.")
    if not agreed.auto_returns <= set(PARTNERS_REASONS):
        yield Problem("auto_returns", "No partner can give that reason.")


def _foreign_groups(session: Session, partner_id: UUID, fees: Iterable[Fee]) -> Iterator[Problem]:
    named = {fee.group_id for fee in fees if fee.group_id is not None}
    own = session.scalars(
        select(ProgramGroup.id).where(ProgramGroup.id.in_(named), ProgramGroup.partner_id == partner_id)
    )
    if named - set(own):
        yield Problem("fees", "A fee names a group that is not this partner's.")

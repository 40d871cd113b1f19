"""Acts of staff upon many: which of the things they cannot be done to, and where one stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.bulk_act import OBJECTS, BulkKind, BulkStatus, ItemStatus
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import NotFound
from webapp.domain.lead import AWAITING_CONFIRMATION, LeadStatus
from webapp.domain.message import MessageStatus, Template
from webapp.domain.partner import PartnerStatus
from webapp.models import BulkAct, BulkActItem, Delivery, Lead, Message, Partner
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(BulkAct.created_at, BulkAct.id)
_AT_ONCE = 1000
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class BulkActRow:
    """One act, and how many of its things are in which state."""

    id: UUID
    kind: BulkKind
    status: BulkStatus
    choice: str | None
    left_out: int
    actor: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: Mapping[ItemStatus, int]

    @property
    def total(self) -> int:
        """How many things it takes in."""
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        """How many are done or refused."""
        return self.total - self.counts.get(ItemStatus.WAITING, 0)


@dataclass(frozen=True, slots=True)
class BulkActDetail:
    """One act with why it cannot be done to some: how often each reason, and the first of those things."""

    row: BulkActRow
    refusals: tuple[tuple[str, int], ...]
    refused: tuple[tuple[UUID, str], ...]


def list_bulk_acts(session: Session, *, cursor: str | None) -> Page[BulkActRow]:
    """Acts that were started, newest first."""
    statement = select(BulkAct).where(BulkAct.status != BulkStatus.PLANNED)
    page = read_page(session, statement, _ORDER, lambda row: row[0], cursor=cursor)
    counts = _counts(session, [act.id for act in page.items])
    return Page(tuple(_row(act, counts.get(act.id, {})) for act in page.items), page.back, page.on)


def get_bulk_act(session: Session, act_id: UUID) -> BulkActDetail:
    """One act. NotFound when there is none."""
    act = session.get(BulkAct, act_id)
    if act is None:
        raise NotFound("There is no such act.")
    refused = BulkActItem.act_id == act_id, BulkActItem.status == ItemStatus.REFUSED
    reasons = session.execute(
        select(func.coalesce(BulkActItem.words, ""), func.count())
        .where(*refused)
        .group_by(BulkActItem.words)
        .order_by(func.count().desc(), BulkActItem.words)
    )
    first = session.execute(
        select(BulkActItem.object_id, func.coalesce(BulkActItem.words, ""))
        .where(*refused)
        .order_by(BulkActItem.number)
        .limit(_SHOWN)
    )
    return BulkActDetail(
        _row(act, _counts(session, [act_id]).get(act_id, {})),
        tuple((row[0], row[1]) for row in reasons),
        tuple((row[0], row[1]) for row in first),
    )


def why_not(session: Session, kind: BulkKind, ids: Sequence[UUID], now: datetime) -> dict[UUID, str]:
    """To which of `ids` the act cannot be done at `now`, and why. Nothing is locked: the act itself asks once more."""
    found: dict[UUID, str | None] = {}
    for start in range(0, len(ids), _AT_ONCE):
        found.update(_JUDGES[OBJECTS[kind]](session, ids[start : start + _AT_ONCE], now))
    missing = f"There is no such {OBJECTS[kind]}."
    return {each: words for each in ids if (words := found.get(each, missing)) is not None}


def _leads(session: Session, ids: Sequence[UUID], _now: datetime) -> dict[UUID, str | None]:
    rows = session.execute(select(Lead.id, Lead.status, Lead.reason).where(Lead.id.in_(ids)))
    return {row.id: _not_held(row.status, row.reason) for row in rows}


def _not_held(status: LeadStatus, reason: str | None) -> str | None:
    if status is not LeadStatus.HELD_REVIEW:
        return f"It is not held for review ({_plain(status)})."
    if reason == AWAITING_CONFIRMATION:
        return "It waits for the student to confirm their address, which nobody else can do."
    return None


def _deliveries(session: Session, ids: Sequence[UUID], now: datetime) -> dict[UUID, str | None]:
    rows = session.execute(
        select(
            Delivery.id, Delivery.status, Lead.status.label("lead"), Lead.expires_at, Partner.status.label("partner")
        )
        .join(Lead, Lead.id == Delivery.lead_id)
        .join(Partner, Partner.id == Lead.partner_id)
        .where(Delivery.id.in_(ids))
    )
    return {row.id: _not_dead(row, now) for row in rows}


def _not_dead(row: Any, now: datetime) -> str | None:
    if row.status is not DeliveryStatus.FAILED or row.lead is not LeadStatus.FAILED:
        return f"It has not failed ({_plain(row.status)})."
    if row.expires_at <= now:
        return "The student’s wish is too old to be acted on."
    if row.partner is PartnerStatus.ENDED:
        return "Its partner takes no more leads."
    return None


def _messages(session: Session, ids: Sequence[UUID], _now: datetime) -> dict[UUID, str | None]:
    rows = session.execute(select(Message.id, Message.status, Message.template).where(Message.id.in_(ids)))
    return {row.id: _not_to_go(row.status, row.template) for row in rows}


def _not_to_go(status: MessageStatus, template: Template) -> str | None:
    if status is MessageStatus.DEFERRED:
        return None
    if status is MessageStatus.UNCERTAIN:
        return "It may have arrived: only somebody who has looked may send it again, one by one."
    if status is not MessageStatus.FAILED:
        return f"It has neither failed nor been put off ({_plain(status)})."
    if template is Template.PARTNER_LEAD:
        return "It carries a lead: send its delivery again instead."
    return None


_JUDGES: Final[dict[str, Callable[[Session, Sequence[UUID], datetime], dict[UUID, str | None]]]] = {
    "lead": _leads,
    "delivery": _deliveries,
    "message": _messages,
}


def _plain(status: str) -> str:
    return str(status).replace("_", " ")


def _counts(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[ItemStatus, int]]:
    rows = session.execute(
        select(BulkActItem.act_id, BulkActItem.status, func.count())
        .where(BulkActItem.act_id.in_(ids))
        .group_by(BulkActItem.act_id, BulkActItem.status)
    )
    found: dict[UUID, dict[ItemStatus, int]] = {}
    for act_id, status, count in rows:
        found.setdefault(act_id, {})[status] = count
    return found


def _row(act: BulkAct, counts: Mapping[ItemStatus, int]) -> BulkActRow:
    return BulkActRow(
        act.id,
        act.kind,
        act.status,
        act.choice,
        act.left_out,
        act.actor,
        act.created_at,
        act.started_at,
        act.finished_at,
        counts,
    )

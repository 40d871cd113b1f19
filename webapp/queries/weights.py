"""Versions of the weights: the live one, one by name, and all of them for the back office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.weights_version import WeightsOrigin, WeightsStatus
from webapp.matching.weights import DEFAULT_WEIGHTS, Weights
from webapp.models import WeightsTrial, WeightsVersion

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version with its figures. `evidence` is what the learning found, of those that it proposed."""

    id: UUID
    weights: Weights
    note: str
    origin: WeightsOrigin
    status: WeightsStatus
    based_on: str | None
    evidence: dict[str, Any] | None
    made_by: str
    created_at: datetime
    published_at: datetime | None
    published_by: str | None
    discarded_at: datetime | None

    @property
    def version(self) -> str:
        """Its name, which every ranking made with it tells."""
        return self.weights.version


def live_version(session: Session) -> str:
    """The name of the weights that rank now: the version published last."""
    statement = select(WeightsVersion.version).where(WeightsVersion.published_at.is_not(None))
    found = session.scalars(statement.order_by(WeightsVersion.published_at.desc()).limit(1)).first()
    return DEFAULT_WEIGHTS.version if found is None else found


def live_weights(session: Session) -> Weights:
    """The weights that rank now; the code's own where no version was ever published."""
    return find_weights(session, live_version(session)) or DEFAULT_WEIGHTS


def find_weights(session: Session, version: str) -> Weights | None:
    """The weights of that name; None where they were not kept."""
    row = session.scalars(select(WeightsVersion).where(WeightsVersion.version == version)).one_or_none()
    return None if row is None else Weights.from_json(row.version, row.weights)


def get_version(session: Session, version_id: UUID) -> VersionRow:
    """One version. NotFound when there is none."""
    row = session.get(WeightsVersion, version_id, populate_existing=True)
    if row is None:
        raise NotFound("There are no such weights.")
    return _row(row, live_version(session))


def waiting_proposals(session: Session) -> int:
    """How many proposals wait for somebody to decide."""
    waiting = WeightsVersion.published_at.is_(None) & WeightsVersion.discarded_at.is_(None)
    return session.execute(select(func.count()).where(waiting)).scalar_one()


def list_versions(session: Session) -> tuple[VersionRow, ...]:
    """Proposals first, then what was published, both newest first; the newest `MOST_LISTED` in all."""
    newest = func.coalesce(WeightsVersion.published_at, WeightsVersion.created_at).desc()
    order = (WeightsVersion.published_at.is_not(None), newest, WeightsVersion.id.desc())
    live = live_version(session)
    rows = session.scalars(
        select(WeightsVersion).where(WeightsVersion.discarded_at.is_(None)).order_by(*order).limit(MOST_LISTED)
    )
    return tuple(_row(row, live) for row in rows)


def _row(row: WeightsVersion, live: str) -> VersionRow:
    return VersionRow(
        id=row.id,
        weights=Weights.from_json(row.version, row.weights),
        note=row.note,
        origin=row.origin,
        status=_status(row, live),
        based_on=row.based_on,
        evidence=row.evidence,
        made_by=row.made_by,
        created_at=row.created_at,
        published_at=row.published_at,
        published_by=row.published_by,
        discarded_at=row.discarded_at,
    )


def _status(row: WeightsVersion, live: str) -> WeightsStatus:
    if row.published_at is not None:
        return WeightsStatus.LIVE if row.version == live else WeightsStatus.FORMER
    return WeightsStatus.PROPOSED if row.discarded_at is None else WeightsStatus.DISCARDED


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial of proposed weights on last week's lists; `outcome` is None until a worker has worked it out."""

    id: UUID
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    outcome: dict[str, Any] | None


def find_trial(session: Session, version_id: UUID) -> TrialRow | None:
    """The newest trial of a version."""
    row = session.scalars(
        select(WeightsTrial)
        .where(WeightsTrial.version_id == version_id)
        .order_by(WeightsTrial.created_at.desc(), WeightsTrial.id.desc())
        .limit(1)
    ).first()
    return None if row is None else TrialRow(row.id, row.asked_by, row.created_at, row.finished_at, row.outcome)

"""Weights: proposing a version, publishing it, going back to one, throwing a proposal away."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.plain_text import has_control_character
from webapp.domain.weights_version import NOTE_LIMIT, WeightsOrigin, next_version
from webapp.matching.weights import Weights
from webapp.models import WeightsVersion
from webapp.queries.weights import live_version, live_weights

_LOCK = text("SELECT pg_advisory_xact_lock(7305071)")
"""One change of versions at a time: names are numbered, and whoever publishes has seen what is live."""


def propose(
    session: Session,
    clock: Clock,
    figures: Mapping[str, Any],
    *,
    note: str,
    actor: str,
    origin: WeightsOrigin = WeightsOrigin.STAFF,
    evidence: Mapping[str, Any] | None = None,
) -> UUID:
    """Keep figures as a version that waits for somebody to publish it; its id. Nothing ranks with it.

    Refused where the figures cannot be meant, are those that are live, or the note is missing.
    """
    session.execute(_LOCK)
    live = live_weights(session)
    proposed = Weights.from_json("proposed", figures)
    problems = _note_problems(note)
    if proposed.to_json() == live.to_json():
        problems.append(Problem("criteria.goal", "These are the weights that are live.", "Change one of them."))
    if problems:
        raise Refused(*problems)
    return _add(
        session, clock, proposed, note=note, actor=actor, origin=origin, based_on=live.version, evidence=evidence
    )


def publish(session: Session, clock: Clock, version_id: UUID, *, note: str, instead_of: str, actor: str) -> None:
    """Let a proposal rank from now on, in place of the version `instead_of`, which whoever publishes has seen live.

    Refused where other weights went live meanwhile, the proposal was published or thrown away, or the note is missing;
    NotFound where there is none.
    """
    session.execute(_LOCK)
    row, live = _waiting(session, version_id), live_version(session)
    problems = _note_problems(note)
    if live != instead_of:
        what = f"The weights {live} went live meanwhile."
        problems.append(Problem("live", what, "Look again at what would change, then publish."))
    if problems:
        raise Refused(*problems)
    row.note, row.published_by, row.published_at = note.strip(), actor, _after_all(session, clock)
    session.flush()


def go_back(session: Session, clock: Clock, version_id: UUID, *, actor: str) -> UUID:
    """Publish the figures of a former version again, under a new name; the id of that version.

    A version is live once: what was ranked by its name stays what it was. Refused where they are live already or were
    never published; NotFound where there is no such version.
    """
    session.execute(_LOCK)
    row = _find(session, version_id)
    live = live_weights(session)
    weights = Weights.from_json(row.version, row.weights)
    if row.published_at is None:
        raise Refused(Problem("version", "These weights were never live.", "Publish them instead."))
    if weights.to_json() == live.to_json():
        raise Refused(Problem("version", "These are the weights that are live."))
    note = f"Back to {row.version}, from {live.version}."
    made = _add(session, clock, weights, note=note, actor=actor, origin=WeightsOrigin.STAFF, based_on=live.version)
    new = _find(session, made)
    new.published_by, new.published_at = actor, _after_all(session, clock)
    session.flush()
    return made


def discard(session: Session, clock: Clock, version_id: UUID) -> None:
    """Throw a proposal away. Its row stays. Refused where it was published or thrown away; NotFound without one."""
    session.execute(_LOCK)
    _waiting(session, version_id).discarded_at = clock.now()
    session.flush()


def _add(
    session: Session,
    clock: Clock,
    weights: Weights,
    *,
    note: str,
    actor: str,
    origin: WeightsOrigin,
    based_on: str,
    evidence: Mapping[str, Any] | None = None,
) -> UUID:
    taken = frozenset(session.scalars(select(WeightsVersion.version)))
    row = WeightsVersion(
        id=new_id(),
        version=next_version(clock.now().date(), taken),
        weights=weights.to_json(),
        note=note.strip(),
        origin=origin,
        based_on=based_on,
        evidence=dict(evidence) if evidence is not None else None,
        made_by=actor,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def _after_all(session: Session, clock: Clock) -> datetime:
    """Now, or just after the last publication, should the clocks of two machines differ."""
    last = session.scalars(
        select(WeightsVersion.published_at).order_by(WeightsVersion.published_at.desc().nulls_last()).limit(1)
    ).first()
    return clock.now() if last is None else max(clock.now(), last + timedelta(microseconds=1))


def _find(session: Session, version_id: UUID) -> WeightsVersion:
    row = session.get(WeightsVersion, version_id, populate_existing=True)
    if row is None:
        raise NotFound("There are no such weights.")
    return row


def _waiting(session: Session, version_id: UUID) -> WeightsVersion:
    row = _find(session, version_id)
    if row.published_at is not None:
        raise Refused(Problem("version", "These weights were published already."))
    if row.discarded_at is not None:
        raise Refused(Problem("version", "These weights were thrown away.", "Propose them anew."))
    return row


def _note_problems(note: str) -> list[Problem]:
    told = note.strip()
    if not told:
        return [Problem("note", "There is no note.", "Say why these weights are better.")]
    if len(told) > NOTE_LIMIT or has_control_character(told.replace("\n", " ").replace("\r", " ")):
        return [Problem("note", "This note cannot be kept.", f"Write at most {NOTE_LIMIT:,} plain characters.")]
    return []

"""Proposing learned weights: what comes out of students' choices waits for a person, and is never live by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.profile import Profile
from webapp.domain.profile_reader import ProfileError
from webapp.domain.weights_version import WeightsOrigin
from webapp.matching.catalog import Catalog
from webapp.matching.judging import judge
from webapp.matching.rules import Verdict
from webapp.matching.version import ENGINE_VERSION
from webapp.matching.weights import MOST_WEIGHT, Weights
from webapp.models import WeightsVersion
from webapp.queries.learning import Choices, ChosenList, ListedProgram, choices_since
from webapp.queries.weights import live_weights
from webapp.services import audit, weights, weights_trial
from webapp.services.learning import BOUND, CRITERIA, LEAST_LISTS, Learned, Shown, learn

MOST_LISTS: Final = 10_000
DECIMALS: Final = 2
APPLIED_COUNTS: Final = 2.0
ENROLLED_COUNTS: Final = 3.0
SAYS: Final = (
    f"An introduction counts 1, an application {APPLIED_COUNTS:g}, an enrolment {ENROLLED_COUNTS:g}. What was put "
    "aside counts against. Only programs that somebody was introduced to in this time are held against one another, "
    f"since others may have had no introduction to offer. No weight moves by more than {BOUND:.0%} at once."
)


@dataclass(frozen=True, slots=True)
class LearnedProposal:
    """What was learned beside the live weights. `version_id` is None where nothing was kept, and `refusal` says why."""

    live: Weights
    learned: Learned
    proposed: Weights | None
    evidence: dict[str, Any]
    version_id: UUID | None = None
    refusal: str = ""


def propose(
    session: Session,
    clock: Clock,
    catalog: Catalog,
    *,
    actor: str,
    since: datetime | None = None,
    dry_run: bool = False,
    least_lists: int = LEAST_LISTS,
) -> LearnedProposal:
    """Learn from the lists that the live weights ranked, and keep what comes out as a proposal.

    Earlier learned proposals that still wait are thrown away for it. Nothing is kept in a dry run, or where the choices
    say too little; then `refusal` has the words.
    """
    live = live_weights(session)
    choices = choices_since(session, weights=live.version, engine=ENGINE_VERSION, since=since, most=MOST_LISTS)
    learned = learn(list(_shown(choices, catalog, live)), least_lists=least_lists)
    proposed = None if learned.refusal else _moved(live, learned)
    found = LearnedProposal(live, learned, proposed, _evidence(live, learned, choices), refusal=learned.refusal)
    if proposed is None:
        return found
    if proposed.to_json() == live.to_json():
        return LearnedProposal(live, learned, None, found.evidence, refusal="The live weights came out again.")
    if dry_run:
        return found
    return LearnedProposal(live, learned, proposed, found.evidence, _kept(session, clock, found, proposed, actor))


def _kept(session: Session, clock: Clock, found: LearnedProposal, proposed: Weights, actor: str) -> UUID:
    waiting = select(WeightsVersion.id).where(
        WeightsVersion.origin == WeightsOrigin.LEARNED,
        WeightsVersion.published_at.is_(None),
        WeightsVersion.discarded_at.is_(None),
    )
    for former in session.scalars(waiting).all():
        weights.discard(session, clock, former)
    version_id = weights.propose(
        session,
        clock,
        proposed.to_json(),
        note="Learned from what students chose.",
        actor=actor,
        origin=WeightsOrigin.LEARNED,
        evidence=found.evidence,
    )
    weights_trial.ask(session, clock, version_id, actor=actor)
    name = session.get_one(WeightsVersion, version_id).version
    audit.record(
        session,
        clock,
        staff_id=None,
        actor=actor,
        action="proposed",
        object_type="weights",
        object_id=name,
        before={"version": found.live.version, **found.live.to_json()},
        after={"version": name, **proposed.to_json()},
    )
    return version_id


def _moved(live: Weights, learned: Learned) -> Weights:
    figures = live.to_json()
    for criterion, factor in learned.factors.items():
        figures["criteria"][criterion.value] = min(MOST_WEIGHT, round(live.unstated[criterion] * factor, DECIMALS))
    return Weights.from_json("learned", figures)


def _evidence(live: Weights, learned: Learned, choices: Choices) -> dict[str, Any]:
    return {
        **learned.to_json(),
        "live": live.version,
        "engine": ENGINE_VERSION,
        "lists_seen": choices.seen,
        "since": choices.first.date().isoformat() if choices.first else None,
        "until": choices.last.date().isoformat() if choices.last else None,
        "says": SAYS,
    }


def _shown(choices: Choices, catalog: Catalog, live: Weights) -> Iterator[Shown]:
    on_offer = {each.program_id for one in choices.lists for each in one.programs if each.introduced is not False}
    for one in choices.lists:
        aside = _aside(one, catalog, live)
        chosen_at = {each.institution for each in one.programs if each.introduced is not False} - {None}
        programs = one.programs
        yield Shown(
            # Ids are random at their end, so folds are as drawn by lot.
            key=one.submission_id.int & 0xFFFF,
            place=np.array([*(each.rank for each in programs), *(rank for rank, _, _ in aside)], dtype=np.int64),
            points=np.array(
                [*(_points(each.contributions) for each in programs), *(points for _, points, _ in aside)],
                dtype=np.float64,
            ),
            verdict=np.array(
                [*(Verdict[each.verdict.upper()] for each in programs), *(verdict for _, _, verdict in aside)],
                dtype=np.int64,
            ),
            chosen=np.array([*map(_counts, programs), *(0.0 for _ in aside)], dtype=np.float64),
            rival=np.array(
                [
                    *(
                        each.introduced is False and each.program_id in on_offer and each.institution not in chosen_at
                        for each in programs
                    ),
                    *(False for _ in aside),
                ],
                dtype=np.bool_,
            ),
            aside=np.array([*(False for _ in programs), *(True for _ in aside)], dtype=np.bool_),
        )


def _counts(program: ListedProgram) -> float:
    if not program.introduced:
        return 0.0
    if program.enrolled:
        return ENROLLED_COUNTS
    return APPLIED_COUNTS if program.applied else 1.0


def _points(contributions: dict[str, float]) -> list[float]:
    return [float(contributions.get(each.value, 0.0)) for each in CRITERIA]


def _aside(one: ChosenList, catalog: Catalog, live: Weights) -> list[tuple[int, list[float], int]]:
    """Place, points and verdict of what was put aside: it stands in no stored list, so the engine judges it again."""
    if not one.put_aside:
        return []
    try:
        profile = Profile.from_json(one.profile)
    except ProfileError:
        return []
    judged = judge(profile, catalog, live, [each.program_id for each in one.put_aside])
    return [
        (
            each.rank,
            _points({name.value: points for name, points in judged[each.program_id].match.contributions.items()}),
            Verdict[judged[each.program_id].match.verdict.upper()],
        )
        for each in one.put_aside
        if each.program_id in judged
    ]

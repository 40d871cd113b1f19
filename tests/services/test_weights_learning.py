"""From stored lists to a proposal that waits: what is read, what is kept, and what is never looked at."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import make_school
from tests.services.test_learning import CRITERIA, students
from webapp.domain.clock import FrozenClock
from webapp.domain.feedback import FeedbackReason
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.profile import Criterion
from webapp.domain.weights_version import WeightsOrigin, WeightsStatus
from webapp.gateways.sealing import Seal
from webapp.matching import Catalog
from webapp.matching.version import ENGINE_VERSION
from webapp.matching.weights import DEFAULT_WEIGHTS
from webapp.models import AuditEntry, Feedback, FunnelStanding, Lead, Match, Submission, WeightsTrial
from webapp.queries.learning import choices_since
from webapp.queries.listing import catalog_of, current_version
from webapp.queries.weights import get_version, list_versions, live_weights

TRUTH = {Criterion.COST: 3.0, Criterion.INTERESTS: 0.2}
NEVER = re.compile(r"partner|price|cent|\bcap|terms|fee\b|fees|charge|ledger|invoice|billing", re.IGNORECASE)


def propose(session: Session, clock: FrozenClock, catalog: Catalog, *, actor: str, dry_run: bool = False) -> Any:
    """Propose; what that takes is loaded for a second, by the one process that tries it."""
    from webapp.services.weights_learning import propose

    return propose(session, clock, catalog, actor=actor, dry_run=dry_run)


@pytest.fixture
def origin(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> Submission:
    """One request whose draft, prospect and partner the lists share."""
    stored = submit_request(session, clock, links, [make_school(session, seal)])
    return session.get_one(Submission, stored.submission_id)


def store(session: Session, clock: FrozenClock, origin: Submission, count: int, seed: int = 5) -> list[UUID]:
    """Lists of simulated students, of which each that chose asked for one introduction; the ids of the leads."""
    school = session.scalars(select(Lead).where(Lead.submission_id == origin.id)).one()
    chance = np.random.default_rng(seed)
    submissions: list[dict[str, Any]] = []
    matches: list[dict[str, Any]] = []
    leads: list[dict[str, Any]] = []
    for number, each in enumerate(students(count, seed, TRUTH, care=20.0)):
        # A list's id decides in which fold it is held out, so here it is the same in every run.
        row_id, made = UUID(int=seed << 64 | number), clock.now() - timedelta(minutes=number)
        submissions.append(
            {
                **{name: getattr(origin, name) for name in ("draft_id", "prospect_id", "page", "wants_mail")},
                "id": row_id,
                "nonce": row_id.hex,
                "profile": {},
                "engine_version": ENGINE_VERSION,
                "weights_version": DEFAULT_WEIGHTS.version,
                "catalog_version": "1",
                "considered": 40,
                "excluded": {},
                "created_at": made,
            }
        )
        ids = [f"p{program}" for program in chance.permutation(40)[:10]]
        own = [
            {
                "id": new_id(),
                "submission_id": row_id,
                "program_id": program,
                "rank": place,
                "score": float(points.sum()),
                "low": 0.0,
                "high": 1.0,
                "coverage": 1.0,
                "band": "good",
                "verdict": "likely",
                "reasons": [],
                "caveats": [],
                "gaps": [],
                "contributions": dict(zip(CRITERIA, map(float, points), strict=True)),
            }
            for place, (program, points) in enumerate(zip(ids, each.points, strict=True), start=1)
        ]
        matches += own
        chosen = np.flatnonzero(each.chosen)
        if len(chosen):
            match = own[int(chance.choice(chosen))]
            leads.append(
                {
                    "id": new_id(),
                    "submission_id": row_id,
                    "match_id": match["id"],
                    "channels": [],
                    "test": False,
                    "prospect_id": origin.prospect_id,
                    "partner_id": school.partner_id,
                    "program_id": match["program_id"],
                    "status": LeadStatus.QUEUED,
                    "created_at": made,
                    "undo_until": made,
                    "expires_at": made,
                }
            )
    session.execute(insert(Submission), submissions)
    session.execute(insert(Match), matches)
    session.execute(insert(Lead), leads)
    return [lead["id"] for lead in leads]


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Every statement that is sent while the block lasts."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


def test_what_students_chose_becomes_a_proposal_that_waits(
    session: Session, clock: FrozenClock, origin: Submission
) -> None:
    leads = store(session, clock, origin, 1300)
    session.execute(
        insert(FunnelStanding),
        [{"lead_id": each, "applied_on": clock.now().date(), "updated_at": clock.now()} for each in leads[:20]],
    )
    session.execute(update(Lead).where(Lead.id == leads[-1]).values(status=LeadStatus.WITHDRAWN))
    session.execute(update(Lead).where(Lead.id == leads[-2]).values(test=True))
    session.execute(update(Lead).where(Lead.id == leads[-3]).values(seed=True))
    catalog = catalog_of(session, current_version(session))

    dry = propose(session, clock, catalog, actor="test", dry_run=True)
    assert dry.version_id is None
    assert dry.refusal == ""
    assert len(list_versions(session)) == 1

    first = propose(session, clock, catalog, actor="ada@staff.example")
    found = propose(session, clock, catalog, actor="ada@staff.example")
    assert first.version_id
    assert found.version_id
    assert get_version(session, first.version_id).status is WeightsStatus.DISCARDED
    kept = get_version(session, found.version_id)
    assert (kept.status, kept.origin, kept.based_on) == (
        WeightsStatus.PROPOSED,
        WeightsOrigin.LEARNED,
        DEFAULT_WEIGHTS.version,
    )
    assert live_weights(session) == DEFAULT_WEIGHTS
    assert kept.weights.unstated[Criterion.COST] == 2.5
    assert kept.weights.unstated[Criterion.INTERESTS] == 3
    for criterion, weight in DEFAULT_WEIGHTS.unstated.items():
        assert abs(kept.weights.unstated[criterion] - weight) <= 0.25 * weight + 0.005
    assert kept.evidence is not None
    assert (kept.evidence["lists"], kept.evidence["lists_seen"]) == (len(leads) - 3, 1300)
    assert kept.evidence["gain"]["low"] > 0
    assert session.scalars(select(WeightsTrial.version_id)).all() == [first.version_id, found.version_id]
    assert (
        session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "weights")).all() == ["proposed"] * 2
    )


def test_too_few_choices_are_told_in_words_and_nothing_is_kept(
    session: Session, clock: FrozenClock, origin: Submission
) -> None:
    store(session, clock, origin, 30)
    found = propose(session, clock, catalog_of(session, current_version(session)), actor="test")
    assert re.fullmatch(r"Only \d\d lists hold a choice to learn from; at least 300 are needed.", found.refusal)
    assert len(list_versions(session)) == 1


def test_nothing_of_money_partners_or_caps_is_read_and_what_says_nothing_is_left_out(
    session: Session, clock: FrozenClock, origin: Submission
) -> None:
    leads = store(session, clock, origin, 12)
    aside = {"draft_id": origin.draft_id, "rank": 3, "shown": 10, "score": 0.5, "band": "good", "verdict": "likely"}
    versions = {"engine_version": ENGINE_VERSION, "weights_version": DEFAULT_WEIGHTS.version, "catalog_version": "1"}
    for program, reason in (("a", FeedbackReason.TOO_EXPENSIVE), ("b", FeedbackReason.KNOWN)):
        session.add(Feedback(program_id=program, reason=reason, created_at=clock.now(), **aside, **versions))
    session.flush()
    with statements(session) as sent:
        found = choices_since(
            session, weights=DEFAULT_WEIGHTS.version, engine=ENGINE_VERSION, since=None, most=len(leads) - 1
        )
    assert len(sent) == 4
    assert [NEVER.findall(statement) for statement in sent] == [[]] * 4
    assert (len(found.lists), found.seen) == (len(leads) - 1, 12)
    for one in found.lists:
        assert sum(each.introduced is True for each in one.programs) == 1
        assert [each.program_id for each in one.put_aside] == ["a"]
    other = choices_since(session, weights="2026-10-1", engine=ENGINE_VERSION, since=None, most=5)
    assert (other.lists, other.seen) == ((), 0)

"""A student's request, submitted through the service as the results page does."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tests.factories.school import School
from webapp.domain.clock import Clock
from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.ids import new_token
from webapp.domain.links import Links
from webapp.domain.partner import ContactChannel
from webapp.domain.question import AnswerValue
from webapp.domain.submission import Contact, IntroductionRequest, Submission
from webapp.services import draft, submission
from webapp.services.submission import Stored
from webapp.services.submission_rows import Policy

PROFILE: dict[str, Any] = {
    "goal": {"occupation": "15-2051", "credentials": ["master"]},
    "background": {"education": "bachelor"},
    "practical": {"state": "CA", "postal_code": "94110", "country": "US", "budget_usd": 30000},
}
POLICY = Policy(undo_window=timedelta(minutes=10), lead_expiry=timedelta(days=30))


def ranking_of(schools: Sequence[School]) -> dict[str, Any]:
    """A ranking in the form of design.md §8 that lists the schools' programs in order."""
    return {
        "engine": "test",
        "weights": "test",
        "catalog": "1",
        "considered": len(schools),
        "excluded": {},
        "matches": [_match(school, rank) for rank, school in enumerate(schools, start=1)],
    }


def open_draft(session: Session, clock: Clock, links: Links) -> UUID:
    """The form a request is made from."""
    opened = draft.start(session, clock, links, keep=timedelta(days=1), attribution={"utm_source": "guide"})
    session.flush()
    return opened.id


def request_for(
    session: Session,
    clock: Clock,
    links: Links,
    schools: Sequence[School],
    *,
    email: str = "ana@student.example",
    phone: str | None = None,
    wants_mail: bool = True,
    channels: frozenset[ContactChannel] = frozenset({ContactChannel.EMAIL}),
    preferences: ContactPreferences | None = None,
    answers: Mapping[UUID, Mapping[UUID, AnswerValue]] | None = None,
    adult: bool = True,
    may_wait: bool = True,
    nonce: str | None = None,
    draft_id: UUID | None = None,
) -> Submission:
    """A request for introductions to `schools`; `answers` are to their questions, by partner id."""
    said = answers or {}
    return Submission(
        nonce=nonce or new_token(),
        draft_id=draft_id or open_draft(session, clock, links),
        contact=Contact(email=email, first_name="Ana", last_name="Silva", phone=phone),
        wants_mail=wants_mail,
        introductions=tuple(
            IntroductionRequest(
                school.partner_id, school.program_id, CONSENT_TEXT_VERSION, said.get(school.partner_id, {})
            )
            for school in schools
        ),
        channels=channels,
        may_wait=may_wait,
        page="/results",
        adult=adult,
        attribution={"utm_source": "guide"},
        preferences=preferences or ContactPreferences(),
    )


def submit_request(
    session: Session,
    clock: Clock,
    links: Links,
    schools: Sequence[School],
    *,
    ticked: Sequence[School] | None = None,
    policy: Policy = POLICY,
    **asked: Any,
) -> Stored:
    """Submit a request about `schools`, with introductions to `ticked` (all of them unless told otherwise)."""
    request = request_for(session, clock, links, schools if ticked is None else ticked, **asked)
    return submission.submit(session, clock, links, policy, request, profile=PROFILE, ranking=ranking_of(schools))


def _match(school: School, rank: int) -> dict[str, Any]:
    return {
        "program_id": school.program_id,
        "rank": rank,
        "score": 0.7,
        "interval": [0.6, 0.8],
        "coverage": 0.9,
        "band": "good",
        "verdict": "eligible",
        "contributions": {"goal": 0.7},
        "reasons": [],
        "caveats": [],
        "gaps": [],
    }

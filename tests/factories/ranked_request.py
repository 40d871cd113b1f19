"""A request under a list that the engine really made, submitted as the results page does."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tests.factories.request import POLICY, PROFILE, open_draft
from webapp.domain.clock import Clock
from webapp.domain.ids import new_token
from webapp.domain.links import Links
from webapp.domain.profile import Profile
from webapp.domain.submission import Contact, Submission
from webapp.matching import DEFAULT_WEIGHTS, rank
from webapp.queries.listing import catalog_of, current_version
from webapp.services import submission


def rank_and_submit(
    session: Session,
    clock: Clock,
    links: Links,
    *,
    profile: dict[str, Any] | None = None,
    k: int = 10,
    day: date | None = None,
    email: str = "ana@student.example",
) -> UUID:
    """Rank the newest catalogue for a new draft and have the list mailed; the submission's id."""
    asked = Profile.from_json(PROFILE if profile is None else profile)
    draft_id, version = open_draft(session, clock, links), current_version(session)
    catalog = catalog_of(session, version)
    today = day or clock.now().date()
    ranking = rank(asked, catalog, DEFAULT_WEIGHTS, k, salt=draft_id.bytes, today=today)
    stored = submission.submit(
        session,
        clock,
        links,
        POLICY,
        Submission(
            nonce=new_token(),
            draft_id=draft_id,
            contact=Contact(email=email, first_name="Ana", last_name="Silva", phone=None),
            wants_mail=True,
            introductions=(),
            channels=frozenset(),
            page="/results",
            attribution={},
        ),
        profile=asked.to_json(),
        ranking=ranking.to_json(),
        ranked_on=today,
        ranked_k=k,
    )
    return stored.submission_id

"""A submission: everything a student asked for, stored in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.domain.message import MessageClass
from webapp.domain.submission import IntroductionRequest, Submission
from webapp.models import Submission as SubmissionRow
from webapp.observability.metrics import SUBMISSIONS
from webapp.queries.delivery_method import current_endpoints
from webapp.queries.offer import Offer, offers_for
from webapp.services import publisher, suppression
from webapp.services.question import checked_answers
from webapp.services.rows import insert_rows
from webapp.services.submission_rows import Policy, Ranked, Rows


@dataclass(frozen=True, slots=True)
class Stored:
    """What `submit` made, or had made before under the same nonce."""

    submission_id: UUID
    prospect_id: UUID
    is_new: bool


def submit(
    session: Session,
    clock: Clock,
    links: Links,
    policy: Policy,
    submission: Submission,
    *,
    profile: Mapping[str, Any],
    ranking: Mapping[str, Any],
    ranked_on: date | None = None,
    ranked_k: int | None = None,
    put_aside: Iterable[str] = (),
) -> Stored:
    """Store prospect, matches, consents, leads, deliveries, messages and outbox events, or nothing.

    `profile` and `ranking` are the JSON forms of design.md §8, the ranking as the student sees it; `ranked_on` is the
    day it was worked out for (today, unless told) and `ranked_k` how many matches were asked for (as many as there are,
    unless told), `put_aside` the programs it goes without: with them it can be replayed. The same nonce again returns
    what was stored first, however many come at once. Refused when a ticked school is not in the ranking, its consent
    words have changed since the page came up, or a school was ticked by somebody who did not state to be an adult.
    """
    before = _stored_before(session, submission.nonce)
    if before is not None:
        SUBMISSIONS.labels("repeated").inc()
        return before
    now, stored = clock.now(), Stored(new_id(), new_id(), is_new=True)
    offers = checked_offers(session, submission, ranking)
    answers = checked_answers(session, submission.introductions, offers)
    k = len(ranking["matches"]) if ranked_k is None else ranked_k
    ranked = Ranked(profile, ranking, on=ranked_on or now.date(), k=k, put_aside=tuple(sorted(put_aside)))
    endpoints = current_endpoints(session, [offer.partner_id for offer in offers]) if offers else {}
    rows = Rows(submission, stored.submission_id, stored.prospect_id, links, policy, now)
    insert_rows(session, rows.all(ranked, offers, answers, endpoints))
    if submission.gpc:
        # Whoever has the browser send Global Privacy Control wants no mail beyond what they asked for.
        suppression.suppress_prospect(
            session, stored.prospect_id, MessageClass.FOLLOW_UP, reason="global_privacy_control", at=now
        )
    publisher.count(session, clock, submission.attribution, requests=1, introductions=len(offers))
    SUBMISSIONS.labels("stored").inc()
    return stored


def find_stored(session: Session, nonce: str) -> Stored | None:
    """What this nonce made before, if anything; waits for nobody."""
    row = session.execute(
        select(SubmissionRow.id, SubmissionRow.prospect_id).where(SubmissionRow.nonce == nonce)
    ).first()
    return Stored(row.id, row.prospect_id, is_new=False) if row else None


def _stored_before(session: Session, nonce: str) -> Stored | None:
    """What this nonce made before. Posts with the same nonce wait for each other here, and only those."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(nonce, 1))))
    return find_stored(session, nonce)


def checked_offers(session: Session, submission: Submission, ranking: Mapping[str, Any]) -> list[Offer]:
    """The offers that were ticked, in that order; Refused as `submit` says."""
    if not submission.introductions and not submission.wants_mail:
        raise Refused(Problem("submission", "Nothing was asked for.", "Tick the mail, or at least one school."))
    if submission.introductions and not submission.channels:
        raise Refused(Problem("channels", "No way to reach you was chosen.", "Tick at least one."))
    if submission.introductions and not submission.adult:
        raise Refused(
            Problem(
                "introductions",
                "We introduce only people who say that they are 18 or older.",
                "Have the list mailed instead. Nothing was sent.",
            )
        )
    ranked = {match["program_id"] for match in ranking["matches"]}
    wanted = [request for request in submission.introductions if request.program_id in ranked]
    found = offers_for(session, (request.program_id for request in wanted))
    offers: dict[UUID, Offer] = {}
    for request in submission.introductions:
        offer = found.get(request.program_id)
        if offer is None or offer.partner_id != request.partner_id:
            raise Refused(
                Problem(
                    "introductions",
                    "The list has changed since this page was shown: a school you ticked is no longer on it.",
                    "Look at the new list and tick again. Nothing was sent.",
                )
            )
        _check_words(request)
        offers.setdefault(offer.partner_id, offer)
    return list(offers.values())


def _check_words(request: IntroductionRequest) -> None:
    if request.text_version != CONSENT_TEXT_VERSION:
        raise Refused(
            Problem(
                "introductions",
                "The words you would agree to have changed since this page was shown.",
                "Read the new words and tick again. Nothing was sent.",
            )
        )

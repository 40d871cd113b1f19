"""The matched-programs mails, many at a time: what they say is read with a few statements, however many there are."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.label import verdict_label, verdict_sentence
from webapp.domain.links import Links
from webapp.domain.listing import Listing
from webapp.domain.listing_words import length, price, starts, teaching
from webapp.domain.requirement import gap_sentence
from webapp.domain.wording import caveat_sentence, reason_sentence
from webapp.emails.footer import Footer
from webapp.emails.matched_programs import MatchedPrograms, ProgramCard
from webapp.models import Match, Message, Prospect, Submission
from webapp.queries.listing import demo_program_ids, listings_by_id
from webapp.queries.offer import offers_for
from webapp.services import opt_in
from webapp.services.introduction_letter import introductions_of

_SUBMISSION = (
    Submission.id,
    Submission.prospect_id,
    Submission.draft_id,
    Submission.considered,
    Submission.created_at,
)
_MATCH = (
    Match.submission_id,
    Match.program_id,
    Match.rank,
    Match.verdict,
    Match.reasons,
    Match.caveats,
    Match.gaps,
)


def matched_programs(
    session: Session, messages: Sequence[Message], links: Links, footers: Mapping[UUID, Footer]
) -> dict[UUID, MatchedPrograms]:
    """What each of `messages` says, by its id."""
    # The columns that are told of, and no more: a submission also holds all answers, and what was put aside and why.
    submissions = session.execute(
        select(*_SUBMISSION).where(Submission.id.in_([message.submission_id for message in messages]))
    ).all()
    about = {submission.id: submission for submission in submissions}
    prospects = session.scalars(
        select(Prospect).where(Prospect.id.in_([submission.prospect_id for submission in submissions]))
    ).all()
    names = {prospect.id: prospect.first_name or "" for prospect in prospects}
    known = opt_in.confirmed_among(session, {prospect.email_key for prospect in prospects})
    confirm = {each.id: "" if each.email_key in known else opt_in.confirm_link(each, links) for each in prospects}
    foot = {message.submission_id: footers[message.id] for message in messages if message.submission_id}
    cards = _cards(session, list(about))
    opened = introductions_of(session, foot)
    return {
        message.id: MatchedPrograms(
            footer=footers[message.id],
            first_name=names[submission.prospect_id],
            programs=tuple(cards.get(submission.id, ())),
            considered=submission.considered,
            results_url=links.results_url(submission.draft_id),
            requested_at=submission.created_at,
            confirm_url=confirm[submission.prospect_id],
            introductions=opened.get(submission.id),
        )
        for message in messages
        if (submission := about.get(message.submission_id)) is not None
    }


def _cards(session: Session, submission_ids: Sequence[UUID]) -> dict[UUID, list[ProgramCard]]:
    """The programs of each submission, in rank order."""
    matches = session.execute(
        select(*_MATCH).where(Match.submission_id.in_(submission_ids)).order_by(Match.submission_id, Match.rank)
    ).all()
    ids = {match.program_id for match in matches}
    listings, offers, demo = listings_by_id(session, ids), offers_for(session, ids), demo_program_ids(session, ids)
    facts = {program_id: _facts(listing) for program_id, listing in listings.items()}
    cards: dict[UUID, list[ProgramCard]] = {}
    for match in matches:
        if match.program_id in facts:
            is_partner, is_demo = match.program_id in offers, match.program_id in demo
            card = _card(match, facts[match.program_id], is_partner=is_partner, is_demo=is_demo)
            cards.setdefault(match.submission_id, []).append(card)
    return cards


def _facts(listing: Listing) -> dict[str, str]:
    """What a card says of a program to everybody: worked out once for all the mails of a batch."""
    cost = price(listing)
    return {
        "name": listing.name,
        "institution": listing.institution,
        "price": cost.text if cost else "",
        "price_note": cost.note if cost else "",
        "modality": teaching(listing) or "",
        "duration": length(listing) or "",
        "start": starts(listing) or "",
        "url": listing.url or "",
    }


def _card(match: Any, facts: Mapping[str, str], *, is_partner: bool, is_demo: bool) -> ProgramCard:
    gaps = [gap_sentence(gap) for gap in match.gaps]
    return ProgramCard(
        rank=match.rank,
        verdict=match.verdict,
        verdict_label=verdict_label(match.verdict),
        verdict_sentence=verdict_sentence(match.verdict),
        reasons=tuple(reason_sentence(reason) for reason in match.reasons),
        caveats=(*gaps, *(caveat_sentence(caveat) for caveat in match.caveats)),
        next_step=_next_step(match.verdict, gaps),
        is_partner=is_partner,
        is_demo=is_demo,
        **facts,
    )


def _next_step(verdict: str, gaps: Sequence[str]) -> str:
    if gaps:
        return "Ask the school how others closed the gap above before they applied."
    if verdict == "eligible":
        return "Check the deadline on the school's own page, then apply."
    return "Ask the school about the points marked unknown before you apply."

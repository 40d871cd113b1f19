"""The matched-programs mails, many at a time: what they say is read with a few statements, however many there are."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.orm import Session

from webapp.domain.links import Links
from webapp.emails.footer import Footer
from webapp.emails.matched_programs import MatchedPrograms
from webapp.models import Message, Prospect, Submission
from webapp.services import opt_in
from webapp.services.introduction_letter import introductions_of
from webapp.services.program_card import cards_of

_SUBMISSION = (
    Submission.id,
    Submission.prospect_id,
    Submission.draft_id,
    Submission.considered,
    Submission.created_at,
)


def matched_programs(
    session: Session, messages: Sequence[Message], links: Links, footers: Mapping[UUID, Footer]
) -> dict[UUID, MatchedPrograms]:
    """What each of `messages` says, by its id."""
    # The columns that are told of, and no more: a submission also holds all answers, and what was put aside and why.
    ids = [message.submission_id for message in messages]
    submissions = session.execute(select(*_SUBMISSION).where(Submission.id == any_(literal(ids, ARRAY(Uuid))))).all()
    about = {submission.id: submission for submission in submissions}
    # The caller holds most of them already.
    prospects = [session.get_one(Prospect, each) for each in {submission.prospect_id for submission in submissions}]
    names = {prospect.id: prospect.first_name or "" for prospect in prospects}
    known = opt_in.confirmed_among(session, {prospect.email_key for prospect in prospects})
    confirm = {each.id: "" if each.email_key in known else opt_in.confirm_link(each, links) for each in prospects}
    foot = {message.submission_id: footers[message.id] for message in messages if message.submission_id}
    cards = cards_of(session, list(about))
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

"""What a request for introductions would send, worked out by the same code that sends it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain.submission import Submission
from webapp.queries.offer import Offer
from webapp.services.posting import Posting, body_of, preview_of
from webapp.services.question import checked_answers
from webapp.services.submission import checked_offers


@dataclass(frozen=True, slots=True)
class Preview:
    """What one partner would get."""

    offer: Offer
    posting: Posting


def previews(
    session: Session, submission: Submission, *, profile: Mapping[str, Any], ranking: Mapping[str, Any]
) -> tuple[Preview, ...]:
    """One preview for each ticked school, in the order ticked. Refused where `submit` would refuse."""
    offers = checked_offers(session, submission, ranking)
    answers = checked_answers(session, submission.introductions, offers)
    matches = {match["program_id"]: match for match in ranking["matches"]}
    return tuple(
        Preview(
            offer,
            preview_of(submission, offer, answers[offer.partner_id], profile=profile, match=matches[offer.program_id]),
        )
        for offer in offers
    )


def digest_of_previews(shown: Iterable[Preview]) -> str:
    """Tells whether what would be sent now is what was shown, byte for byte."""
    digest = hashlib.sha256()
    for preview in shown:
        digest.update(body_of(preview.posting))
    return digest.hexdigest()

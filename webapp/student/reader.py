"""Whoever reads a page about programs: what this browser has told us so far, and how programs stand for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from webapp.context import runtime
from webapp.domain.profile import Profile
from webapp.domain.profile_reader import ProfileError
from webapp.matching.judging import Judgement, judge
from webapp.services.draft import OpenDraft
from webapp.student.answers import profile_of
from webapp.student.drafts import current_draft
from webapp.student.form import results_token
from webapp.student.ranked import asked_by, ranking_of


@dataclass(frozen=True, slots=True)
class Reader:
    """`profile` is None while nothing was answered, or the answers make no profile."""

    draft: OpenDraft | None
    profile: Profile | None

    @property
    def results_url(self) -> str | None:
        """Their list, once the form is filled in."""
        if self.draft is None or not self.draft.is_complete:
            return None
        return url_for("student.results.show", token=results_token(self.draft))


def current_reader() -> Reader:
    """The reader of this request."""
    draft = current_draft()
    if draft is None or not draft.answers:
        return Reader(draft, None)
    try:
        profile = profile_of(draft.answers)
    except ProfileError:
        return Reader(draft, None)
    return Reader(draft, profile if profile != Profile() else None)


def judged_for(reader: Reader, program_ids: Sequence[str]) -> dict[str, Judgement]:
    """How these programs stand for the reader, as in their list; empty for one who has said nothing."""
    if reader.draft is None or reader.profile is None:
        return {}
    asked = asked_by(reader.draft)
    return judge(
        asked.profile,
        runtime().snapshot.current(),
        asked.weights,
        program_ids,
        salt=asked.salt,
        today=asked.today,
        without=asked.without,
    )


def ranked_for(reader: Reader) -> list[dict[str, Any]]:
    """The matches of the reader's list in their JSON form; empty for one who has said nothing."""
    if reader.draft is None or reader.profile is None:
        return []
    ranking = ranking_of(asked_by(reader.draft), runtime().snapshot.current(), counterfactuals=False)
    return [match.to_json() for match in ranking.matches]

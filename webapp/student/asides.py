"""Programs put aside, in words: why, what that changed, and what else could be changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain.feedback import CRITERION_OF, FeedbackReason, raised
from webapp.domain.label import money_cents, months_label
from webapp.domain.profile import Criterion, Priority, Profile
from webapp.matching.student import least_price
from webapp.matching.weights import Weights
from webapp.queries.feedback import PutAside
from webapp.services.feedback import Effect
from webapp.student.answers import Answers
from webapp.student.cards import find_listing
from webapp.student.forms.priorities import CRITERION_WORDS, PRIORITY_WORDS
from webapp.student.picks import below, shorter
from webapp.student.ranked import Results
from webapp.ui.choices import UNKNOWN

REASON_WORDS: Mapping[FeedbackReason, str] = {
    FeedbackReason.TOO_EXPENSIVE: "Too expensive",
    FeedbackReason.TOO_LONG: "Takes too long",
    FeedbackReason.WRONG_PLACE: "Wrong place",
    FeedbackReason.WRONG_SUBJECT: "Wrong subject",
    FeedbackReason.TOO_HARD: "Too hard to get into",
    FeedbackReason.TOO_EASY: "Too easy for me",
    FeedbackReason.KNOWN: "I know it already",
    FeedbackReason.OTHER: "Something else",
}


@dataclass(frozen=True, slots=True)
class Aside:
    """One program put aside. `pick` names a limit that would leave out all like it, `offer` says it; or both are ""."""

    program_id: str
    name: str
    school: str
    reason: str
    effect: str
    pick: str
    offer: str


def asides_of(results: Results) -> tuple[Aside, ...]:
    """Those of a list that the catalogue still has, the latest first."""
    found = ((each, find_listing(results.catalog, each.program_id)) for each in results.put_aside)
    return tuple(
        Aside(
            each.program_id,
            listing.name,
            listing.institution,
            REASON_WORDS[each.reason],
            effect_words(each.effect),
            *_offer(each, results),
        )
        for each, listing in found
        if listing is not None
    )


def effect_of(reason: FeedbackReason, profile: Profile, answers: Answers, weights: Weights) -> Effect | None:
    """The priority that a complaint raises, and to what; None where it raises none.

    That the subject is wrong is about the student's topics where they wrote some, else about their goal.
    """
    criterion = _criterion(reason, profile)
    if criterion is None:
        return None
    after = raised(
        profile.priorities.of(criterion),
        unstated=weights.unstated[criterion],
        important=weights.important,
    )
    if after is None:
        return None
    told = answers.get("priorities", {}).get(criterion.value)
    return Effect("priorities", criterion.value, told, after.value)


def no_effect_words(reason: FeedbackReason, profile: Profile) -> str:
    """Why a complaint raised no priority: it counts as much already as it may without being made a limit."""
    criterion = _criterion(reason, profile)
    if criterion is None:
        return ""
    priority = profile.priorities.of(criterion)
    counts = "a lot" if priority is None else f"as “{PRIORITY_WORDS[priority].lower()}”"
    return f"“{CRITERION_WORDS[criterion][0]}” counts {counts} already, so nothing else was changed."


def _criterion(reason: FeedbackReason, profile: Profile) -> Criterion | None:
    criterion = CRITERION_OF.get(reason)
    if criterion is Criterion.INTERESTS and not (profile.goal.interests or profile.goal.words):
        return Criterion.GOAL
    return criterion


def effect_words(effect: Mapping[str, Any]) -> str:
    """What a complaint changed: "“Cost” counts more since then: important (was: nice to have)"; or that it did not."""
    if not effect:
        return ""
    title = CRITERION_WORDS[Criterion(effect["field"])][0]
    before = effect["before"]
    was = PRIORITY_WORDS[Priority(before)].lower() if before not in (None, "", UNKNOWN) else "not said"
    return f"So “{title}” counts more: {PRIORITY_WORDS[Priority(effect['after'])].lower()} (was: {was})."


def _offer(each: PutAside, results: Results) -> tuple[str, str]:
    """A limit that would leave out all that is as dear or as long, where it would change anything."""
    listing = find_listing(results.catalog, each.program_id)
    if listing is None:
        return "", ""
    cents, months = least_price(results.profile, listing), listing.months
    if each.reason is FeedbackReason.TOO_EXPENSIVE and cents and below(listing, results.profile):
        return f"below {each.program_id}", f"Leave out all that cost {money_cents(cents)} or more"
    if each.reason is FeedbackReason.TOO_LONG and months and shorter(listing, results.profile):
        return f"shorter {each.program_id}", f"Leave out all that take {months_label(months)} or longer"
    return "", ""

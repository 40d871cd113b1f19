"""Simpler orders that the engine has to beat: words, price, and chance.

Price and chance run over what is left after the facts that shut a student out, so that they are not beaten merely by
offering the impossible. Words are tried over the whole catalogue, and over what is left as well.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import log

from tests.golden.agreement import DEPTH
from tests.golden.demo_catalogue import demo_listings
from webapp.domain.agreement import ndcg
from webapp.domain.listing import ALL_STATES, ANY_FIELD, ANY_WITH_PREREQUISITES, Listing
from webapp.domain.occupation import find_occupation
from webapp.domain.persona import Persona
from webapp.domain.profile import Criterion, Modality, Priority, Profile
from webapp.domain.subject import Subject

SEEDS = 50
K1, B = 1.2, 0.75
STOPWORDS = frozenset(
    {
        "a",
        "an",
        "and",
        "any",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "i",
        "in",
        "into",
        "is",
        "it",
        "my",
        "no",
        "of",
        "on",
    }
    | {"or", "our", "the", "their", "to", "who", "with"}
)


def bm25_order(persona: Persona) -> list[str]:
    """By BM25 of the persona's own words (goal, job, credentials, interests) over the whole catalogue."""
    return _by_words(persona, demo_listings())


def bm25_eligible_order(persona: Persona) -> list[str]:
    """The same words, over what is left after the plain facts."""
    return _by_words(persona, eligible(persona.profile))


def cheapest_order(persona: Persona) -> list[str]:
    """By price over what is left after the plain facts; unpublished prices last."""
    left = eligible(persona.profile)
    price = {each.program_id: each.tuition_total_cents for each in left}
    return sorted(price, key=lambda program: (price[program] is None, price[program] or 0, program))


def random_ndcg(persona: Persona, k: int) -> float:
    """Mean NDCG of random orders of what is left after the plain facts."""
    ids = [each.program_id for each in eligible(persona.profile)]
    orders = (random.Random(seed).sample(ids, min(DEPTH, len(ids))) for seed in range(SEEDS))
    return sum(ndcg(order, persona.worth, k) for order in orders) / SEEDS


@cache
def eligible(profile: Profile) -> tuple[Listing, ...]:
    """Listings that no plain published fact shuts the student out of."""
    return tuple(each for each in demo_listings() if not (_entry_fails(profile, each) or _limit_fails(profile, each)))


def _entry_fails(profile: Profile, listing: Listing) -> bool:
    has = profile.background
    needed = listing.min_education or listing.credential.usual_minimum
    open_to_all = not listing.accepted_fields or {ANY_FIELD, ANY_WITH_PREREQUISITES} & set(listing.accepted_fields)
    if has.education is not None and has.education.rank < needed.rank:
        return True
    if has.field is not None and not open_to_all and has.field not in listing.accepted_fields:
        return True
    if has.english is not None and listing.min_english is not None and has.english.rank < listing.min_english.rank:
        return True
    if has.gpa is not None and has.gpa < (listing.min_gpa or 0):
        return True
    return any(_subject_fails(profile, listing, subject) for subject in Subject)


def _subject_fails(profile: Profile, listing: Listing, subject: Subject) -> bool:
    level, needed = profile.subjects.known(subject), listing.requirement(subject)
    return level is not None and needed is not None and level.rank < needed.rank


def _limit_fails(profile: Profile, listing: Listing) -> bool:
    practical, wanted = profile.practical, profile.goal.credentials
    only_online = listing.modality == (Modality.ONLINE,) and bool(listing.states_authorized)
    if only_online and practical.state and not {ALL_STATES, practical.state} & set(listing.states_authorized):
        return True
    if wanted and listing.credential not in wanted:
        return True
    limits = (
        (Criterion.COST, listing.tuition_total_cents, practical.budget_cents),
        (Criterion.DURATION, listing.months, practical.months_max),
        (Criterion.SCHEDULE, listing.hours_per_week, practical.hours_per_week),
    )
    return any(
        profile.priorities.of(criterion) is Priority.MUST and value is not None and limit is not None and value > limit
        for criterion, value, limit in limits
    )


def _by_words(persona: Persona, listings: Sequence[Listing]) -> list[str]:
    documents, weights, usual = _index()
    asked = _tokens(_words_of(persona.profile))

    def score(program: str) -> float:
        counts = documents[program]
        length = K1 * (1 - B + B * counts.total() / usual)
        return sum(weights.get(term, 0.0) * counts[term] * (K1 + 1) / (counts[term] + length) for term in asked)

    return sorted((each.program_id for each in listings), key=lambda program: (-score(program), program))


def _words_of(profile: Profile) -> str:
    goal, occupation = profile.goal, find_occupation(profile.goal.occupation)
    job = "" if occupation is None else occupation.plain_title
    return " ".join([goal.words or "", job, *goal.credentials, *goal.interests])


@cache
def _index() -> tuple[dict[str, Counter[str]], dict[str, float], float]:
    """Terms of each listing, the weight of each term (inverse document frequency), and the mean length."""
    documents = {
        each.program_id: Counter(_tokens(" ".join([each.name, each.credential, each.summary or "", *each.topics])))
        for each in demo_listings()
    }
    holding = Counter(term for counts in documents.values() for term in counts)
    size = len(documents)
    weights = {term: log(1 + (size - many + 0.5) / (many + 0.5)) for term, many in holding.items()}
    return documents, weights, sum(counts.total() for counts in documents.values()) / size


def _tokens(text: str) -> list[str]:
    """Lower-case words without the commonest ones, plurals cut to the singular."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return [_singular(word) for word in words if word not in STOPWORDS]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word

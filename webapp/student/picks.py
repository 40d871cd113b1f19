"""One-click changes offered on the list, turned into answers: what a near miss, an easing or a new limit would write.

The page names the change; what it comes to is worked out here anew, so that nothing of it can be made up.
"""

import math
from collections.abc import Mapping
from typing import Any

from webapp.domain.listing import Listing
from webapp.domain.profile import Criterion, Priority, Profile
from webapp.matching.catalog import Catalog
from webapp.matching.ranking import Ranking
from webapp.matching.student import least_price
from webapp.student.cards import find_listing
from webapp.student.forms.practicalities import RADIUS_WORDS, START_WORDS
from webapp.student.results_page import eased

Changes = Mapping[str, Mapping[str, Any]]


def changes_of(pick: str, ranking: Ranking, profile: Profile, catalog: Catalog) -> Changes:
    """What a pick changes, {step: {field: value}}; empty where it is no longer on offer.

    A pick is `near <path>` (a near miss of this ranking), `ease <rule>` (a limit that becomes a wish) or
    `below <program>` (a limit just below the price of this program) and `shorter <program>`.
    """
    kind, _, what = pick.partition(" ")
    if kind == "near":
        miss = next((miss for miss in ranking.near_misses if miss.path == what), None)
        return {} if miss is None else _moved(miss.path, miss.after)
    if kind == "ease":
        return eased(what) if what in ranking.excluded else {}
    listing = find_listing(catalog, what)
    if listing is None:
        return {}
    return {"below": below, "shorter": shorter}[kind](listing, profile) if kind in ("below", "shorter") else {}


def below(listing: Listing, profile: Profile) -> Changes:
    """A budget, as a limit, under the price of this program; empty where there is such a limit, or no price."""
    cents, budget = least_price(profile, listing), profile.practical.budget_cents
    if not cents:
        return {}
    under = {} if budget is not None and budget < cents else {"budget_usd": f"{(cents - 1) // 100:,}"}
    return _limited("cost", under, profile)


def shorter(listing: Listing, profile: Profile) -> Changes:
    """A time to finish, as a limit, under the length of this program; empty where there is one, or no length."""
    months, most = listing.months, profile.practical.months_max
    if months is None or months <= 1:
        return {}
    under = {} if most is not None and most < months else {"months_max": str(math.ceil(months) - 1)}
    return _limited("duration", under, profile)


def _limited(criterion: str, under: Mapping[str, str], profile: Profile) -> Changes:
    if not under and profile.priorities.of(Criterion(criterion)) is Priority.MUST:
        return {}
    limit = {"practicalities": under} if under else {}
    return {**limit, "priorities": {criterion: Priority.MUST.value}}


def _moved(path: str, value: Any) -> Changes:
    """A near miss as the form would write it: distances and waits in the steps it offers, the next larger one."""
    key = path.split(".")[1]
    if key in ("radius_km", "start_within_months"):
        offered = RADIUS_WORDS if key == "radius_km" else START_WORDS
        return {"practicalities": {key: next((each for each in offered if float(each) >= value), "")}}
    if key == "credentials":
        return {"goal": {key: list(value)}}
    if key == "modalities":
        return {"practicalities": {key: list(value)}}
    if key == "budget_usd":
        return {"practicalities": {key: f"{math.ceil(value):,}"}}
    if key == "months_max":
        return {"practicalities": {key: str(math.ceil(value))}}
    return {"practicalities": {key: "" if value is None else f"{value:g}"}}

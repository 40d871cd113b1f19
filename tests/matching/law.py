"""What the laws of the engine share: how often they are tried, and a ranking of random inputs."""

import dataclasses
import json
import os
from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from webapp.domain.listing import Listing
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Match, Ranking, rank

TODAY = date(2026, 11, 22)
EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "60"))
"""Cases of each law: few enough to try at every change; `make laws` tries five hundred.

LAW_EXAMPLES=20000 looks harder; LAW_SHRINK=no only says that a law is broken, and sooner.
"""
PHASES = [Phase.generate] if os.environ.get("LAW_SHRINK") == "no" else list(Phase)


def tried(examples: int) -> settings:
    """A law is tried so often."""
    return settings(max_examples=examples, phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))


law = tried(EXAMPLES)


def ranking(
    obj: dict[str, Any], listings: list[Listing], k: int = 50, *, counterfactuals: bool = False, salt: bytes = b""
) -> Ranking:
    """The ranking of these listings for a profile in JSON; what-ifs cost most of the time, and few laws are on them."""
    catalog = Catalog.from_listings(listings, "test")
    profile = Profile.from_json(obj)
    return rank(profile, catalog, DEFAULT_WEIGHTS, k, today=TODAY, counterfactuals=counterfactuals, salt=salt)


def altered(listing: Listing, facts: Mapping[str, Any]) -> Listing:
    """The listing with other facts."""
    return dataclasses.replace(listing, **facts)


def by_id(result: Ranking) -> dict[str, Match]:
    """The matches by the id of their program."""
    return {match.program_id: match for match in result.matches}


def dumped(result: Ranking) -> str:
    """Every byte of a ranking."""
    return json.dumps(result.to_json())

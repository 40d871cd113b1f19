"""The engine: ranks published listings for a profile and says why. Pure: no database, no web, no money per lead."""

from webapp.matching.catalog import Catalog
from webapp.matching.ranking import Match, Ranking, rank
from webapp.matching.version import ENGINE_VERSION
from webapp.matching.weights import DEFAULT_WEIGHTS, Weights

__all__ = ["DEFAULT_WEIGHTS", "ENGINE_VERSION", "Catalog", "Match", "Ranking", "Weights", "rank"]

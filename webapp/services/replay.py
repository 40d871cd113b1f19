"""Replay: rank a submission's question again on the catalogue as it was, and compare with the stored answer."""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.errors import Problem, Refused
from webapp.domain.profile import Profile
from webapp.domain.profile_reader import ProfileError
from webapp.matching import ENGINE_VERSION, Catalog, rank
from webapp.queries.listing import catalog_of, current_version, has_kept
from webapp.queries.replay import StoredRanking, get_stored_ranking
from webapp.queries.weights import find_weights, live_weights


@dataclass(frozen=True, slots=True)
class Version:
    """A version the ranking depended on: the one stored, and the one the replay had to use."""

    of: str
    stored: str
    here: str

    @property
    def same(self) -> bool:
        """Whether the replay used what was stored."""
        return self.stored == self.here


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that came out otherwise; None where one side lacks it. `where` is a place, a program or the ranking."""

    where: str
    what: str
    stored: Any
    replayed: Any


@dataclass(frozen=True, slots=True)
class Replay:
    """What came out. `digest_agrees` covers all the student was shown; None where no digest was stored."""

    stored: StoredRanking
    versions: tuple[Version, ...]
    differences: tuple[Difference, ...]
    digest_agrees: bool | None
    ranking: Mapping[str, Any]
    catalog: Catalog

    @property
    def reproduced(self) -> bool:
        """Whether the same versions gave the same bytes."""
        return all(each.same for each in self.versions) and not self.differences and self.digest_agrees is not False


def digest_of(ranking: Mapping[str, Any]) -> bytes:
    """The SHA-256 of a ranking in its JSON form: of every byte, the order of its keys too."""
    return hashlib.sha256(json.dumps(ranking, separators=(",", ":")).encode()).digest()


def replay(session: Session, submission_id: UUID) -> Replay:
    """Rank again what the submission asked, with this engine.

    Weights and catalogue are those that ranked it then, where they were kept, else the newest. NotFound when there is
    no such submission; Refused when this code no longer takes its answers.
    """
    stored = get_stored_ranking(session, submission_id)
    try:
        profile = Profile.from_json(stored.profile)
    except ProfileError as error:
        raise Refused(*(Problem(problem.path, problem.problem) for problem in error.problems)) from None
    version = _version_to_use(session, stored.catalog)
    catalog = catalog_of(session, version)
    weights = find_weights(session, stored.weights) or live_weights(session)
    ranking = rank(
        profile,
        catalog,
        weights,
        stored.k,
        salt=stored.salt,
        today=stored.ranked_on,
        without=stored.put_aside,
    ).to_json()
    return Replay(
        stored=stored,
        versions=(
            Version("engine", stored.engine, ENGINE_VERSION),
            Version("weights", stored.weights, weights.version),
            Version("catalogue", stored.catalog, catalog.version),
        ),
        differences=tuple(_differences(stored, ranking)),
        digest_agrees=None if stored.digest is None else digest_of(ranking) == stored.digest,
        ranking=ranking,
        catalog=catalog,
    )


def _version_to_use(session: Session, stored: str) -> int:
    number = int(stored) if stored.isascii() and stored.isdigit() else None
    return number if number is not None and has_kept(session, number) else current_version(session)


def _differences(stored: StoredRanking, ranking: Mapping[str, Any]) -> Iterator[Difference]:
    whole: dict[str, Any] = {"considered": stored.considered, "excluded": stored.excluded}
    for name, value in whole.items():
        if _bytes(value) != _bytes(ranking[name]):
            yield Difference("ranking", name, value, ranking[name])
    then, again = ([match["program_id"] for match in matches] for matches in (stored.matches, ranking["matches"]))
    for place, (was_there, is_there) in enumerate(itertools.zip_longest(then, again), start=1):
        if was_there != is_there:
            yield Difference(f"place {place}", "program_id", was_there, is_there)
    replayed = {match["program_id"]: match for match in ranking["matches"]}
    for match in stored.matches:
        now = replayed.get(match["program_id"], match)
        for name, value in match.items():
            if _bytes(value) != _bytes(now[name]):
                yield Difference(match["program_id"], name, value, now[name])


def _bytes(value: Any) -> bytes:
    """The value as JSON. The database keeps objects without the order of their keys; the digest keeps that too."""
    return json.dumps(value, sort_keys=True).encode()

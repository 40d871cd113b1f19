"""What `match --replay` says of a submission."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from webapp.cli.runtime import open_runtime
from webapp.services.replay import Difference, Replay, replay

SHOWN = 20
WIDEST = 60


def replayed(submission_id: UUID) -> Replay:
    """The submission's question, ranked again."""
    with open_runtime() as runtime, runtime.begin() as session:
        return replay(session, submission_id)


def in_json(found: Replay) -> dict[str, Any]:
    """The replay for a machine, with the ranking that came out."""
    return {
        "submission": str(found.stored.submission_id),
        "reproduced": found.reproduced,
        "versions": {each.of: {"stored": each.stored, "here": each.here} for each in found.versions},
        "ranked_on": found.stored.ranked_on.isoformat(),
        "digest_agrees": found.digest_agrees,
        "differences": [asdict(each) for each in found.differences],
        "ranking": found.ranking,
    }


def in_words(found: Replay) -> Iterator[str]:
    """The replay for a person: whether the stored ranking came out, else which version differs and what changed."""
    stored = found.stored
    if found.reproduced:
        versions = ", ".join(f"{each.of} {each.stored}" for each in found.versions)
        yield f"Reproduced: all {len(stored.matches)} stored matches come out byte for byte ({versions})."
        if found.digest_agrees:
            yield "So does all else the student was shown: what was left out, what-ifs and ways in steps."
        return
    for each in found.versions:
        if not each.same:
            yield f"{each.of.capitalize()} {each.stored} stored, {each.here} here."
            if each.of == "catalogue":
                yield "  The listings of that version were not kept, so the newest were ranked."
    if all(each.same for each in found.versions):
        yield "The versions are the same: a stored row was changed, or the engine without a new version."
        if found.digest_agrees:
            yield "  What came out here is what the student was shown: its digest was stored with the submission."
    yield from _changes(found)


def _changes(found: Replay) -> Iterator[str]:
    if not found.differences:
        yield "The stored matches come out the same all the same."
        return
    count = len(found.differences)
    yield f"{count} {'value differs' if count == 1 else 'values differ'}:"
    for each in found.differences[:SHOWN]:
        yield f"  {each.where}: {_difference(each)}"
    if count > SHOWN:
        yield "  ... --json lists all of them."


def _difference(each: Difference) -> str:
    if isinstance(each.stored, list) and isinstance(each.replayed, list):
        then, now = (len(side) for side in (each.stored, each.replayed))
        return f"{each.what} differ ({then} stored, {now} here)"
    return f"{each.what} {_shown(each.stored)} stored, {_shown(each.replayed)} here"


def _shown(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value)
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}…"

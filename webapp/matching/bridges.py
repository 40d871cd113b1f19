"""Which listings close which gaps: a subject up to a level, or entry to one named program."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from webapp.domain.listing import Listing
from webapp.domain.subject import Subject
from webapp.matching.arrays import Ints

_SUBJECTS = tuple(Subject)


@dataclass(frozen=True, slots=True, eq=False)
class BridgeIndex:
    """Pairs in parallel columns: (row, subject, level) for subjects, (entry_row, target) for programs."""

    row: Ints
    subject: Ints
    level: Ints
    entry_row: Ints
    target: Ints


def build_bridges(listings: Iterable[tuple[int, Listing]], row_of: Mapping[str, int]) -> BridgeIndex:
    """Read `bridge_for` of listings, each with its row; a bridge to a program not in the catalogue closes nothing."""
    subjects: list[tuple[int, int, int]] = []
    entries: list[tuple[int, int]] = []
    for row, listing in listings:
        for bridge in listing.bridge_for:
            if bridge.subject is not None and bridge.level is not None:
                subjects.append((row, _SUBJECTS.index(bridge.subject), bridge.level.rank))
            elif bridge.program_id is not None and bridge.program_id != listing.program_id:
                target = row_of.get(bridge.program_id)
                if target is not None:
                    entries.append((row, target))
    by_subject = np.array(subjects, dtype=np.int64).reshape(len(subjects), 3)
    by_entry = np.array(entries, dtype=np.int64).reshape(len(entries), 2)
    return BridgeIndex(by_subject[:, 0], by_subject[:, 1], by_subject[:, 2], by_entry[:, 0], by_entry[:, 1])

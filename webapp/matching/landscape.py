"""The hops that can matter on the way from one student to some aims, in columns.

A student lacks things: education, a field, levels of subjects, entry to one named program. Each is a bit. What the aims
lack is wanted; hops are the listings that give something wanted; what those hops lack is wanted too, and so on. Every
other listing is left aside, without loss: it opens nothing on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from webapp.domain.attainment import attainment_of
from webapp.domain.credential import Credential, Education
from webapp.domain.field import FIELDS
from webapp.domain.profile import Criterion
from webapp.domain.subject import RANKED_LEVELS
from webapp.matching.admissions import FIELD_BITS, Admissions
from webapp.matching.arrays import UNKNOWN, Ints, Mask, Rows
from webapp.matching.context import Context
from webapp.matching.hops import UNPUBLISHED, Hops
from webapp.matching.rules import FALSE, SUBJECTS

EDUCATION, FIELD, ENTRY = 1, 2, 1 << 8
"""Bits for what may be lacking or given; subject number i has the bit 4 << i."""
EVERYTHING = len(RANKED_LEVELS) + len(Education)
"""Stands for an unknown level of the student: above every requirement, so that it keeps nobody out."""
ALL_FIELDS = (1 << 64) - 1
MOST_ENTRIES = 60
MILLIS = 1000
"""Lengths are compared by the thousandth of a month."""


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """Where a student starts, the hops that can matter and the aims, for one set of wishes."""

    education: int
    fields: int
    subjects: Ints
    hops: Hops
    aims: Hops

    def thinned(self, late: Mask | None) -> "Landscape":
        """The landscape without what no best chain takes; `late` are rows that cannot be a first step."""
        return replace(self, hops=self.hops.worth_taking(late), aims=self.aims.worth_taking(late))


def survey(context: Context, usable: Mask, aims: Mask, rows: Rows = slice(None)) -> Landscape | None:
    """The landscape between a student and the aims; None where none can be reached, or all of them lack nothing.

    `usable` and `aims` say which of some rows, ascending, may be taken on the way, and at its end, as far as wishes go.
    """
    catalog = context.catalog
    lacking, shut = _lacking(context)
    admission = catalog.admission[rows]
    enterable = ~shut[admission] & (context.eligibility.state_of(rows) != FALSE)
    usable, aims, wanting = usable & enterable, aims & enterable, lacking[admission]
    given = _given(context, lacking)[catalog.credential[rows], catalog.cip[rows]]
    bridging, bits = _bridging(context, rows)
    np.bitwise_or.at(given, bridging, bits)
    entry_rows, targets = entries = _entries(context, usable, aims, wanting, rows)
    given[entry_rows] |= ENTRY
    hops = usable & (given != 0)
    reach = int(np.bitwise_or.reduce(given[hops], initial=0))
    opened = np.zeros(len(given), dtype=np.bool_)
    opened[targets] = True
    within = ((wanting & ~reach) == 0) | (opened & ((wanting & EDUCATION & ~reach) == 0))
    hops, aims = hops & within, aims & within
    wanted = int(np.bitwise_or.reduce(wanting[aims], initial=0))
    if not wanted:
        return None
    wanted |= ENTRY if len(targets) else 0
    while True:
        useful = hops & ((given & wanted) != 0)
        more = wanted | int(np.bitwise_or.reduce(wanting[useful], initial=0))
        if more == wanted:
            every = np.arange(len(catalog))[rows]
            by_row = every[entries[0]], every[entries[1]]
            return _between(context, every[useful], every[aims], wanted, by_row)
        wanted = more


def surroundings(context: Context, aims: Mask) -> Rows:
    """The rows that can matter on the way to the aims, and perhaps some more; the others need not be looked at.

    `aims` are cells of the catalogue that hold every aim. Worked out for cells as if each of their rows could be taken.
    """
    catalog, cells = context.catalog, context.catalog.cells
    if not {Criterion.GOAL, Criterion.BACKGROUND} <= set(cells.facet.criteria):
        return slice(None)
    lacking, shut = _lacking(context)
    first, bridges = cells.facet.rows, catalog.bridges
    aims = aims & ~shut[catalog.admission[first]]
    wanting = lacking[catalog.admission[first]]
    wanted, more = 0, int(np.bitwise_or.reduce(wanting[aims], initial=0))
    if not more:
        return np.zeros(0, dtype=np.int64)
    given = _given(context, lacking)[catalog.credential[first], catalog.cip[first]]
    by_bridge = np.zeros(len(cells), dtype=np.bool_)
    if len(bridges.row) + len(bridges.entry_row):
        more |= ENTRY
        by_bridge[cells.facet.code[np.concatenate([bridges.row, bridges.entry_row])]] = True
    while more != wanted:
        wanted = more
        useful = ((given & wanted) != 0) | by_bridge
        more |= int(np.bitwise_or.reduce(wanting[useful], initial=0))
    return cells.rows_of(useful | aims)


def _lacking(context: Context) -> tuple[Ints, Mask]:
    """For each set of requirements the bits that fail now, and whether something fails that no study mends."""
    rules = context.eligibility.rules
    lacking = np.zeros(len(context.catalog.admissions), dtype=np.int16)
    shut = np.zeros(len(lacking), dtype=np.bool_)
    bits = {"education": EDUCATION, "field": FIELD, **{f"subject.{s.value}": 4 << i for i, s in enumerate(SUBJECTS)}}
    for rule, values in rules.items():
        failing = values == FALSE
        if rule in bits:
            lacking[failing] |= bits[rule]
        else:
            shut |= failing
    return lacking, shut


def _start(context: Context) -> tuple[int, int, Ints]:
    profile = context.student.profile
    education, family = profile.background.education, profile.background.field
    levels = [profile.subjects.known(subject) for subject in SUBJECTS]
    return (
        EVERYTHING if education is None else education.rank,
        ALL_FIELDS if family is None else FIELD_BITS[family],
        np.array([EVERYTHING if level is None else level.rank for level in levels], dtype=np.int64),
    )


@lru_cache(maxsize=16)
def _table(cips: tuple[str, ...]) -> tuple[Ints, Ints, Ints]:
    """What each credential gives in each field: education, number of the family, levels; UNKNOWN where nothing."""
    families = list(FIELDS)
    education = np.full((len(Credential), len(cips)), UNKNOWN, dtype=np.int64)
    family = education.copy()
    subjects = np.full((len(Credential), len(cips), len(SUBJECTS)), UNKNOWN, dtype=np.int64)
    for credential in Credential:
        for column, cip in enumerate(cips):
            gained = attainment_of(credential, cip)
            if gained.education is not None:
                education[credential.rank, column] = gained.education.rank
            if gained.family is not None:
                family[credential.rank, column] = families.index(gained.family)
            for subject, level in gained.subjects.items():
                subjects[credential.rank, column, SUBJECTS.index(subject)] = level.rank
    return education, family, subjects


def _given(context: Context, lacking: Ints) -> Ints:
    """By credential and field of study the bits that finishing gives and the student does not have."""
    catalog = context.catalog
    education, fields, levels = _start(context)
    has_education, has_family, has_subjects = _table(catalog.cips)
    bits = (has_education > education).astype(np.int16) * EDUCATION
    if fields != ALL_FIELDS:
        accepted = catalog.admissions.fields[(lacking & FIELD) != 0]
        wanted = int(np.bitwise_or.reduce(accepted, initial=np.uint64(0)))
        useful = np.array([bool(bit & wanted & ~fields) for bit in FIELD_BITS.values()] + [False])
        bits |= useful[has_family] * np.int16(FIELD)
    for index in range(len(SUBJECTS)):
        bits |= (has_subjects[:, :, index] > levels[index]) * np.int16(4 << index)
    return bits


def _bridging(context: Context, rows: Rows) -> tuple[Ints, Ints]:
    """Which of some rows, by place, close a gap in a subject of this student by a bridge, and the bits they give."""
    bridges, (_, _, levels) = context.catalog.bridges, _start(context)
    better = bridges.level > levels[bridges.subject]
    at, inside = _places(bridges.row[better], rows)
    return at[inside], (4 << bridges.subject[better][inside]).astype(np.int16)


def _places(wanted: Ints, rows: Rows) -> tuple[Ints, Mask]:
    """Where the wanted rows of the catalogue stand among some rows, ascending, and whether they are among them."""
    if isinstance(rows, slice):
        return wanted, np.ones(len(wanted), dtype=np.bool_)
    at = np.searchsorted(rows, wanted)
    at[at == len(rows)] = 0
    return at, rows[at] == wanted if len(rows) else np.zeros(len(wanted), dtype=np.bool_)


def _entries(context: Context, usable: Mask, aims: Mask, wanting: Ints, rows: Rows) -> tuple[Ints, Ints]:
    """Bridges into one named program that lacks a field or a subject, as pairs (row, target); MOST_ENTRIES at most.

    Rows are told by their place among the rows looked at.
    """
    bridges = context.catalog.bridges
    (entry, there), (target, here) = _places(bridges.entry_row, rows), _places(bridges.target, rows)
    pairs = np.flatnonzero(there & here)
    entry, target = entry[pairs], target[pairs]
    fit = usable[entry] & (aims | usable)[target] & ((wanting[target] & ~EDUCATION) != 0)
    first = np.flatnonzero(fit)[:MOST_ENTRIES]
    return entry[first], target[first]


def _between(context: Context, hops: Ints, aims: Ints, wanted: int, entries: tuple[Ints, Ints]) -> Landscape:
    education, fields, subjects = _start(context)
    bit_of = {target: np.uint64(1 << i) for i, target in enumerate(dict.fromkeys(entries[1].tolist()))}
    steps = _steps(context, hops)
    place = {row: index for index, row in enumerate(hops.tolist())} if bit_of else {}
    for row, target in zip(entries[0].tolist(), entries[1].tolist(), strict=True):
        if row in place:
            steps.opens[place[row]] |= bit_of[target]
    ends = _steps(context, aims)
    asked = context.catalog.admissions
    classes = np.union1d(steps.admission, ends.admission)
    _trim(steps, wanted, asked, classes)
    return Landscape(education, fields, subjects, _doubled(steps, bit_of), _doubled(ends, bit_of))


def _steps(context: Context, rows: Ints) -> Hops:
    """Columns of some rows, ascending, with all that they give."""
    catalog = context.catalog
    credential, cip = catalog.credential[rows], catalog.cip[rows]
    has_education, has_family, has_subjects = _table(catalog.cips)
    subjects = has_subjects[credential, cip]
    bridges = catalog.bridges
    place = np.searchsorted(rows, bridges.row)
    inside = np.flatnonzero(place < len(rows))
    inside = inside[rows[place[inside]] == bridges.row[inside]]
    np.maximum.at(subjects, (place[inside], bridges.subject[inside]), bridges.level[inside])
    tuition, months = context.prices.most[rows].astype(np.int64), catalog.months[rows]
    unknown = np.isnan(months)
    return Hops(
        rows,
        catalog.admission[rows],
        has_education[credential, cip],
        np.array([*FIELD_BITS.values(), 0], dtype=np.uint64)[has_family[credential, cip]],
        subjects,
        np.zeros(len(rows), dtype=np.uint64),
        np.zeros(len(rows), dtype=np.uint64),
        np.where(tuition < 0, UNPUBLISHED, tuition),
        np.where(unknown, UNPUBLISHED, np.round(np.where(unknown, 0.0, months) * MILLIS).astype(np.int64)),
    )


def _trim(hops: Hops, wanted: int, asked: Admissions, classes: Ints) -> None:
    """Leave out what is given and nobody on the way asks for: fewer standings differ, and no way is lost."""
    if wanted & EDUCATION:
        # Never below an associate degree, so that a degree is not taken for the college years of a certificate.
        highest = max(int(asked.education[classes].max()), Education.ASSOCIATE.rank)
        np.minimum(hops.education, highest, out=hops.education)
    else:
        hops.education[:] = UNKNOWN
    accepted = int(np.bitwise_or.reduce(asked.fields[classes], initial=np.uint64(0)))
    hops.fields[:] &= np.uint64(accepted if wanted & FIELD else 0)
    for index in range(len(SUBJECTS)):
        highest = int(asked.subjects[classes, index].max())
        column = hops.subjects[:, index]
        np.minimum(column, highest if wanted & (4 << index) else UNKNOWN, out=column)


def _doubled(hops: Hops, bit_of: Mapping[int, np.uint64]) -> Hops:
    """A row that a bridge opens stands twice: by its own entry, and through the bridge."""
    opened = [index for index, row in enumerate(hops.row.tolist()) if row in bit_of] if bit_of else []
    if not opened:
        return hops
    both = hops.take(np.array([*range(len(hops)), *opened], dtype=np.int64))
    both.through[len(hops) :] = [bit_of[int(hops.row[index])] for index in opened]
    return both

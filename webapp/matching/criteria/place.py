"""Place: the best way of reaching the program among those the student accepts.

Online is everywhere it is authorised; in person counts by distance, or by state where no distance can be worked out.
"""

import numpy as np

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Floats, Mask, Rows
from webapp.matching.assessment import EVERY, Assessment
from webapp.matching.catalog import ALL_BITS
from webapp.matching.context import Context
from webapp.matching.places import (
    IN_PERSON,
    ONLINE,
    ONLINE_AUTHORIZED,
    ONLINE_UNSTATED,
    UNKNOWN_SITE,
    UNKNOWN_WAY_BASE,
    UNKNOWN_WAY_SLOPE,
)

SOMEWHERE = 0.5
"""What a campus, or online for some states only, is worth to somebody who did not say where they live."""


def assess(context: Context, rows: Rows) -> Assessment:
    """The better of online and in person; where the way of teaching is not published, the prior, tilted by nearness."""
    catalog, places, student = context.catalog, context.places, context.student
    modality, site, authorized = catalog.modality[rows], catalog.site[rows], catalog.authorized[rows]
    usable, unstated = modality & places.wanted, modality == 0
    at_home = not student.abroad
    nowhere = student.state is None and student.position is None and at_home
    spoken = student.spoke_of(Criterion.PLACE)
    campus = np.full(len(places.campus), 1.0 if spoken else SOMEWHERE) if nowhere else places.campus
    unlocated = np.isnan(campus)
    reach = np.where(unlocated, UNKNOWN_SITE, campus)[site]
    by_campus = np.where((usable & IN_PERSON) != 0, reach, 0.0)

    def online_known(at: Rows) -> Mask:
        known: Mask = ((authorized[at] != 0) | (student.state is None)) & at_home
        return known

    def online() -> Floats:
        if not spoken:
            some = np.where(authorized != 0, SOMEWHERE, ONLINE_UNSTATED)
            return np.where(authorized == ALL_BITS, ONLINE_AUTHORIZED, some)
        open_to_all = np.where(online_known(EVERY), ONLINE_AUTHORIZED, ONLINE_UNSTATED)
        return np.where(places.refused_of(rows), 0.0, open_to_all)

    by_way = (usable & ONLINE) != 0
    by_online = np.where(by_way, online(), 0.0) if by_way.any() else np.zeros(len(site))
    point = np.maximum(by_online, by_campus)
    near = reach if places.wanted & IN_PERSON else np.full(len(site), UNKNOWN_SITE)
    # For whoever would not study online the way, once known, is worth no more than the campus: unknown is not either.
    unknown_way = UNKNOWN_WAY_BASE + UNKNOWN_WAY_SLOPE * near
    if not places.wanted & ONLINE:
        unknown_way = np.minimum(unknown_way, near)

    def located(at: Rows) -> Mask:
        known: Mask = ~unlocated[site[at]]
        return known

    def settled(at: Rows) -> Mask:
        decided = np.where(by_online[at] >= by_campus[at], online_known(at) | ~by_way[at], located(at))
        stated: Mask = decided & ~unstated[at]
        return stated

    half_known = 0.5 if places.wanted & IN_PERSON else 0.0
    return Assessment(
        np.where(unstated, unknown_way, point),
        lambda at: np.where(unstated[at], half_known * located(at), np.where(settled(at), 1.0, 0.5)),
        lambda at: np.where(settled(at), point[at], 0.0),
        lambda at: np.where(settled(at), point[at], 1.0),
    )

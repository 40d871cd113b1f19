"""Place: the best way of reaching the program among those the student accepts.

Online is everywhere it is authorised; in person counts by distance, or by state where no distance can be worked out.
"""

import numpy as np

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Mask, Rows
from webapp.matching.assessment import Assessment
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
    catalog, places = context.catalog, context.places
    modality = catalog.modality[rows]
    usable = modality & places.wanted
    site = catalog.site[rows]
    campus, located = places.campus[site], ~np.isnan(places.campus[site])
    nowhere = context.student.state is None and context.student.position is None and not context.student.abroad
    spoken = context.student.spoke_of(Criterion.PLACE)
    if nowhere:
        campus = np.full(len(site), 1.0 if spoken else SOMEWHERE)
        located = np.ones(len(site), dtype=np.bool_)
    authorized = catalog.authorized[rows] != 0
    refused = places.refused_of(rows)
    abroad = context.student.abroad
    online_known = (authorized & (not abroad)) | (context.student.state is None and not abroad)
    online = np.where(refused, 0.0, np.where(online_known, ONLINE_AUTHORIZED, ONLINE_UNSTATED))
    if not spoken:
        everywhere = catalog.authorized[rows] == ALL_BITS
        online = np.where(everywhere, ONLINE_AUTHORIZED, np.where(authorized, SOMEWHERE, ONLINE_UNSTATED))
    by_online = np.where((usable & ONLINE) != 0, online, 0.0)
    in_person = (usable & IN_PERSON) != 0
    by_campus = np.where(in_person, np.where(located, campus, UNKNOWN_SITE), 0.0)
    point = np.maximum(by_online, by_campus)
    near = np.where(located, campus, UNKNOWN_SITE) if places.wanted & IN_PERSON else np.full(len(site), UNKNOWN_SITE)
    unstated = modality == 0
    # For whoever would not study online the way, once known, is worth no more than the campus: unknown is not either.
    unknown_way = UNKNOWN_WAY_BASE + UNKNOWN_WAY_SLOPE * near
    if not places.wanted & ONLINE:
        unknown_way = np.minimum(unknown_way, near)

    def settled(at: Rows) -> Mask:
        sure_online = online_known[at] | ((usable[at] & ONLINE) == 0)
        by_way: Mask = np.where(by_online[at] >= by_campus[at], sure_online, located[at])
        stated: Mask = by_way & ~unstated[at]
        return stated

    half_known = 0.5 if places.wanted & IN_PERSON else 0.0
    return Assessment(
        np.where(unstated, unknown_way, point),
        lambda at: np.where(unstated[at], half_known * located[at], np.where(settled(at), 1.0, 0.5)),
        lambda at: np.where(settled(at), point[at], 0.0),
        lambda at: np.where(settled(at), point[at], 1.0),
    )

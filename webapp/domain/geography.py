"""Places in the United States: states, where a ZIP code lies, and how far two places are apart.

`tables/zip3.csv` holds the mean position of the ZIP codes that share their first three digits (see tables/README.md for
its source and how to make it again). It places a student within a few tens of kilometres without asking for an address.
"""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, IUGG 1980."""

STATES: Mapping[str, str] = MappingProxyType(
    {
        "AL": "Alabama",
        "AK": "Alaska",
        "AZ": "Arizona",
        "AR": "Arkansas",
        "CA": "California",
        "CO": "Colorado",
        "CT": "Connecticut",
        "DE": "Delaware",
        "DC": "District of Columbia",
        "FL": "Florida",
        "GA": "Georgia",
        "HI": "Hawaii",
        "ID": "Idaho",
        "IL": "Illinois",
        "IN": "Indiana",
        "IA": "Iowa",
        "KS": "Kansas",
        "KY": "Kentucky",
        "LA": "Louisiana",
        "ME": "Maine",
        "MD": "Maryland",
        "MA": "Massachusetts",
        "MI": "Michigan",
        "MN": "Minnesota",
        "MS": "Mississippi",
        "MO": "Missouri",
        "MT": "Montana",
        "NE": "Nebraska",
        "NV": "Nevada",
        "NH": "New Hampshire",
        "NJ": "New Jersey",
        "NM": "New Mexico",
        "NY": "New York",
        "NC": "North Carolina",
        "ND": "North Dakota",
        "OH": "Ohio",
        "OK": "Oklahoma",
        "OR": "Oregon",
        "PA": "Pennsylvania",
        "RI": "Rhode Island",
        "SC": "South Carolina",
        "SD": "South Dakota",
        "TN": "Tennessee",
        "TX": "Texas",
        "UT": "Utah",
        "VT": "Vermont",
        "VA": "Virginia",
        "WA": "Washington",
        "WV": "West Virginia",
        "WI": "Wisconsin",
        "WY": "Wyoming",
        "AS": "American Samoa",
        "GU": "Guam",
        "MP": "Northern Mariana Islands",
        "PR": "Puerto Rico",
        "VI": "U.S. Virgin Islands",
        "FM": "Federated States of Micronesia",
        "MH": "Marshall Islands",
        "PW": "Palau",
    }
)
"""The fifty states, the District of Columbia, the five territories and the three freely associated states whose schools
the US government lists. Fewer than 64, so that a set of them fits one machine word."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the globe, in decimal degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class ZipArea:
    """The area of the ZIP codes that share their first three digits: its state and the mean of their positions."""

    prefix: str
    state: str
    position: Position


@cache
def zip_areas() -> Mapping[str, ZipArea]:
    """Every ZIP area in the table, by its three digits."""
    text = files("webapp.domain").joinpath("tables/zip3.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType(
        {
            row["zip3"]: ZipArea(row["zip3"], row["state"], Position(float(row["latitude"]), float(row["longitude"])))
            for row in rows
        }
    )


def locate_zip(postal_code: str) -> ZipArea | None:
    """The area of a US ZIP code (five digits, or ZIP+4), or None where the code or its area is not known."""
    digits = postal_code.strip()[:5]
    if len(digits) != 5 or not (digits.isascii() and digits.isdigit()):
        return None
    return zip_areas().get(digits[:3])


def distance_km(a: Position, b: Position) -> float:
    """Great-circle distance in kilometres, by the haversine formula, which stays exact for near places."""
    lat1, lat2 = math.radians(a.latitude), math.radians(b.latitude)
    dlat, dlon = lat2 - lat1, math.radians(b.longitude - a.longitude)
    h = math.sin(dlat / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))

"""Listings of real programs, from the US government's files in the shared data folder.

Only what the files say: tuition is the institution's published yearly figure, marked as an average, times a usual
length; nothing is said of entry requirements, modality or outcomes, which the files do not hold per program.
"""

import csv
import os
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from webapp.domain.credential import Credential
from webapp.domain.listing import Control, Listing, TuitionBasis
from webapp.matching import Catalog

_CREDENTIALS = {
    "5": Credential.BACHELOR,
    "6": Credential.GRADUATE_CERTIFICATE,
    "7": Credential.MASTER,
    "8": Credential.GRADUATE_CERTIFICATE,
    "17": Credential.DOCTORATE,
}
_CONTROLS = {"1": Control.PUBLIC, "2": Control.PRIVATE_NONPROFIT, "3": Control.PRIVATE_FOR_PROFIT}
_YEARS = {Credential.BACHELOR: 4, Credential.GRADUATE_CERTIFICATE: 1, Credential.MASTER: 2, Credential.DOCTORATE: 5}


def data_folder() -> Path:
    """Where the shared data lies: PROGRAM_MATCH_DATA, by default beside the repository."""
    root = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("PROGRAM_MATCH_DATA", root / ".." / "shared" / "data")).resolve()


@cache
def real_listings() -> tuple[Listing, ...]:
    """All 6,213 programs."""
    with (data_folder() / "programs_degrees_active_2024.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_listings(csv.DictReader(file)))


@cache
def real_catalog() -> Catalog:
    """The snapshot of all real programs."""
    return Catalog.from_listings(real_listings(), "real-2024")


def _listings(rows: Iterable[dict[str, str]]) -> Iterator[Listing]:
    for row in rows:
        credential = _CREDENTIALS[row["AWLEVEL"]]
        undergraduate = credential is Credential.BACHELOR
        yearly = _number(row["TUITION2" if undergraduate else "TUITION6"])
        fees = _number(row["FEE2" if undergraduate else "FEE6"])
        cents = None if yearly is None else round((yearly + (fees or 0.0)) * _YEARS[credential] * 100)
        url = row["WEBADDR"].strip()
        yield Listing(
            program_id=f"ipeds:{row['UNITID']}-{row['CIPCODE']}-{row['AWLEVEL']}",
            institution=f"{row['INSTNM']} ({row['UNITID']})",
            institution_control=_CONTROLS[row["CONTROL"]],
            name=row["CIPTITLE"].rstrip("."),
            url=url if url.startswith("http") else f"https://{url}",
            credential=credential,
            cip=row["CIPCODE"],
            city=row["CITY"],
            state=row["STABBR"],
            postal_code=row["ZIP"],
            country="US",
            latitude=_number(row["LATITUDE"]),
            longitude=_number(row["LONGITUD"]),
            tuition_total_cents=cents,
            tuition_basis=None if cents is None else TuitionBasis.INSTITUTION_AVERAGE,
            source="IPEDS 2024",
            verified_on=date(2025, 9, 1),
        )


def _number(text: str) -> float | None:
    return None if text.strip() in ("", ".", "NA", "PS", "PrivacySuppressed") else float(text)

"""Listings from the US government's own files: IPEDS HD (institutions), C_A (completions) and IC_AY (tuition).

What the files do not say stays unknown: no modality, no length, no start terms, no prerequisites. One listing for each
institution, six-digit field of study and award level on which the institution reported completions, zero among them:
reported with zero awards means offered, and finished by nobody that year.

Source of the codes: IPEDS data dictionaries HD2024, C2024_A, IC2023_AY (National Center for Education Statistics).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from webapp.domain.cip import find_title
from webapp.domain.credential import Credential
from webapp.domain.errors import Problem, Refused
from webapp.domain.listing import COLUMNS, FactSource, TuitionBasis
from webapp.domain.listing_row import Fault, ListingError, parse_row
from webapp.services.catalog_ipeds_tuition import Tuition, tuition_of
from webapp.services.catalog_lines import MAX_BYTES, check_size, text_lines, unpacked
from webapp.services.catalog_row import SourceRow

_DIRECTORY_COLUMNS = ("UNITID", "INSTNM", "CITY", "STABBR", "ZIP", "WEBADDR", "CONTROL", "CYACTIVE")
_COMPLETIONS_COLUMNS = ("UNITID", "CIPCODE", "MAJORNUM", "AWLEVEL")
_TUITION_COLUMNS = ("UNITID", "TUITION2", "FEE2", "TUITION3", "FEE3", "TUITION6", "FEE6", "TUITION7", "FEE7")

UNKNOWN = frozenset({"", ".", "NA", "PS", "PrivacySuppressed", "-1", "-2", "-3"})
"""What the files write where nothing is known or nothing applies."""

CLOSED = "institution no longer active"
NO_INSTITUTION = "institution not in the directory"
AGGREGATED = "total over fields, not one field of study"
UNKNOWN_FIELD = "field of study not in CIP 2020"
OTHER_LEVEL = "award level we do not list"
BAD_ROW = "not a row of the file"
SECOND_MAJOR = "second major of a listed program"

_CONTROL = {"1": "public", "2": "private_nonprofit", "3": "private_for_profit"}
_TITLE_IV = {**dict.fromkeys(("1", "2", "4"), "true"), **dict.fromkeys(("5", "6", "7"), "false")}
_ABROAD = frozenset({"FM", "MH", "PW"})  # states of their own, in free association with the United States


@dataclass(frozen=True, slots=True)
class Level:
    """An award level of IPEDS: our credential, how it is told apart in the name, what it asks for by its definition."""

    credential: Credential
    words: str
    min_education: str = ""


LEVELS: Mapping[str, Level] = {
    "1": Level(Credential.UNDERGRADUATE_CERTIFICATE, "certificate, less than 1 year"),
    "2": Level(Credential.UNDERGRADUATE_CERTIFICATE, "certificate, 1 to 2 years"),
    "3": Level(Credential.ASSOCIATE, "associate degree"),
    "4": Level(Credential.UNDERGRADUATE_CERTIFICATE, "certificate, 2 to 4 years"),
    "5": Level(Credential.BACHELOR, "bachelor's degree"),
    "6": Level(Credential.GRADUATE_CERTIFICATE, "postbaccalaureate certificate", "bachelor"),
    "7": Level(Credential.MASTER, "master's degree"),
    "8": Level(Credential.GRADUATE_CERTIFICATE, "post-master's certificate", "master"),
    "17": Level(Credential.DOCTORATE, "doctor's degree, research"),
    "18": Level(Credential.DOCTORATE, "doctor's degree, professional practice"),
    "19": Level(Credential.DOCTORATE, "doctor's degree, other"),
    "20": Level(Credential.UNDERGRADUATE_CERTIFICATE, "certificate, less than 12 weeks"),
    "21": Level(Credential.UNDERGRADUATE_CERTIFICATE, "certificate, 12 weeks to 1 year"),
}
"""Award levels, by the AWLEVEL codes of C_A."""


@dataclass(frozen=True, slots=True)
class Release:
    """Which release the files are of, as their names tell; None where they do not."""

    directory: int | None = None
    completions: int | None = None
    tuition: int | None = None

    @classmethod
    def of(cls, *, directory: str, completions: str, tuition: str) -> "Release":
        """Years from file names such as hd2024.csv, c2024_a.csv and ic2023_ay.csv."""
        return cls(_year(r"hd(\d{4})", directory), _year(r"c(\d{4})_a", completions), _year(r"ic(\d{4})_ay", tuition))

    @property
    def source(self) -> str:
        """Where what a listing says comes from."""
        return (
            f"US Department of Education, IPEDS: institution from HD{self.directory or ''}, "
            f"program from C{self.completions or ''}_A (awards reported)"
        )

    @property
    def verified_on(self) -> date | None:
        """The last day that the completions speak of: 30 June of their year."""
        return date(self.completions, 6, 30) if self.completions else None


def read_ipeds(
    directory: BinaryIO, completions: BinaryIO, tuition: BinaryIO, release: Release, *, max_bytes: int = MAX_BYTES
) -> Iterator[SourceRow]:
    """One row for each line of `completions`; `line` counts in that file. Files may be gzip.

    Raises Refused, at the first row asked for or later, when a file cannot be read or lacks a column.
    """
    institutions = {row["UNITID"]: row for _, row in _rows(directory, "directory", _DIRECTORY_COLUMNS, max_bytes)}
    charges = {row["UNITID"]: row for _, row in _rows(tuition, "tuition", _TUITION_COLUMNS, max_bytes)}
    seen: set[str] = set()
    for line, row in _rows(completions, "completions", _COMPLETIONS_COLUMNS, max_bytes):
        yield _source_row(line, row, institutions.get(row["UNITID"]), charges.get(row["UNITID"]), seen, release)


def _source_row(
    line: int,
    row: Mapping[str, str],
    institution: Mapping[str, str] | None,
    charges: Mapping[str, str] | None,
    seen: set[str],
    release: Release,
) -> SourceRow:
    if institution is None:
        fault = Fault("UNITID", row["UNITID"], "is not in the directory", "give the HD file of the same year")
        return SourceRow(line=line, faults=(fault,), reason=NO_INSTITUTION)
    refusal = _refusal(row, institution)
    if refusal is not None:
        return SourceRow(line=line, faults=(refusal[1],), reason=refusal[0])
    program_id = f"ipeds:{row['UNITID']}:{row['CIPCODE']}:{row['AWLEVEL']}"
    if row["MAJORNUM"] == "2" and program_id in seen:
        return SourceRow(line=line, program_id=program_id, set_aside=SECOND_MAJOR)
    seen.add(program_id)
    level = LEVELS[row["AWLEVEL"]]
    price = tuition_of(charges, level.credential, year=release.tuition) if charges else None
    try:
        listing = parse_row(_cells(program_id, row, institution, level, price, release))
    except ListingError as error:
        return SourceRow(line=line, program_id=program_id, faults=tuple(error.faults))
    key = f"ipeds:{row['UNITID']}"
    if price is not None:
        both = price.out_of_state_usd is not None
        priced = ("tuition_total_usd", "tuition_out_of_state_usd") if both else ("tuition_total_usd",)
        own = FactSource(price.source, str(release.tuition) if release.tuition else None)
        listing = replace(listing, fact_sources=dict.fromkeys(priced, own))
    return SourceRow(line=line, program_id=program_id, listing=listing, institution_key=key)


def _refusal(row: Mapping[str, str], institution: Mapping[str, str]) -> tuple[str, Fault] | None:
    cip, level = row["CIPCODE"], row["AWLEVEL"]
    if row["MAJORNUM"] not in ("1", "2"):
        return BAD_ROW, Fault("MAJORNUM", row["MAJORNUM"], "is neither 1 nor 2", "fetch the C_A file again")
    if institution["CYACTIVE"] != "1":
        return CLOSED, Fault("UNITID", row["UNITID"], "closed or left the survey", "nothing: it is left out")
    if not re.fullmatch(r"\d{2}\.\d{4}", cip) or cip.startswith("99") or row.get("IS_CIP_6DIGIT") == "False":
        return AGGREGATED, Fault("CIPCODE", cip, "is not a six-digit field of study", "nothing: it is left out")
    if find_title(cip) is None:
        return UNKNOWN_FIELD, Fault("CIPCODE", cip, "is not in CIP 2020", "give completions of 2020 or later")
    if level not in LEVELS:
        return OTHER_LEVEL, Fault("AWLEVEL", level, "is not an award level we list", "nothing: it is left out")
    return None


def _cells(
    program_id: str,
    row: Mapping[str, str],
    institution: Mapping[str, str],
    level: Level,
    price: Tuition | None,
    release: Release,
) -> dict[str, str]:
    abroad = institution["STABBR"] in _ABROAD
    located = all(institution.get(name, "") not in UNKNOWN for name in ("LATITUDE", "LONGITUD"))
    cells = {
        "program_id": program_id,
        "institution": institution["INSTNM"],
        "institution_control": _CONTROL.get(institution["CONTROL"], ""),
        "title_iv": _TITLE_IV.get(institution.get("OPEFLAG", ""), ""),
        "name": f"{find_title(row['CIPCODE'])} ({level.words})",
        "url": web_address(institution["WEBADDR"]),
        "credential": level.credential.value,
        "cip": row["CIPCODE"],
        "city": institution["CITY"],
        "state": "" if abroad else institution["STABBR"],
        "postal_code": institution["ZIP"],
        "country": institution["STABBR"] if abroad else "US",
        "latitude": institution["LATITUDE"] if located else "",
        "longitude": institution["LONGITUD"] if located else "",
        "min_education": level.min_education,
        "tuition_total_usd": str(price.total_usd) if price else "",
        "tuition_out_of_state_usd": str(price.out_of_state_usd) if price and price.out_of_state_usd else "",
        "tuition_basis": TuitionBasis.INSTITUTION_AVERAGE.value if price else "",
        "source": release.source,
        "verified_on": release.verified_on.isoformat() if release.verified_on else "",
    }
    return {column: "" if cells.get(column, "") in UNKNOWN else cells[column] for column in COLUMNS}


def web_address(text: str) -> str:
    """The institution's address with a scheme, or blank where what stands there is not one address."""
    address = text.partition("#")[0].strip()
    if "." not in address or re.search(r"[\s<>\"\\@]", address):
        return ""
    return address if re.match(r"https?://", address, re.IGNORECASE) else f"https://{address}"


def _rows(file: BinaryIO, name: str, needed: Iterable[str], max_bytes: int) -> Iterator[tuple[int, dict[str, str]]]:
    check_size(file, name, max_bytes)
    remedy = "Give the file as the government publishes it."
    # Older releases are in the Windows code page for Western Europe.
    reader = csv.reader(text_lines(unpacked(file), name=name, remedy=remedy, max_bytes=max_bytes, fallback="cp1252"))
    try:
        header = [cell.strip().upper() for cell in next(reader, [])]
        missing = [column for column in needed if column not in header]
        if missing:
            raise Refused(Problem(name, f"It has no column {', '.join(missing)}.", remedy))
        for cells in reader:
            if cells:
                told = zip(header, (cell.strip() for cell in cells), strict=False)
                yield reader.line_num, dict.fromkeys(header, "") | dict(told)
    except csv.Error as error:
        raise Refused(Problem(name, f"Line {reader.line_num} is not CSV: {error}.", "Fetch it again.")) from None


def _year(shape: str, filename: str) -> int | None:
    found = re.search(shape, filename.lower())
    return int(found[1]) if found else None

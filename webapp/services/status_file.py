"""A file of statuses (lead_id, status, date): looked at whole before anything is written, then written whole."""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import BinaryIO, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.cell import unguard
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.funnel import FunnelSource, FunnelStatus, FunnelStep, after, check_step, standing
from webapp.models import Lead, Partner
from webapp.services import funnel
from webapp.services.catalog_lines import text_lines

COLUMNS: Final = ("lead_id", "status", "date")
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ROWS: Final = 10_000
MOST_SHOWN: Final = 200
_NAME, _REMEDY = "file", "Save it as “CSV UTF-8 (comma delimited)”."
_SIGNS = (b"PK", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF")


@dataclass(frozen=True, slots=True)
class Row:
    """One line that could be read."""

    line: int
    lead_id: UUID
    said: funnel.Said


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one cell, and what would be right."""

    line: int
    column: str
    problem: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What one line that is right does, or did."""

    row: Row
    is_new: bool


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What the file would do. Nothing is written while there is a fault; `more` counts those that are not listed.

    `results` are the first lines that are right. Of either `MOST_SHOWN` are listed.
    """

    rows: int
    news: int
    known: int
    faults: tuple[RowFault, ...]
    more: int = 0
    applied: bool = False
    results: tuple[RowResult, ...] = ()


def check(session: Session, clock: Clock, partner_id: UUID, stream: BinaryIO) -> StatusReport:
    """Look at every line and write nothing. Refused when the file as a whole cannot be read or is too large."""
    return _judge(session, clock, partner_id, stream).report


def apply(session: Session, clock: Clock, partner_id: UUID, stream: BinaryIO, *, actor: str) -> StatusReport:
    """Write what the file says, or, where any line is wrong, nothing at all. Twice is the same as once."""
    judged = _judge(session, clock, partner_id, stream, lock=True)
    if judged.report.faults:
        return judged.report
    news = [(each.row.lead_id, each.row.said) for each in judged.results if each.is_new]
    funnel.write_all(session, news, judged.held, at=clock.now(), source=FunnelSource.CSV, actor=actor)
    return replace(judged.report, applied=True)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A report, what each line that is right does, and what would hold of each lead after all of them."""

    report: StatusReport
    results: list[RowResult]
    held: dict[UUID, dict[FunnelStatus, date]]


def _judge(session: Session, clock: Clock, partner_id: UUID, stream: BinaryIO, *, lock: bool = False) -> _Judged:
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    rows: list[Row] = []
    faults: list[RowFault] = []
    count = 0
    for found in _read(stream):
        count += 1
        if isinstance(found, Row):
            rows.append(found)
        else:
            faults += found
    leads = _leads(session, partner_id, [row.lead_id for row in rows], lock=lock)
    said = funnel.steps_of(session, list(leads))
    held = {lead_id: standing(said.get(lead_id, ())) for lead_id in leads}
    results: list[RowResult] = []
    for row in rows:
        try:
            results.append(RowResult(row, _step(row, leads, held, ZoneInfo(partner.time_zone), clock.now())))
        except Refused as refusal:
            problem = refusal.problems[0]
            column = {"lead": "lead_id"}.get(problem.where, problem.where)
            faults.append(RowFault(row.line, column, problem.what, problem.remedy))
    faults.sort(key=lambda fault: fault.line)
    news = sum(each.is_new for each in results)
    known = count - len({fault.line for fault in faults}) - news
    more, listed = max(0, len(faults) - MOST_SHOWN), tuple(faults[:MOST_SHOWN])
    report = StatusReport(count, news, known, listed, more, results=tuple(results[:MOST_SHOWN]))
    return _Judged(report, results, held)


def _step(
    row: Row,
    leads: dict[UUID, datetime | None],
    held: dict[UUID, dict[FunnelStatus, date]],
    zone: ZoneInfo,
    now: datetime,
) -> bool:
    """Whether the line says anything new after the lines before it; Refused where it cannot be."""
    if row.lead_id not in leads:
        raise Refused(Problem("lead_id", "You have no lead of that id."))
    before = held[row.lead_id]
    if before.get(row.said.status) == row.said.on:
        return False
    funnel.check_day(leads[row.lead_id], row.said.on, zone, now)
    check_step(before, row.said.status, row.said.on)
    held[row.lead_id] = after(before, FunnelStep(row.said.status, row.said.on))
    return True


def _leads(session: Session, partner_id: UUID, lead_ids: list[UUID], *, lock: bool) -> dict[UUID, datetime | None]:
    statement = (
        select(Lead.id, Lead.delivered_at).where(Lead.partner_id == partner_id, Lead.id.in_(lead_ids)).order_by(Lead.id)
    )
    if lock:  # in one order everywhere, so that two files cannot wait for each other
        statement = statement.with_for_update(key_share=True)
    return {row.id: row.delivered_at for row in session.execute(statement)}


def _read(stream: BinaryIO) -> Iterator[Row | list[RowFault]]:
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(_SIGNS):
        raise Refused(Problem(_NAME, "It is a spreadsheet, an archive or a PDF, not a CSV file.", _REMEDY))
    if stream.seek(0, os.SEEK_END) > MAX_BYTES:
        raise Refused(Problem(_NAME, "It is larger than 2 MB.", "Divide it into several files."))
    stream.seek(0)
    reader = csv.reader(text_lines(stream, name=_NAME, remedy=_REMEDY, max_bytes=MAX_BYTES), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if sorted(header) != sorted(COLUMNS):
            what = f"Its first line must name the columns {', '.join(COLUMNS)}, and no others."
            raise Refused(Problem(_NAME, what, _REMEDY))
        line, count = reader.line_num + 1, 0
        for cells in reader:
            if any(cell.strip() for cell in cells):
                count += 1
                if count > MAX_ROWS:
                    raise Refused(Problem(_NAME, f"It has more than {MAX_ROWS:,} rows.", "Divide it."))
                yield _row(line, header, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        what = f"The row near line {reader.line_num} is not CSV: {error}."
        raise Refused(Problem(_NAME, what, "Check that every quote is closed.")) from None


def _row(line: int, header: list[str], cells: list[str]) -> Row | list[RowFault]:
    if len(cells) != len(header):
        return [RowFault(line, "row", f"It has {len(cells)} cells, not {len(header)}.", "Leave no cell out.")]
    values = dict(zip(header, (unguard(cell.strip()) for cell in cells), strict=True))
    faults: list[RowFault] = []
    lead_id = status = on = None
    try:
        lead_id = UUID(values["lead_id"])
    except ValueError:
        faults.append(RowFault(line, "lead_id", "It is not the id of a lead.", "Copy it from what we sent."))
    try:
        status = FunnelStatus(values["status"].lower().replace(" ", "_"))
    except ValueError:
        faults.append(RowFault(line, "status", "It is not a status.", f"One of: {', '.join(FunnelStatus)}."))
    try:
        on = date.fromisoformat(values["date"])
    except ValueError:
        faults.append(RowFault(line, "date", "It is not a date.", "Write it as 2026-11-28."))
    if lead_id is None or status is None or on is None:
        return faults
    return Row(line, lead_id, funnel.Said(status, on))

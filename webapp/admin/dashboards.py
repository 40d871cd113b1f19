"""Dashboards: what is counted of students, partners and the service, each chart with its table and its file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin.guard import EVERYONE, needs_role
from webapp.admin.panel import Panel, csv_of
from webapp.admin.partner_panels import cap_panels, delivery_panels, partner_panels, return_panels
from webapp.admin.service_panels import exposure_panels, freshness_panels, mail_panels
from webapp.admin.span import BETWEEN, RANGES, Span, span_asked_for
from webapp.admin.student_panels import demand_panels, form_panels, verdict_panels
from webapp.context import runtime
from webapp.ui.lists import chosen_id

blueprint = Blueprint("dashboards", __name__, url_prefix="/dashboards")

Make = Callable[[Session, Span, datetime], list[Panel]]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`has_span` is false where the figures are of now, whatever days were chosen."""

    title: str
    about: str
    make: Make
    has_span: bool = True


def _partners(session: Session, span: Span, now: datetime) -> list[Panel]:
    return partner_panels(session, span, now, chosen_id("partner"))


DASHBOARDS: Final[dict[str, Dashboard]] = {
    "form": Dashboard("Form", "How far people come in the form, where they stop, what takes long.", form_panels),
    "verdicts": Dashboard("Verdicts", "What the engine says of the programs on lists.", verdict_panels),
    "demand": Dashboard("Unmet demand", "What people wanted and the catalogue lacks.", demand_panels),
    "partners": Dashboard("Partners", "Leads by partner, program and status.", _partners),
    "caps": Dashboard("Caps", "How full each cap is, and what it comes to.", cap_panels, has_span=False),
    "deliveries": Dashboard("Deliveries", "How soon leads are handed over, and why some are not.", delivery_panels),
    "returns": Dashboard("Returns", "Why leads come back.", return_panels),
    "mail": Dashboard("Mail health", "Bounces and complaints, against the limits of large providers.", mail_panels),
    "exposure": Dashboard("Exposure", "Whether partners are shown higher than others that fit alike.", exposure_panels),
    "freshness": Dashboard("Freshness", "How old the facts of listings are.", freshness_panels, has_span=False),
}


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """All dashboards."""
    return render_template("admin/dashboards.html", dashboards=DASHBOARDS)


@blueprint.get("/<name>")
@needs_role(EVERYONE)
def page(name: str) -> ResponseReturnValue:
    """One dashboard over the days that were asked for."""
    board, now = DASHBOARDS.get(name) or abort(404), runtime().clock.now()
    span, partner_id = span_asked_for(now), chosen_id("partner")
    with runtime().begin() as session:
        panels = board.make(session, span, now)
    kept = {"partner": str(partner_id)} if partner_id else {}
    asked: dict[str, Any] = {**(span.asked() if board.has_span else {}), **kept}
    return render_template(
        "admin/dashboard.html",
        name=name,
        board=board,
        panels=panels,
        files={each.name: url_for(".file", name=name, table=each.name, **asked) for each in panels},
        span=span,
        ranges={**RANGES, BETWEEN: "Between two days"},
        today=now.date(),
        now=now,
        kept=kept,
        back=url_for(".page", name=name, **span.asked()) if partner_id else None,
    )


@blueprint.get("/<name>/<table>.csv")
@needs_role(EVERYONE)
def file(name: str, table: str) -> ResponseReturnValue:
    """The table of one panel, over the same days, as a file."""
    board, now = DASHBOARDS.get(name) or abort(404), runtime().clock.now()
    span = span_asked_for(now)
    with runtime().begin() as session:
        panels = board.make(session, span, now)
    panel = next((each for each in panels if each.name == table), None) or abort(404)
    days = f"-{span.first}-to-{span.last}" if board.has_span else f"-{now:%Y-%m-%d}"
    headers = {"Content-Disposition": f'attachment; filename="{name}-{table}{days}.csv"'}
    return Response(csv_of(panel), mimetype="text/csv", headers=headers)

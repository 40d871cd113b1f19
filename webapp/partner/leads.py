"""The lead inbox, one lead with all that may be known of it, and the export."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.bootstrap import Runtime
from webapp.context import rate_limited, runtime
from webapp.domain.cell import guard
from webapp.domain.contact_preferences import LANGUAGES
from webapp.domain.funnel import FUNNEL_LABELS, FunnelStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import RETURN_REASON_LABELS
from webapp.domain.partner_role import EVERYONE, SEES_PEOPLE, WORKS_WITH_LEADS
from webapp.domain.profile_words import answers_in_words, contact_in_words, profile_in_words
from webapp.domain.question import answer_words
from webapp.partner import words
from webapp.partner.funnel import new_step_form
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.queries.consent_certificate import find_certificate_of_lead
from webapp.queries.funnel import reached_by, steps_held
from webapp.queries.lead_return import find_return
from webapp.queries.partner_leads import (
    ExportedLead,
    PartnerLeadFilter,
    export_partner_leads,
    get_partner_lead,
    list_partner_leads,
    programs_of_partner,
)
from webapp.queries.return_allowance import find_allowance
from webapp.services.posting import get_document
from webapp.ui.lists import chosen, cursor, page_links

blueprint = Blueprint("leads", __name__, url_prefix="/leads")

FILTERS = ("status", "program", "step", "kind", "from", "to")
NOTHING_SAID = "none"
COLUMNS = (
    *("lead_id", "requested_at", "program_id", "program", "status", "reason", "test", "delivered_at"),
    *("first_name", "last_name", "email", "phone", "state", "postal_code", "country"),
    *("channels", "contact_hours", "contact_time_zone", "language", "max_attempts", "answers"),
)


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Leads, newest first. That names were looked at is written down."""
    wanted, partner_id, sees_people = _wanted(), member().partner_id, member().role in SEES_PEOPLE
    with runtime().begin() as session:
        page = list_partner_leads(session, partner_id, wanted, cursor=cursor(), with_names=sees_people)
        if any(row.student for row in page.items):
            write_down(session, "listed", "leads", str(partner_id), after={"filter": _kept()})
        programs = programs_of_partner(session, partner_id)
        reached = reached_by(session, [row.id for row in page.items])
    return render_template(
        "partner/leads.html",
        page=page,
        programs=programs,
        kept=_kept(),
        lead_looks=words.LEAD_LOOKS,
        sees_people=sees_people,
        reached=reached,
        steps=FUNNEL_LABELS,
        may_say=member().role in WORKS_WITH_LEADS,
        **page_links(page),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One lead. Looking at personal data is written down."""
    built, who = runtime(), member()
    sees_people = who.role in SEES_PEOPLE
    with built.begin() as session:
        lead = get_partner_lead(session, who.partner_id, row_id)
        certificate = find_certificate_of_lead(session, who.partner_id, row_id)
        held, made_return = steps_held(session, row_id), find_return(session, row_id)
        allowance = find_allowance(session, who.partner_id, row_id)
        document = None
        if lead.has_person and sees_people:
            document = get_document(session, row_id, built.links)
            write_down(session, "viewed", "lead", str(row_id))
    return render_template(
        "partner/lead.html",
        lead=lead,
        look=words.LEAD_LOOKS[lead.status],
        standing=words.standing(lead, who.partner),
        story=words.timeline(lead, who.partner),
        sees_people=sees_people,
        document=document,
        student=_student(document) if document else [],
        background=profile_in_words(_profile(document)) if document else [],
        contact=contact_in_words(lead.channels, lead.preferences) if lead.has_person else [],
        answers=answers_in_words(lead.answers) if document else [],
        certificate=certificate,
        held=held,
        steps=FUNNEL_LABELS,
        step=new_step_form() if who.role in WORKS_WITH_LEADS else None,
        made_return=made_return,
        allowance=allowance,
        return_reasons=RETURN_REASON_LABELS,
        return_looks=words.RETURN_LOOKS,
        now=built.clock.now(),
        **delivery_words(),
    )


@blueprint.post("/export")
@rate_limited("10/hour")
@needs_role(SEES_PEOPLE)
def export() -> ResponseReturnValue:
    """The leads of the filter as a CSV file, streamed. That it was made is written down first."""
    wanted, built, who = _wanted(), runtime(), member()
    with built.begin() as session:
        write_down(session, "exported", "leads", str(who.partner_id), after={"filter": _kept()})
    name = f"leads-{built.clock.now():%Y-%m-%d}.csv"
    response = Response(_file(built, who.partner_id, wanted), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def delivery_words() -> dict[str, Any]:
    """What templates need to tell of hand-overs."""
    return {
        "delivery_looks": words.DELIVERY_LOOKS,
        "outcome_looks": words.OUTCOME_LOOKS,
        "reason_words": words.reason_words,
    }


def csv_lines(leads: tuple[ExportedLead, ...]) -> Iterator[str]:
    """Each lead as one line of the file. No cell is read as a formula, whoever wrote what is in it."""
    for lead in leads:
        yield _line([guard(cell) for cell in _cells(lead)])


def _file(built: Runtime, partner_id: UUID, wanted: PartnerLeadFilter) -> Iterator[str]:
    """A transaction a batch: a slow reader holds no connection."""
    yield "\ufeff" + _line(COLUMNS)  # spreadsheets take the file for UTF-8 by this mark
    after: tuple[datetime, UUID] | None = None
    while True:
        with built.begin() as session:
            leads = export_partner_leads(session, partner_id, wanted, after=after)
        if not leads:
            return
        yield "".join(csv_lines(leads))
        after = (leads[-1].created_at, leads[-1].id)


def _line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def _cells(lead: ExportedLead) -> list[str]:
    preferences, is_told = lead.preferences, bool(lead.channels)
    hours = preferences.hours.words() if is_told and preferences.hours else ""
    answers = " | ".join(f"{each.label}: {answer_words(each.kind, each.value)}" for each in lead.answers)
    told = (
        *(str(lead.id), _moment(lead.created_at), lead.program_id, lead.program, str(lead.status), lead.reason),
        *("yes" if lead.test else "no", _moment(lead.delivered_at)),
        *(lead.first_name, lead.last_name, lead.email, lead.phone, lead.state, lead.postal_code, lead.country),
        *(", ".join(lead.channels), hours, (preferences.time_zone or "") if is_told else ""),
        LANGUAGES.get(preferences.language, preferences.language) if is_told else "",
        str(preferences.max_attempts) if is_told and preferences.max_attempts is not None else "",
        answers,
    )
    return [cell or "" for cell in told]


def _moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def _wanted() -> PartnerLeadFilter:
    """What the address asks for; days are those of the partner's time zone, the last one included."""
    zone, kind = ZoneInfo(member().time_zone), request.args.get("kind", "")
    if kind not in ("", "test", "live"):
        abort(404)
    status = chosen("status", LeadStatus)
    if status is not None and status not in words.LEAD_LOOKS:
        abort(404)
    since, until = _day("from"), _day("to")
    not_contacted = request.args.get("step") == NOTHING_SAID
    return PartnerLeadFilter(
        status=status,
        program_id=request.args.get("program") or None,
        since=datetime.combine(since, time(), zone) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
        test={"test": True, "live": False}.get(kind),
        step=None if not_contacted else chosen("step", FunnelStatus),
        not_contacted=not_contacted,
    )


def _kept() -> dict[str, str]:
    """The filter as the address has it."""
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        abort(404)
    if found is not None and not 2000 <= found.year <= 2200:
        abort(404)
    return found


def _student(document: dict[str, Any]) -> list[dict[str, Any]]:
    said = document["student"]
    name = " ".join(part for part in (said["first_name"], said["last_name"]) if part)
    place = ", ".join(str(said[part]) for part in ("city", "state", "postal_code", "country") if said[part])
    facts = [
        {"label": "Name", "value": name},
        {"label": "E-mail", "value": said["email"]},
        {"label": "Place", "value": place},
    ]
    if "phone" in said:
        facts.insert(2, {"label": "Phone", "value": said["phone"]})
    return facts


def _profile(document: dict[str, Any]) -> dict[str, Any]:
    """The background that partners get, in the shape of a profile."""
    told = dict(document["background"])
    return {"goal": told.pop("goal", {}), "subjects": told.pop("subjects", {}), "background": told}

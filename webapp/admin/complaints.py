"""Complaints of students: the list, the rate of each partner, and writing one down that came by mail or phone."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import partner_words
from webapp.admin.forms import ComplaintForm
from webapp.admin.guard import EVERYONE, SENDERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.complaint import COMPLAINT_WORDS, ComplaintKind
from webapp.domain.errors import Refused
from webapp.domain.lead_return import RETURN_REASON_LABELS
from webapp.domain.partner import PausedBy
from webapp.queries.complaint import find_complaint, list_complaints
from webapp.queries.leads import get_lead, partner_names
from webapp.queries.partners import get_partner
from webapp.queries.scorecard import list_complaint_rates
from webapp.services import lead_return
from webapp.ui.lists import chosen, chosen_id, cursor, page_links
from webapp.ui.refusals import tell

blueprint = Blueprint("complaints", __name__, url_prefix="/complaints")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Complaints, the newest first, under the rates of the partners that had any."""
    partner_id, kind, built = chosen_id("partner"), chosen("kind", ComplaintKind), runtime()
    with built.begin() as session:
        page = list_complaints(session, partner_id=partner_id, kind=kind, cursor=cursor())
        rates = list_complaint_rates(session, now=built.clock.now())
        partners = partner_names(session)
    return render_template(
        "admin/complaints.html",
        page=page,
        rates=rates,
        partners=partners,
        partner_id=partner_id,
        kind=kind,
        kinds=COMPLAINT_WORDS,
        return_looks=partner_words.RETURN_LOOKS,
        reasons=RETURN_REASON_LABELS,
        paused_looks=partner_words.PAUSED_LOOKS,
        complaints=PausedBy.COMPLAINTS,
        **page_links(page),
    )


@blueprint.post("/leads/<uuid:row_id>")
@rate_limited("60/minute")
@needs_role(SENDERS)
def record(row_id: UUID) -> ResponseReturnValue:
    """Write down that the student of a lead complained: the lead is returned, and the partner may be paused."""
    built, form = runtime(), ComplaintForm()
    with built.begin() as session:
        partner_id = get_lead(session, row_id).partner_id
    back = redirect(url_for("admin.leads.detail", row_id=row_id), 303)
    if not form.validate_on_submit():
        flash("Choose what the student complained about. Nothing was written down.", "error")
        return back
    kind = ComplaintKind(str(form.kind.data))
    try:
        with built.begin() as session:
            if find_complaint(session, row_id) is not None:
                flash("This lead was complained about before, which counts once.", "info")
                return back
            lead_return.complain(session, built.clock, row_id, kind=kind, actor=staff().email)
            write_down(session, "complained", "lead", str(row_id), after={"kind": kind})
            paused = get_partner(session, partner_id, built.clock.now()).paused_by
    except Refused as refusal:
        tell(refusal)
        return back
    flash("Written down. The lead is returned, and the partner does not pay for it.", "good")
    if paused is PausedBy.COMPLAINTS:
        flash("The partner is paused by us for complaints: only staff can lift it.", "warm")
    return back

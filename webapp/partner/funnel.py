"""How far the school came with one lead: said, corrected with a reason, and all that was ever said of it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.funnel import CORRECTION_LABELS, FUNNEL_LABELS, SOURCE_LABELS, FunnelSource
from webapp.domain.partner_role import EVERYONE, WORKS_WITH_LEADS
from webapp.partner.guard import member, needs_role
from webapp.partner.status_form import CorrectionForm, StepForm
from webapp.partner.trail import write_down
from webapp.queries.funnel import funnel_of, steps_held
from webapp.queries.partner_leads import get_partner_lead
from webapp.services import funnel
from webapp.services.funnel import Said
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("funnel", __name__, url_prefix="/leads")


@blueprint.get("/<uuid:row_id>/steps")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """What holds now, everything that was said, and forms for those who may say more."""
    return _page(row_id, new_step_form(), CorrectionForm(prefix="right-"))


@blueprint.post("/<uuid:row_id>/steps")
@rate_limited("120/minute")
@needs_role(WORKS_WITH_LEADS)
def say(row_id: UUID) -> ResponseReturnValue:
    """Write down how far the school came. The same twice is the same as once."""
    built, form, who = runtime(), StepForm(), member()
    answer = form.answer
    if answer is not None:
        said = Said(*answer)
        try:
            with built.begin() as session:
                get_partner_lead(session, who.partner_id, row_id)
                is_new = funnel.record(
                    session,
                    built.clock,
                    row_id,
                    said,
                    source=FunnelSource.PORTAL,
                    actor=who.email,
                    partner_id=who.partner_id,
                )
                if is_new:
                    write_down(session, "said", "lead", str(row_id), after={"status": said.status})
        except Refused as refusal:
            put_beside_fields(form, _on_the_form(refusal))
        else:
            words = f"Written down: {FUNNEL_LABELS[said.status].lower()}."
            flash(words if is_new else "You had said the same before, so nothing was changed.", "good")
            return redirect(url_for("partner.leads.detail", row_id=row_id), 303)
    return _page(row_id, form, CorrectionForm(prefix="right-")), 422


@blueprint.post("/<uuid:row_id>/steps/correction")
@rate_limited("60/minute")
@needs_role(WORKS_WITH_LEADS)
def put_right(row_id: UUID) -> ResponseReturnValue:
    """Say that what was said does not hold, and why. What was said stays on record."""
    built, form, who = runtime(), CorrectionForm(prefix="right-"), member()
    answer = form.answer
    if answer is not None:
        reason, right = answer
        try:
            with built.begin() as session:
                get_partner_lead(session, who.partner_id, row_id)
                is_new = funnel.correct(
                    session,
                    built.clock,
                    row_id,
                    Said(*right) if right else None,
                    reason=reason,
                    source=FunnelSource.PORTAL,
                    actor=who.email,
                    partner_id=who.partner_id,
                )
                if is_new:
                    told = {"status": right[0] if right else "nothing", "reason": reason}
                    write_down(session, "corrected", "lead", str(row_id), after=told)
        except Refused as refusal:
            put_beside_fields(form, _on_the_form(refusal))
        else:
            flash(
                "Corrected. What was said before stays on record." if is_new else "That is what holds already.", "good"
            )
            return redirect(url_for("partner.funnel.detail", row_id=row_id), 303)
    return _page(row_id, new_step_form(), form), 422


def new_step_form() -> StepForm:
    """The form for a step, with the day of today where the school is."""
    return StepForm(formdata=None, data={"on": runtime().clock.now().astimezone(ZoneInfo(member().time_zone)).date()})


def _on_the_form(refusal: Refused) -> Refused:
    """The service speaks of a date; the form asks on which day."""
    return Refused(
        *(Problem({"date": "on"}.get(each.where, each.where), each.what, each.remedy) for each in refusal.problems)
    )


def _page(row_id: UUID, form: StepForm, correction: CorrectionForm) -> str:
    who = member()
    with runtime().begin() as session:
        lead = get_partner_lead(session, who.partner_id, row_id)
        if lead.delivered_at is None:
            raise NotFound("Nothing can be said of a lead that was not delivered.")
        held, said = steps_held(session, row_id), funnel_of(session, row_id)
    return render_template(
        "partner/funnel.html",
        lead=lead,
        held=held,
        said=said,
        form=form,
        correction=correction,
        steps=FUNNEL_LABELS,
        sources=SOURCE_LABELS,
        corrections=CORRECTION_LABELS,
        may_say=who.role in WORKS_WITH_LEADS,
    )

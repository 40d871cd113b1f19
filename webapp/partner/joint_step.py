"""One step said of several leads at once: ticked in the list, shown before it is done, told afterwards."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.funnel import FUNNEL_LABELS
from webapp.domain.partner_role import WORKS_WITH_LEADS
from webapp.partner.funnel import new_step_form
from webapp.partner.guard import member, needs_role
from webapp.partner.status_form import StepForm
from webapp.partner.trail import write_down
from webapp.services import joint_step
from webapp.services.funnel import Said
from webapp.services.joint_step import Outcome
from webapp.ui.refusals import tell

blueprint = Blueprint("joint_step", __name__, url_prefix="/leads/joint-step")


@blueprint.get("")
@needs_role(WORKS_WITH_LEADS)
def index() -> ResponseReturnValue:
    """The leads that were ticked, and, once a step is chosen, what it would do to each. Nothing is written."""
    built, lead_ids = runtime(), _ticked(request.args.getlist("lead"))
    if not lead_ids:
        flash("Tick the leads in the list first.", "warm")
        return redirect(url_for("partner.leads.index"), 303)
    asked = "status" in request.args
    form = StepForm(formdata=request.args, meta={"csrf": False}) if asked else new_step_form()
    answer = form.answer if asked else None
    outcomes: tuple[Outcome, ...] = ()
    if answer is not None:
        try:
            with built.begin() as session:
                outcomes = joint_step.look_ahead(session, built.clock, member().partner_id, lead_ids, Said(*answer))
        except Refused as refusal:
            tell(refusal)
            return redirect(url_for("partner.leads.index"), 303)
    return render_template(
        "partner/joint_step.html",
        form=form,
        lead_ids=lead_ids,
        outcomes=outcomes,
        steps=FUNNEL_LABELS,
        is_done=False,
    ), 422 if asked and answer is None else 200


@blueprint.post("")
@rate_limited("30/minute")
@needs_role(WORKS_WITH_LEADS)
def take() -> ResponseReturnValue:
    """Write the step down for each lead that can take it, and tell what came of each."""
    built, who, lead_ids, form = runtime(), member(), _ticked(request.form.getlist("lead")), StepForm()
    answer = form.answer
    if answer is None or not lead_ids:
        flash("Tick the leads in the list first, then choose the step and its day.", "warm")
        return redirect(url_for("partner.leads.index"), 303)
    said = Said(*answer)
    try:
        with built.begin() as session:
            outcomes = joint_step.take(session, built.clock, who.partner_id, lead_ids, said, actor=who.email)
            for each in outcomes:
                if each.is_new:
                    write_down(session, "said", "lead", str(each.lead_id), after={"status": said.status})
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for("partner.leads.index"), 303)
    return render_template(
        "partner/joint_step.html", form=form, lead_ids=lead_ids, outcomes=outcomes, steps=FUNNEL_LABELS, is_done=True
    )


def _ticked(sent: list[str]) -> list[UUID]:
    try:
        return list(dict.fromkeys(UUID(each) for each in sent))
    except ValueError:
        abort(404)

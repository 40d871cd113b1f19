"""The form, one page a step: shown, checked, saved on the server, on to the next."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.services import draft as drafts
from webapp.services.draft import OpenDraft
from webapp.student import arrival, wish
from webapp.student.answers import STEPS, Answers, Step, find_step, first_open_step, number_of
from webapp.student.drafts import current_draft, forget, remember
from webapp.student.forms.step import StepForm

blueprint = Blueprint("form", __name__)


@blueprint.get("/match")
def begin() -> ResponseReturnValue:
    """To the first step that is still open, or to the first one; from a guide, to the goal with its job chosen."""
    if wish.remember_wish(request.args.get("occupation")):
        return redirect(url_for(".show", slug=wish.STEP), 302)
    draft = current_draft()
    step = first_open_step(draft.answers) if draft else STEPS[0]
    return redirect(_address(step or STEPS[0]), 302)


@blueprint.get("/match/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """One step, filled in with what was saved."""
    step = find_step(slug) or abort(404)
    draft = current_draft()
    answers: Answers = draft.answers if draft else {}
    first_open = first_open_step(answers)
    if first_open is not None and number_of(first_open) < number_of(step):
        return redirect(_address(first_open), 302)
    arrival.remember_arrival()
    return _page(step, step.form.restored(wish.offered(answers, step)), draft)


@blueprint.post("/match/<slug>")
@rate_limited("300/minute;3000/hour")
def save(slug: str) -> ResponseReturnValue:
    """Check and save one step. "Back" saves what is valid and asks nothing more."""
    step = find_step(slug) or abort(404)
    form = step.form()
    fine = form.validate()
    going_back = request.form.get("go") == "back"
    if not fine and not (going_back and not form.errors.get("csrf_token")):
        return _page(step, form, current_draft()), 422
    draft = _saved(step, form)
    if step.slug == wish.STEP:
        wish.forget_wish()
    response = make_response(redirect(_next(step, draft, going_back=going_back), 303))
    remember(response, draft)
    return response


@blueprint.post("/match/start-over")
@rate_limited("20/minute;100/hour")
def start_over() -> ResponseReturnValue:
    """Forget the form on this device, for whoever uses it next."""
    response: Response = make_response(redirect(url_for("student.pages.home"), 303))
    forget(response)
    wish.forget_wish()
    flash("This device no longer remembers your answers. A link to results that you kept still works.", "good")
    return response


def _saved(step: Step, form: StepForm) -> OpenDraft:
    built = runtime()
    keep = timedelta(days=built.settings.draft_expiry_days)
    draft = current_draft()
    with built.begin() as session:
        if draft is None:
            draft = drafts.start(session, built.clock, built.links, keep=keep, attribution=arrival.attribution())
            session.flush()
        complete = {*draft.answers, step.slug} == {each.slug for each in STEPS}
        return drafts.save_step(
            session, built.clock, draft.id, step.slug, form.valid_draft(), keep=keep, is_last=complete
        )


def _next(step: Step, draft: OpenDraft, *, going_back: bool) -> str:
    index = STEPS.index(step)
    if going_back:
        return url_for(".show", slug=STEPS[index - 1].slug) if index else url_for("student.pages.home")
    if draft.is_complete and (index + 1 == len(STEPS) or request.form.get("go") == "results"):
        return _results_url(draft)
    if index + 1 < len(STEPS):
        return url_for(".show", slug=STEPS[index + 1].slug)
    return url_for(".begin")


def results_token(draft: OpenDraft) -> str:
    """What opens the results of a draft."""
    return runtime().links.results_token(draft.id, draft.token_version)


def _results_url(draft: OpenDraft) -> str:
    return url_for("student.results.show", token=results_token(draft))


def _page(step: Step, form: StepForm, draft: OpenDraft | None) -> str:
    answers: Answers = draft.answers if draft else {}
    first_open = first_open_step(answers)
    reach = number_of(first_open) if first_open else len(STEPS)
    progress = [
        {"name": each.name, "url": url_for(".show", slug=each.slug) if number_of(each) <= reach else None}
        for each in STEPS
    ]
    return render_template(
        f"student/step_{step.slug}.html",
        step=step,
        number=number_of(step),
        count=len(STEPS),
        form=form,
        wished=wish.wished_job(step),
        progress_steps=progress,
        is_complete=bool(draft and draft.is_complete),
        results_url=url_for("student.results.show", token=results_token(draft))
        if draft and draft.is_complete
        else None,
    )


def _address(step: Step) -> str:
    """Where a step is shown. Campaign tags go along: the page that shows itself keeps them."""
    tags: dict[str, Any] = {name: request.args[name][:300] for name in arrival.CAMPAIGN_TAGS if name in request.args}
    return url_for(".show", slug=step.slug, **tags)

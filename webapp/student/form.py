"""The form, one page a step: shown, checked, saved on the server, on to the next."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.occupation import occupations
from webapp.domain.publisher import PUBLISHER
from webapp.services import child
from webapp.services import draft as drafts
from webapp.services.draft import OpenDraft
from webapp.student import arrival, tabs
from webapp.student.answers import GOAL, STEPS, Answers, Step, find_step, first_open_step, number_of
from webapp.student.drafts import current_draft, forget, remember
from webapp.student.forms.age import AgeForm
from webapp.student.forms.step import StepForm

blueprint = Blueprint("form", __name__)

BACK, LATER, RESULTS, REVIEW, GUIDE = "back", "later", "results", "review", "guide"
SUGGESTED_JOB = "occupation"
_STOPPED = "stopped"
"""In the browser's own session cookie, which ends with the browser: a child should not simply choose another age."""


@blueprint.before_request
def stay_stopped() -> ResponseReturnValue | None:
    """Whoever was stopped stays so until the browser is closed."""
    if session.get(_STOPPED) and request.endpoint != f"{request.blueprint}.stopped":
        return redirect(url_for(".stopped"), 303)
    return None


@blueprint.get("/match")
def begin() -> ResponseReturnValue:
    """To the first step that is still open, or to the answers; to the goal with another job that a guide suggests."""
    draft = current_draft()
    if draft and _wishes_another_job(draft.answers):
        return redirect(url_for(".show", slug=GOAL.slug, **{**_carried(), "from": GUIDE}), 302)
    step = first_open_step(draft.answers) if draft else STEPS[0]
    return redirect(_address(step) if step else url_for("student.review.show"), 302)


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
    saved = answers.get(step.slug)
    filled = {**(saved or {}), **_suggested(step, answers)}
    return _page(step, step.form.restored(filled), draft, tabs.mark(saved))


@blueprint.post("/match/<slug>")
@rate_limited("300/minute;3000/hour")
def save(slug: str) -> ResponseReturnValue:
    """Check and save one step. "Back" and "finish later" save what is valid and ask nothing more."""
    step = find_step(slug) or abort(404)
    form, seen = step.form(), request.form.get(tabs.SEEN)
    fine, go = form.validate(), request.form.get("go", "")
    leaving = go in (BACK, LATER) and not form.errors.get("csrf_token")
    kept = form.valid_draft()
    if not fine and (not leaving or (go == LATER and not kept)):
        return _page(step, form, current_draft(), seen or ""), 422
    if isinstance(form, AgeForm) and form.is_child:
        return _stop()
    if not kept:
        return redirect(url_for("student.pages.home"), 303)
    draft = _saved(step, kept, seen, go)
    if not fine:
        flash(f"Not kept, for it could not be right: {_mistakes(form)}", "warm")
    response = make_response(redirect(_next_address(step, draft, go), 303))
    remember(response, draft)
    return response


@blueprint.post("/match/start-over")
@rate_limited("20/minute;100/hour")
def start_over() -> ResponseReturnValue:
    """Forget the form on this device, for whoever uses it next."""
    response: Response = make_response(redirect(url_for("student.pages.home"), 303))
    forget(response)
    flash("This device no longer remembers your answers. A link to results that you kept still works.", "good")
    return response


@blueprint.get("/match/stopped")
def stopped() -> ResponseReturnValue:
    """Where a child is told kindly that this is not for them yet, and where to go instead."""
    return render_template("student/stopped.html")


def _stop() -> ResponseReturnValue:
    """Keep nothing: neither the answers on the server nor anything on the device but that we stopped."""
    built, draft = runtime(), current_draft()
    if draft is not None:
        with built.begin() as db:
            child.stop(db, built.clock, draft.id, page=f"{built.settings.base_url}/match")
        built.wake_up.nudge()
    response: Response = make_response(redirect(url_for(".stopped"), 303))
    forget(response)
    arrival.forget_arrival()
    session[_STOPPED] = True
    return response


def _saved(step: Step, kept: Mapping[str, Any], seen: str | None, go: str) -> OpenDraft:
    built = runtime()
    keep = timedelta(days=built.settings.draft_expiry_days)
    draft = current_draft()
    with built.begin() as db:
        if draft is None:
            draft = drafts.start(db, built.clock, built.links, keep=keep, attribution=arrival.attribution())
            db.flush()
        before = drafts.locked_answers(db, draft.id)
        complete = {*before, step.slug} == {each.slug for each in STEPS}
        following = _following(step, go, is_complete=complete or draft.is_complete)
        draft = drafts.save_step(
            db, built.clock, draft.id, step.slug, kept, keep=keep, is_last=complete, leads_to=following
        )
    if lost := tabs.replaced(step, seen, before.get(step.slug), kept):
        flash(
            f"The page “{step.name}” was changed in another tab or on another device after you opened it here. "
            f"What you sent just now counts. It replaced: {'; '.join(lost)}. "
            "If you want it as it was, go back to that page.",
            "warm",
        )
    return draft


def _following(step: Step, go: str, *, is_complete: bool) -> str | None:
    """The step, REVIEW or RESULTS that comes after `step`; None for the pages around the form."""
    index = STEPS.index(step)
    if go == LATER:
        return None
    if request.args.get("from") == REVIEW and is_complete:
        return REVIEW
    if go == BACK:
        return STEPS[index - 1].slug if index else None
    if go == RESULTS and is_complete:
        return RESULTS
    return STEPS[index + 1].slug if index + 1 < len(STEPS) else REVIEW


def _next_address(step: Step, draft: OpenDraft, go: str) -> str:
    if go == LATER:
        return url_for("student.later.show")
    following = _following(step, go, is_complete=draft.is_complete)
    if following is None:
        return url_for("student.pages.home")
    if following == RESULTS:
        return url_for("student.results.show", token=results_token(draft))
    if following == REVIEW:
        return url_for("student.review.show")
    carried = _carried()
    if carried.get("from") == GUIDE:
        del carried["from"]  # the job was looked at: whoever comes back to it finds what they chose
    return url_for(".show", slug=following, **carried)


def _mistakes(form: StepForm) -> str:
    return " ".join(f"{form[error.name].label.text} {error.text}" for error in form.errors_in_order() if error.name)


def _suggested(step: Step, answers: Answers) -> dict[str, str]:
    """A job that the address of a guide names, so that the step shows it; it counts only once the step is saved.

    What was chosen before stays unless the student came from the guide just now.
    """
    job = request.args.get(SUGGESTED_JOB, "")
    is_open = step.slug not in answers or request.args.get("from") == GUIDE
    return {"occupation": job} if step is GOAL and is_open and job in occupations() else {}


def _wishes_another_job(answers: Answers) -> bool:
    """Whether a guide names another job than the one that was saved."""
    job = request.args.get(SUGGESTED_JOB, "")
    return GOAL.slug in answers and job in occupations() and job != answers[GOAL.slug].get("occupation")


def results_token(draft: OpenDraft) -> str:
    """What opens the results of a draft."""
    return runtime().links.results_token(draft.id, draft.token_version)


def _page(step: Step, form: StepForm, draft: OpenDraft | None, seen: str) -> str:
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
        seen=seen,
        carried=_carried(),
        wished=bool(_suggested(step, answers)),
        answered=step.slug in answers,
        from_review=bool(draft and draft.is_complete and request.args.get("from") == REVIEW),
        progress_steps=progress,
        is_complete=bool(draft and draft.is_complete),
    )


def _address(step: Step) -> str:
    return url_for(".show", slug=step.slug, **_carried())


def _carried() -> dict[str, Any]:
    """What goes along from page to page in the address: campaign tags, a suggested job, and where to come back to."""
    names = (*arrival.CAMPAIGN_TAGS, PUBLISHER, SUGGESTED_JOB, "from")
    return {name: request.args[name][:300] for name in names if name in request.args}

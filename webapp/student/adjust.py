"""Change limits and priorities on the list: try them, keep them, take them back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.services import draft as drafts
from webapp.services.draft import OpenDraft
from webapp.student.answers import Answers, profile_of
from webapp.student.drafts import current_draft, kept_for
from webapp.student.forms.panel import PanelForm
from webapp.student.own_page import keep_private
from webapp.student.picks import Changes, changes_of
from webapp.student.ranked import draft_of, ranked
from webapp.student.requests import list_page, request_form
from webapp.student.shown import changed_words, keep_order, list_values, saved_order
from webapp.student.ticket import new_ticket

blueprint = Blueprint("adjust", __name__)

NOT_YOURS = (
    "Only the device on which the form was filled in can change this list for good. Here you can try things out, or go "
    "on with the answers on this device first."
)
GONE = "The list has changed since this page was shown, and that is no longer on offer. Nothing was changed."

keep_private(blueprint)


@blueprint.get("/results/<token>/try")
@blueprint.get("/results/<token>/keep")
@blueprint.get("/results/<token>/change")
def look_again(token: str) -> ResponseReturnValue:
    """Where a reload of a trial ends: the list itself."""
    return redirect(url_for("student.results.show", token=token), 302)


@blueprint.post("/results/<token>/try")
@rate_limited("240/minute;2000/hour")
def try_out(token: str) -> ResponseReturnValue:
    """The list as it would be. Nothing is saved: what is tried comes in the body, so that it stands in no log.

    With `fragment` the list alone, for the script of the page.
    """
    draft, panel = draft_of(token), PanelForm()
    only_list = "fragment" in request.form
    if not panel.validate():
        if only_list:
            return render_template("student/panel_errors.html", panel=panel), 422
        return _with_errors(draft, token, panel)
    return _trial(draft, token, panel.changes(draft.answers), panel, only_list=only_list)


@blueprint.post("/results/<token>/keep")
@rate_limited("60/minute;600/hour")
def keep(token: str) -> ResponseReturnValue:
    """Save what the panel says in the answers, and show what moved."""
    draft, panel = draft_of(token), PanelForm()
    if not panel.validate():
        return _with_errors(draft, token, panel)
    changes = panel.changes(draft.answers)
    if not is_own(draft):
        flash(NOT_YOURS, "warm")
        return _trial(draft, token, changes, panel)
    return _kept(draft, token, changes)


@blueprint.post("/results/<token>/change")
@rate_limited("60/minute;600/hour")
def change(token: str) -> ResponseReturnValue:
    """One of the changes that the list offers by a button: saved, or tried out on a device that may not save."""
    draft = draft_of(token)
    results = ranked(draft, token)
    changes = changes_of(request.form.get("pick", "")[:300], results.ranking, results.profile, results.catalog)
    if not changes:
        flash(GONE, "warm")
        return to_list(token)
    return _kept(draft, token, changes) if is_own(draft) else _trial(draft, token, changes, None)


@blueprint.post("/results/<token>/undo")
@rate_limited("60/minute;600/hour")
def undo(token: str) -> ResponseReturnValue:
    """Take the last change back, or with `every` all that were made since the form."""
    draft = draft_of(token)
    if not is_own(draft):
        flash(NOT_YOURS, "warm")
        return to_list(token)
    keep_order(draft)
    built = runtime()
    with built.begin() as session:
        after = drafts.undo_change(session, built.clock, draft.id, keep=kept_for(), every="every" in request.form)
    words = "; ".join(changed_words(profile_of(draft.answers), profile_of(after.answers)))
    flash(f"Taken back. {words}." if words else "There was nothing to take back.", "good")
    return to_list(token)


def is_own(draft: OpenDraft) -> bool:
    """Whether this device is the one the form was filled in on."""
    own = current_draft()
    return own is not None and own.id == draft.id


def to_list(token: str) -> ResponseReturnValue:
    """Back to the list, at what moved."""
    return redirect(url_for("student.results.show", token=token, _anchor="list"), 303)


def _kept(draft: OpenDraft, token: str, changes: Changes) -> ResponseReturnValue:
    if not changes:
        flash("Nothing was different, so nothing was changed.", "info")
        return to_list(token)
    words = changed_words(profile_of(draft.answers), profile_of(_merged(draft.answers, changes)))
    keep_order(draft)
    built = runtime()
    with built.begin() as session:
        drafts.change_answers(session, built.clock, draft.id, changes, keep=kept_for())
    flash(f"Kept. {'; '.join(words)}." if words else "Kept.", "good")
    return to_list(token)


def _trial(
    draft: OpenDraft, token: str, changes: Changes, panel: PanelForm | None, *, only_list: bool = False
) -> ResponseReturnValue:
    results = ranked(draft, token, _merged(draft.answers, changes))
    before = saved_order(results) if results.is_trial else None
    if only_list:
        return render_template("student/results_list.html", **list_values(results, panel=panel, before=before))
    form, ticket = request_form(filled=False), new_ticket(draft.id, runtime().clock.now())
    return list_page(results, form, ticket, panel=panel, before=before)


def _with_errors(draft: OpenDraft, token: str, panel: PanelForm) -> ResponseReturnValue:
    results = ranked(draft, token)
    form, ticket = request_form(filled=False), new_ticket(draft.id, runtime().clock.now())
    return list_page(results, form, ticket, panel=panel), 422


def _merged(answers: Answers, changes: Changes) -> Answers:
    """The answers with single ones changed."""
    return {**answers, **{step: {**answers.get(step, {}), **fields} for step, fields in changes.items()}}

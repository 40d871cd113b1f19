"""The filter of a partner: which leads it takes, rule by rule or as text, and what it would say of one."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, SEES_PEOPLE, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.disclosure import LEAD_FIELDS
from webapp.domain.errors import NotFound, Refused
from webapp.domain.filter_row import RowError, RuleDraft, draft_of_line, line_of
from webapp.domain.filter_sheet import switched, with_rule, without_rule
from webapp.domain.partner_filter import OnUnknown
from webapp.domain.rule_filter import fault_in
from webapp.queries.filter_trial import fields_named, get_trials, tally_of
from webapp.queries.partner_filter import FilterScope, get_scope, list_scopes, list_versions
from webapp.queries.partners import PartnerDetail, get_partner
from webapp.services import partner_filter
from webapp.ui import filter_form, lead_facts_form
from webapp.ui.filter_form import TextForm
from webapp.ui.lists import chosen_id
from webapp.ui.refusals import tell

blueprint = Blueprint("partner_filters", __name__, url_prefix="/partners/<uuid:row_id>/filters")

WORDS = {"its": "its", "said": "it said"}


@blueprint.get("")
@needs_role(EVERYONE)
def index(row_id: UUID) -> ResponseReturnValue:
    """Every rule, for all programs and for each group."""
    partner = _partner(row_id)
    with runtime().begin() as session:
        scopes = list_scopes(session, row_id)
        told = [(scope, tally_of(session, scope.text, row_id, scope.group_id)) for scope in scopes]
        versions = list_versions(session, row_id)
    return render_template(
        "admin/partner_filters.html",
        partner=partner,
        scopes=told,
        versions=versions,
        may_change=_may_change(),
        urls=_urls(row_id),
        words=WORDS,
    )


@blueprint.get("/edit")
@needs_role(PARTNER_MANAGERS)
def edit(row_id: UUID) -> ResponseReturnValue:
    """One rule in rows beside the whole filter as text."""
    scope, place = _scope(row_id, chosen_id("group")), request.args.get("rule", type=int)
    if place is None:
        return _edit_page(row_id, scope, RuleDraft(), None)
    if not 0 <= place < len(scope.rules):
        raise NotFound("There is no such rule.")
    entry, _ = scope.rules[place]
    draft = draft_of_line(entry.rule, LEAD_FIELDS, entry.name)
    return _edit_page(row_id, scope, draft or RuleDraft(), place if draft else None, only_text=draft is None)


@blueprint.post("/rule")
@rate_limited("120/minute")
@needs_role(PARTNER_MANAGERS)
def keep_rule(row_id: UUID) -> ResponseReturnValue:
    """Add or drop a row of the rule that is put together, try it, or save it."""
    sent, draft = filter_form.sent(), filter_form.sent_draft()
    scope = _scope(row_id, sent.group_id)
    changed = filter_form.changed_draft(draft, sent)
    if changed is not None:
        return _edit_page(row_id, scope, changed, sent.rule)
    try:
        line = line_of(draft, LEAD_FIELDS)
    except RowError as error:
        return _edit_page(row_id, scope, draft, sent.rule, error), 422
    if sent.act == "try":
        return _trial_page(row_id, scope, with_rule(scope.text, sent.rule, draft.name, line))
    return _turn(row_id, scope, sent, lambda text: with_rule(text, sent.rule, draft.name, line), filter_form.SAVED)


@blueprint.post("/text")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def keep_text(row_id: UUID) -> ResponseReturnValue:
    """Put a whole text in force."""
    sent, form = filter_form.sent(), TextForm()
    scope = _scope(row_id, sent.group_id)
    if form.validate_on_submit():
        try:
            _put(row_id, scope, form.text.data or "", OnUnknown(str(form.on_unknown.data)), sent.version)
        except Refused as refusal:
            form.text.errors = [f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems]
        else:
            flash(filter_form.SAVED, "good")
            return redirect(url_for(".index", row_id=row_id), 303)
    return _edit_page(row_id, scope, RuleDraft(), None, form=form), 422


@blueprint.post("/switch")
@rate_limited("120/minute")
@needs_role(PARTNER_MANAGERS)
def switch(row_id: UUID) -> ResponseReturnValue:
    """Switch one rule on or off."""
    sent, on = filter_form.sent(), request.form.get("on") == "y"
    done = filter_form.SWITCHED_ON if on else filter_form.SWITCHED_OFF
    return _turn(row_id, _scope(row_id, sent.group_id), sent, lambda text: switched(text, sent.place, on=on), done)


@blueprint.post("/remove")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def remove(row_id: UUID) -> ResponseReturnValue:
    """Take one rule away."""
    sent = filter_form.sent()
    return _turn(
        row_id, _scope(row_id, sent.group_id), sent, lambda text: without_rule(text, sent.place), filter_form.REMOVED
    )


@blueprint.get("/trial")
@needs_role(EVERYONE)
def trial(row_id: UUID) -> ResponseReturnValue:
    """What the filter in force would say."""
    scope = _scope(row_id, chosen_id("group"))
    return _trial_page(row_id, scope, scope.text)


@blueprint.post("/trial")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def try_out(row_id: UUID) -> ResponseReturnValue:
    """Hold a text, in force or not, against a lead, an example and the last leads. Changes nothing."""
    sent = filter_form.sent()
    scope = _scope(row_id, sent.group_id)
    text = filter_form.sent_text(scope.text)[: partner_filter.LONGEST_TEXT]
    return _trial_page(row_id, scope, text, lead_id=sent.lead_id)


def _may_change() -> bool:
    return staff().may(PARTNER_MANAGERS)


def _partner(row_id: UUID) -> PartnerDetail:
    with runtime().begin() as session:
        return get_partner(session, row_id, runtime().clock.now())


def _scope(row_id: UUID, group_id: UUID | None) -> FilterScope:
    with runtime().begin() as session:
        return get_scope(session, row_id, group_id)


def _turn(
    row_id: UUID, scope: FilterScope, sent: filter_form.Sent, turn: Callable[[str], str], done: str
) -> ResponseReturnValue:
    """Change the text as `turn` does, write it down, and say what came of it."""
    try:
        _put(row_id, scope, turn(scope.text), scope.on_unknown, sent.version)
    except NotFound:
        flash(filter_form.GONE, "error")
    except Refused as refusal:
        tell(refusal)
    else:
        flash(done, "good")
    return redirect(url_for(".index", row_id=row_id), 303)


def _put(row_id: UUID, scope: FilterScope, text: str, on_unknown: OnUnknown, since: int) -> None:
    built = runtime()
    with built.begin() as session:
        version = partner_filter.change(
            session,
            built.clock,
            row_id,
            text,
            on_unknown=on_unknown,
            actor=staff().email,
            group_id=scope.group_id,
            since=since,
        )
        write_down(
            session,
            "changed",
            "filter",
            str(scope.group_id or row_id),
            before={"version": scope.version, "on_unknown": scope.on_unknown},
            after={"version": version, "on_unknown": on_unknown},
        )


def _edit_page(
    row_id: UUID,
    scope: FilterScope,
    draft: RuleDraft,
    place: int | None,
    error: RowError | None = None,
    *,
    form: TextForm | None = None,
    only_text: bool = False,
) -> str:
    return render_template(
        "admin/partner_filter_edit.html",
        partner=_partner(row_id),
        scope=scope,
        only_text=only_text,
        urls=_urls(row_id),
        **filter_form.editor(draft, place, error, form or filter_form.text_form(scope.text, scope.on_unknown)),
    )


def _trial_page(row_id: UUID, scope: FilterScope, text: str, *, lead_id: UUID | None = None) -> ResponseReturnValue:
    if fault_in(text, LEAD_FIELDS) is not None:
        return _edit_page(row_id, scope, RuleDraft(), None, form=filter_form.text_form(text, scope.on_unknown)), 422
    record = lead_facts_form.sent_record(fields_named(text)) if request.form.get("example") else None
    with runtime().begin() as session:
        trials = get_trials(
            session,
            text,
            row_id,
            scope.group_id,
            lead_id=lead_id,
            record=record,
            with_leads=staff().may(SEES_PEOPLE),
            seen=False,
        )
    return render_template(
        "admin/partner_filter_trial.html",
        partner=_partner(row_id),
        scope=scope,
        text=text,
        chosen=lead_id,
        trials=trials,
        with_leads=staff().may(SEES_PEOPLE),
        may_change=_may_change(),
        facts=lead_facts_form.facts_form(trials.names, record),
        urls=_urls(row_id),
        words=WORDS,
    )


def _urls(row_id: UUID) -> dict[str, str]:
    return {name: url_for(f".{view}", row_id=row_id) for name, view in filter_form.VIEWS.items()}

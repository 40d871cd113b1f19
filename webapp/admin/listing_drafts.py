"""The editor: a listing being written, looked at, sent to review and published."""

from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import listing_words
from webapp.admin.guard import EVERYONE, IMPORTERS, needs_role, staff
from webapp.admin.listing_form import LABELS, ListingForm, NoteForm, RequirementForm
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.completeness import completeness_of
from webapp.domain.entry_rule import FIELDS, applicants, cells_of, rule_of
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.listing import COLUMNS, FactSource
from webapp.domain.listing_stage import ListingStage
from webapp.domain.rule_evaluation import Truth
from webapp.queries.listing import listings_by_id
from webapp.queries.listing_draft import DraftDetail, get_draft
from webapp.services import listing_draft as drafts
from webapp.services.listing_draft import Written, WrittenMeanwhile
from webapp.ui.refusals import put_beside_fields, tell

blueprint = Blueprint("listing_drafts", __name__, url_prefix="/programs/drafts")

QUICKER = "Somebody was quicker: it stands as shown here."


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """The editor, or for those who may not edit and for drafts in review what it says."""
    with runtime().begin() as session:
        draft = get_draft(session, row_id)
    form = ListingForm.of(draft.cells, draft.sources, seen=draft.row.updated_at.isoformat())
    if draft.row.stage is ListingStage.DRAFT:
        written = Written(draft.cells, draft.sources)
        form.tell((problem.where, f"{problem.what} {problem.remedy}") for problem in written.problems())
    return _page(draft, form)


@blueprint.post("/<uuid:row_id>")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def save(row_id: UUID) -> ResponseReturnValue:
    """Keep what was typed; with `then=review` send it to review as well."""
    built, form = runtime(), ListingForm.sent()
    with built.begin() as session:
        draft = get_draft(session, row_id)
    if not form.validate_on_submit():
        return _page(draft, form), 422
    written, seen = Written(form.cells(), form.sources()), _seen(form)
    try:
        with built.begin() as session:
            drafts.save(session, built.clock, row_id, written, actor=staff().email, seen=seen)
            before, after = _changed(draft, get_draft(session, row_id))
            write_down(session, "wrote", "listing", draft.row.program_id, before=before, after=after)
    except WrittenMeanwhile as told:
        # What was typed stays in the form; sent once more, it replaces what the other wrote.
        with built.begin() as session:
            draft = get_draft(session, row_id)
        form.seen.data = draft.row.updated_at.isoformat()
        flash(f"{told} What you typed is below and is not kept yet.", "error")
        return _page(draft, form), 409
    except Refused as refusal:
        tell(refusal)
        return _to(row_id)
    if request.form.get("then") != "review":
        flash("Kept. Nothing is published by this.", "good")
        return _to(row_id)
    try:
        with built.begin() as session:
            drafts.send_to_review(session, built.clock, row_id)
            before, after = {"stage": draft.row.stage.value}, {"stage": ListingStage.REVIEW.value}
            write_down(session, "sent to review", "listing", draft.row.program_id, before=before, after=after)
    except Refused:
        flash("Kept, but it cannot be published as it is. What is wrong stands beside the facts.", "error")
    except InvalidTransition:
        flash(QUICKER, "info")
    return _to(row_id)


@blueprint.get("/<uuid:row_id>/requirement")
@needs_role(IMPORTERS)
def requirement(row_id: UUID) -> ResponseReturnValue:
    """What the listing asks for, as a rule, with who would qualify."""
    with runtime().begin() as session:
        draft = get_draft(session, row_id)
    return _requirement(draft, RequirementForm(formdata=None, rule=rule_of(draft.cells)))


@blueprint.post("/<uuid:row_id>/requirement")
@rate_limited("120/minute")
@needs_role(IMPORTERS)
def ask_for(row_id: UUID) -> ResponseReturnValue:
    """Count who would qualify; with `then=use` write what the rule says into the draft."""
    built, form = runtime(), RequirementForm()
    with built.begin() as session:
        draft = get_draft(session, row_id)
    if not form.validate_on_submit():
        return _requirement(draft, form), 422
    try:
        if request.form.get("then") != "use":
            return _requirement(draft, form)
        cells = cells_of(form.rule.data or "", draft.cells)
        with built.begin() as session:
            written = Written({**draft.cells, **cells}, draft.sources)
            drafts.save(session, built.clock, row_id, written, actor=staff().email, seen=draft.row.updated_at)
            before, after = _changed(draft, get_draft(session, row_id))
            write_down(session, "wrote", "listing", draft.row.program_id, before=before, after=after)
    except WrittenMeanwhile as told:
        form.form_errors.append(f"{told} Look at the draft, then come back.")
        return _requirement(draft, form), 409
    except Refused as refusal:
        put_beside_fields(form, refusal)
        return _requirement(draft, form), 422
    flash("What it asks for stands in the draft.", "good")
    return _to(row_id)


@blueprint.post("/<uuid:row_id>/send-back")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def send_back(row_id: UUID) -> ResponseReturnValue:
    """Hand a draft back to whoever writes it."""
    built, form = runtime(), NoteForm()
    with built.begin() as session:
        draft = get_draft(session, row_id)
    if not form.validate_on_submit():
        return _page(draft, ListingForm.of(draft.cells, draft.sources), note=form), 422
    return _move(draft, "sent back", "draft", form.note.data or "")


@blueprint.post("/<uuid:row_id>/publish")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def publish(row_id: UUID) -> ResponseReturnValue:
    """Publish a draft that was reviewed."""
    built = runtime()
    try:
        with built.begin() as session:
            draft = get_draft(session, row_id)
            program_id = draft.row.program_id
            now = listings_by_id(session, [program_id]).get(program_id)
            version = drafts.publish(session, built.clock, row_id, actor=staff().email)
            cells = dict(Written.of(now).cells) if now else {}
            before, after = _differing(cells, draft.cells)
            told = {**after, "catalog_version": version}
            write_down(session, "published", "listing", program_id, before=before if now else None, after=told)
    except Refused as refusal:
        tell(refusal)
        return _to(row_id)
    except InvalidTransition:
        flash(QUICKER, "info")
        return _to(row_id)
    moved = "Published." if version else "It says what was published already, so nothing changed."
    unchecked = "" if draft.cells.get("verified_on") else " It says nowhere when it was checked, so it counts as stale."
    flash(moved + unchecked, "good")
    return redirect(url_for("admin.programs.detail", program_id=program_id), 303)


@blueprint.post("/<uuid:row_id>/discard")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def discard(row_id: UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    with runtime().begin() as session:
        draft = get_draft(session, row_id)
        drafts.discard(session, row_id)
        write_down(session, "threw a draft away", "listing", draft.row.program_id, before=dict(draft.cells))
    flash("The draft was thrown away. What is published stays as it is.", "good")
    return redirect(url_for("admin.programs.index", stage="draft"), 303)


def _move(draft: DraftDetail, action: str, stage: str, note: str) -> Response:
    built = runtime()
    try:
        with built.begin() as session:
            drafts.send_back(session, built.clock, draft.row.id, note)
            before = {"stage": draft.row.stage.value}
            write_down(
                session, action, "listing", draft.row.program_id, before=before, after={"stage": stage, "note": note}
            )
    except InvalidTransition:
        flash(QUICKER, "info")
    return _to(draft.row.id)


def _page(draft: DraftDetail, form: ListingForm, note: NoteForm | None = None) -> str:
    built = runtime()
    with built.begin() as session:
        now = listings_by_id(session, [draft.row.program_id]).get(draft.row.program_id)
    written = Written(draft.cells, draft.sources)
    listing, _ = written.read()
    before, after = _differing(dict(Written.of(now).cells) if now else {}, draft.cells)
    return render_template(
        "admin/listing_draft.html",
        draft=draft,
        form=form,
        note_form=note or NoteForm(formdata=None),
        look=listing_words.STAGE_LOOKS[draft.row.stage],
        completeness=completeness_of(listing) if listing else None,
        changes={
            column: (before.get(column), after.get(column))
            for column in COLUMNS
            if column != "program_id" and (column in before or column in after)
        },
        labels=LABELS,
        is_listed=now is not None,
        preview_url=built.links.preview_url(draft.row.id),
        may_edit=staff().may(IMPORTERS),
    )


def _requirement(draft: DraftDetail, form: RequirementForm) -> str:
    """The page with the rule and its count; with `fragment` only the count, for the script."""
    found = []
    try:
        found = applicants(form.rule.data or "")
    except Refused as refusal:
        if not form.rule.errors:
            put_beside_fields(form, refusal)
    template = "admin/who_qualifies.html" if "fragment" in request.form else "admin/requirement.html"
    groups = {
        truth: [each for each in found if each.truth is truth] for truth in (Truth.TRUE, Truth.UNKNOWN, Truth.FALSE)
    }
    return render_template(
        template, draft=draft, form=form, groups=list(groups.items()), total=len(found), fields=FIELDS
    )


def _seen(form: ListingForm) -> datetime | None:
    """When the draft was last touched as whoever typed saw it; what makes no sense is told from every such moment."""
    text = form.seen.data
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _changed(before: DraftDetail, after: DraftDetail) -> tuple[dict[str, str], dict[str, str]]:
    return _differing(_flat(before), _flat(after))


def _flat(draft: DraftDetail) -> dict[str, str]:
    return {**draft.cells, **{f"source of {column}": _words(told) for column, told in draft.sources.items()}}


def _words(told: FactSource) -> str:
    return ", ".join(part for part in (told.source, told.as_of) if part)


def _differing(before: dict[str, str], after: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What two sets of cells say differently, each side alone."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def _to(row_id: UUID) -> Response:
    return cast(Response, redirect(url_for("admin.listing_drafts.detail", row_id=row_id), 303))

"""The listings: looked through, checked again, taken down and put back; the way into the editor."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin import listing_words
from webapp.admin.guard import EVERYONE, IMPORTERS, needs_role, staff
from webapp.admin.listing_form import LABELS, NewListingForm
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain import label
from webapp.domain.claim import claim_problems
from webapp.domain.completeness import completeness_of
from webapp.domain.credential import Credential
from webapp.domain.errors import InvalidTransition, NotFound, Refused
from webapp.domain.listing import PROGRAM_ID
from webapp.domain.listing_stage import LISTING_LIFECYCLE, ListingStage
from webapp.domain.staff_list import StaffList
from webapp.queries.catalog import source_counts
from webapp.queries.listing import listings_by_id
from webapp.queries.listing_draft import find_draft, get_draft, list_drafts
from webapp.queries.listing_history import find_revision, list_revisions
from webapp.queries.program_twins import list_twin_groups, list_twins
from webapp.queries.programs import Wanted, count_programs, get_listing_state, list_programs, stage_counts
from webapp.services import listing as listings
from webapp.services import listing_draft as drafts
from webapp.ui.lists import chosen, cursor, page_links, searched
from webapp.ui.refusals import put_beside_fields, tell

blueprint = Blueprint("programs", __name__, url_prefix="/programs")

_MOST_AT_ONCE = 200
_WRITING = (ListingStage.DRAFT, ListingStage.REVIEW)


@blueprint.before_request
def check_id() -> None:
    """What cannot be the id of a listing is nobody's, and is not looked for."""
    program_id = (request.view_args or {}).get("program_id")
    if program_id is not None and not PROGRAM_ID.fullmatch(program_id):
        raise NotFound("There is no such listing.")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Listings of the catalogue, or those that are being written."""
    stage, wanted = chosen("stage", ListingStage), _wanted(request.args)
    today, stale_days = _today()
    writing = stage in _WRITING
    with runtime().begin() as session:
        desk = desk_of(session, StaffList.PROGRAMS, lambda asked: _count(session, asked))
        if desk.opens_with:
            return redirect(desk.opens_with)
        counts = stage_counts(session, today=today, stale_days=stale_days)
        sources = source_counts(session)
        page = list_programs(session, wanted, cursor=None if writing else cursor(), today=today, stale_days=stale_days)
        open_ones = list_drafts(session, stage, cursor=cursor()) if writing and stage else None
    return render_template(
        "admin/programs.html",
        page=page,
        drafts=open_ones,
        wanted=wanted,
        desk=desk,
        stage=stage,
        counts=counts,
        sources=[each.source for each in sources],
        credential_labels=label.CREDENTIAL_LABELS,
        stage_looks=listing_words.STAGE_LOOKS,
        may_edit=staff().may(IMPORTERS),
        stale_days=stale_days,
        **page_links(open_ones or page),
    )


@blueprint.get("/twins")
@needs_role(EVERYONE)
def twins() -> ResponseReturnValue:
    """Listings that are probably one and the same."""
    with runtime().begin() as session:
        groups = list_twin_groups(session)
    return render_template("admin/program_twins.html", groups=groups, credential_labels=label.CREDENTIAL_LABELS)


@blueprint.get("/new")
@needs_role(IMPORTERS)
def new() -> ResponseReturnValue:
    """The form that begins a listing."""
    return render_template("admin/program_new.html", form=NewListingForm())


@blueprint.post("/new")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def create() -> ResponseReturnValue:
    """Begin a listing: a draft that nobody else sees."""
    built, form = runtime(), NewListingForm()
    if form.validate_on_submit():
        program_id, name = form.program_id.data or "", form.name.data or ""
        try:
            with built.begin() as session:
                written = drafts.Written({"name": name, "institution": form.institution.data or ""})
                made = drafts.begin_new(session, built.clock, written, program_id=program_id, actor=staff().email)
                write_down(session, "began", "listing", program_id, after={"name": name})
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            return redirect(url_for("admin.listing_drafts.detail", row_id=made), 303)
    return render_template("admin/program_new.html", form=form), 422


@blueprint.get("/listing/<program_id>")
@needs_role(EVERYONE)
def detail(program_id: str) -> ResponseReturnValue:
    """One listing: what it says, how complete it is, what it said before, what it may be the same as."""
    today, stale_days = _today()
    with runtime().begin() as session:
        found = get_listing_state(session, program_id, today=today, stale_days=stale_days)
        revisions = list_revisions(session, program_id)
        alike = list_twins(session, program_id)
        draft = find_draft(session, program_id)
    return render_template(
        "admin/program.html",
        found=found,
        facts=listing_words.facts_of(found.listing),
        look=listing_words.STAGE_LOOKS[found.stage],
        completeness=completeness_of(found.listing),
        claims=claim_problems(found.listing),
        revisions=revisions,
        cause_words=listing_words.CAUSE_WORDS,
        labels=LABELS,
        label_of=listing_words.label_of,
        twins=alike,
        draft=draft,
        draft_look=listing_words.STAGE_LOOKS[draft.stage] if draft else None,
        may_edit=staff().may(IMPORTERS),
        may_archive=LISTING_LIFECYCLE.allows(found.stage, ListingStage.ARCHIVED),
        stale_days=stale_days,
    )


@blueprint.post("/listing/<program_id>/edit")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def edit(program_id: str) -> ResponseReturnValue:
    """Open the draft beside a listing, begun from what it says now."""
    built = runtime()
    with built.begin() as session:
        known = find_draft(session, program_id)
        draft_id = drafts.open_draft(session, built.clock, program_id, actor=staff().email)
        if known is None:
            write_down(session, "began", "listing", program_id, after={"stage": "draft"})
    return redirect(url_for("admin.listing_drafts.detail", row_id=draft_id), 303)


@blueprint.post("/listing/<program_id>/revisions/<int:until>/restore")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def restore_revision(program_id: str, until: int) -> ResponseReturnValue:
    """Write what a listing said before into a draft. It replaces an open one; nothing is published."""
    built = runtime()
    with built.begin() as session:
        former = find_revision(session, program_id, until)
        if former is None:
            raise NotFound("There is no such revision.")
        written, replaced = drafts.Written.of(former), find_draft(session, program_id)
        before = dict(get_draft(session, replaced.id).cells) if replaced else None
        draft_id = drafts.begin(
            session, built.clock, written, program_id=program_id, actor=staff().email, replace_open=True
        )
        after = {**written.cells, "said_until": until}
        write_down(session, "took up a revision", "listing", program_id, before=before, after=after)
    flash("What it said then stands in this draft. Nothing is published yet.", "info")
    return redirect(url_for("admin.listing_drafts.detail", row_id=draft_id), 303)


@blueprint.post("/listing/<program_id>/<any(archive, restore):move>")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def move(program_id: str, move: str) -> ResponseReturnValue:
    """Take a listing down, or put it back."""
    built = runtime()
    today, stale_days = _today()
    act, told = (
        (listings.archive, "Taken down. Lists that were made before still show it.")
        if move == "archive"
        else (listings.restore, "Published again, as it was.")
    )
    try:
        with built.begin() as session:
            before = get_listing_state(session, program_id, today=today, stale_days=stale_days).stage
            act(session, built.clock, program_id, stale_days=stale_days)
            after = get_listing_state(session, program_id, today=today, stale_days=stale_days).stage
            write_down(
                session, move, "listing", program_id, before={"stage": before.value}, after={"stage": after.value}
            )
    except InvalidTransition:
        flash("Somebody was quicker: it stands as shown here.", "info")
    else:
        flash(told, "good")
    return _to(program_id)


@blueprint.post("/verify")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def verify() -> ResponseReturnValue:
    """Say of one or more listings that they were checked today and are still true."""
    built = runtime()
    ids = [each for each in request.form.getlist("program_id") if PROGRAM_ID.fullmatch(each)][:_MOST_AT_ONCE]
    back = request.form.get("back", "")
    if not ids:
        flash("Tick what you checked.", "info")
        return redirect(url_for("admin.programs.index", stage="stale"), 303)
    on = built.clock.now().date()
    try:
        with built.begin() as session:
            days = {key: each.verified_on for key, each in listings_by_id(session, ids).items()}
            before = {"verified_on": {key: day.isoformat() if day else None for key, day in days.items()}}
            count = listings.verify(session, built.clock, ids, on=on)
            after = {"verified_on": on.isoformat(), "listings": ids}
            write_down(session, "verified", "listing", ids[0], before=before, after=after)
    except Refused as refusal:
        tell(refusal)
    else:
        flash(f"{count} marked as checked today.", "good")
    return _to(ids[0]) if back == "listing" else redirect(url_for("admin.programs.index", stage="stale"), 303)


def _wanted(asked: Mapping[str, str]) -> Wanted:
    stage, credential = chosen("stage", ListingStage, asked), chosen("credential", Credential, asked)
    return Wanted(
        text=searched("text", asked),
        stage=stage if stage not in _WRITING else None,
        source=searched("source", asked),
        credential=credential.value if credential else None,
    )


def _count(session: Session, asked: Mapping[str, str]) -> int:
    """How many a saved view shows: listings, or drafts where it asks for those being written."""
    today, stale_days = _today()
    stage = chosen("stage", ListingStage, asked)
    if stage in _WRITING:
        return stage_counts(session, today=today, stale_days=stale_days)[stage]
    return count_programs(session, _wanted(asked), today=today, stale_days=stale_days, most=COUNTED_TO)


def _today() -> tuple[date, int]:
    built = runtime()
    return built.clock.now().date(), built.settings.listing_stale_days


def _to(program_id: str) -> Response:
    return cast(Response, redirect(url_for("admin.programs.detail", program_id=program_id), 303))

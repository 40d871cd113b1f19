"""The import centre: send a file, say which column is which, look at what would change, publish, undo."""

import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from webapp.admin import import_words, words
from webapp.admin.guard import EVERYONE, IMPORTERS, needs_role, staff
from webapp.admin.import_forms import IpedsForm, MappingForm, UploadForm
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.clock import Clock
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.import_job import ImportJobStatus
from webapp.domain.listing import COLUMNS
from webapp.queries.catalog import export_listings, source_counts
from webapp.queries.import_job import (
    ImportJobDetail,
    find_import_papers,
    get_import_job,
    get_import_paper,
    list_open_imports,
)
from webapp.queries.past_import import get_import, list_imports
from webapp.services import import_job as jobs
from webapp.services import import_paper, import_upload
from webapp.services.catalog_file import write_listing_file
from webapp.ui.forms import BaseForm
from webapp.ui.lists import cursor, page_links, searched
from webapp.ui.refusals import tell

blueprint = Blueprint("imports", __name__, url_prefix="/imports")

MAX_BYTES: Final = import_upload.MAX_BYTES
_NUMBERS: Final = ("source", "status", "rows_read", "added", "changed", "withdrawn", "unchanged", "refused")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Imports that wait, past ones newest first, and for those who may import the forms for the next."""
    return _index(UploadForm(source="csv"), IpedsForm())


@blueprint.post("")
@rate_limited("10/minute;60/hour")
@needs_role(IMPORTERS)
def send() -> ResponseReturnValue:
    """Take a file in. What it would change is worked out next; nothing is published."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _index(form, IpedsForm()), 422
    sent = cast(FileStorage, form.file.data)
    about = {"source": form.source.data or "", "allow_withdrawals": bool(form.allow_withdrawals.data)}
    return _receive(form, {jobs.FILE: sent}, about, ipeds=False)


@blueprint.post("/ipeds")
@rate_limited("10/minute;60/hour")
@needs_role(IMPORTERS)
def send_ipeds() -> ResponseReturnValue:
    """Take the three files of IPEDS in."""
    form = IpedsForm()
    if not form.validate_on_submit():
        return _index(UploadForm(source="csv"), form), 422
    files = {role: cast(FileStorage, form[role].data) for role in jobs.IPEDS_FILES}
    return _receive(form, files, {"source": "ipeds"}, ipeds=True)


@blueprint.get("/export.csv")
@needs_role(EVERYONE)
def export() -> ResponseReturnValue:
    """What is published, of one source or of all, as a listing file: importing it again changes nothing."""
    source = searched("source")
    out = io.StringIO()
    with runtime().begin() as session:
        write_listing_file(export_listings(session, source), out)
    return _download(out.getvalue().encode(), f"listings-{source or 'all'}.csv")


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One past import with what was wrong and what changed."""
    with runtime().begin() as session:
        found = get_import(session, row_id)
        papers = find_import_papers(session, row_id) if staff().may(IMPORTERS) else None
    return render_template(
        "admin/import.html",
        found=found,
        papers=papers,
        look=import_words.look_of(found.row),
        change_looks=words.CHANGE_LOOKS,
        may_undo=staff().may(IMPORTERS) and found.row.status == "applied" and found.row.undone_at is None,
    )


@blueprint.post("/<uuid:row_id>/undo")
@rate_limited("10/minute;60/hour")
@needs_role(IMPORTERS)
def undo(row_id: UUID) -> ResponseReturnValue:
    """Have a worker put back what an import replaced."""
    built = runtime()
    try:
        with built.begin() as session:
            job_id = jobs.start_undo(session, built.clock, row_id, staff_id=staff().id, actor=staff().email)
            row = get_import(session, row_id).row
            numbers = {name: getattr(row, name) for name in _NUMBERS}
            after = {"job": str(job_id), "state": get_import_job(session, job_id).status.value}
            write_down(session, "undo asked for", "listing file", str(row_id), before=numbers, after=after)
    except InvalidTransition:
        flash("It is being undone already, or was.", "info")
        return redirect(url_for("admin.imports.detail", row_id=row_id), 303)
    built.wake_up.nudge()
    return redirect(url_for("admin.imports.job", row_id=job_id), 303)


@blueprint.get("/jobs/<uuid:row_id>")
@needs_role(IMPORTERS)
def job(row_id: UUID) -> ResponseReturnValue:
    """One import on its way: what it waits for, how far a worker is, what was found."""
    with runtime().begin() as session:
        found = get_import_job(session, row_id)
    if found.status is ImportJobStatus.MAPPING:
        return redirect(url_for("admin.imports.columns", row_id=row_id))
    return render_template(
        "admin/import_job.html",
        job=found,
        look=import_words.JOB_LOOKS[found.status],
        at_work=import_words.AT_WORK_WORDS.get(found.status, ""),
        steps=import_words.steps_of(found.status),
        change_looks=words.CHANGE_LOOKS,
    )


@blueprint.get("/jobs/<uuid:row_id>/columns")
@needs_role(IMPORTERS)
def columns(row_id: UUID) -> ResponseReturnValue:
    """Which column of the file is which: guessed, and to be put right."""
    with runtime().begin() as session:
        found = get_import_job(session, row_id)
    return _columns(found, MappingForm.of(found.header, found.mapping))


@blueprint.post("/jobs/<uuid:row_id>/columns")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def choose_columns(row_id: UUID) -> ResponseReturnValue:
    """Decide which column is which, and check the file."""
    built = runtime()
    with built.begin() as session:
        found = get_import_job(session, row_id)
    form = MappingForm.sent(found.header)
    if form.validate_on_submit():
        mapping = form.mapping(found.header)
        try:
            with built.begin() as session:
                jobs.choose_columns(session, built.clock, row_id, mapping)
                about = {"source": found.source, "filename": found.filename}
                before, after = {**about, **found.mapping.to_json()}, {**about, **mapping.to_json()}
                write_down(session, "mapped", "listing file", str(row_id), before=before, after=after)
        except Refused as refusal:
            form.form_errors.extend(f"{problem.what} {problem.remedy}" for problem in refusal.problems)
        except InvalidTransition:
            return _too_late(row_id)
        else:
            built.wake_up.nudge()
            return redirect(url_for("admin.imports.job", row_id=row_id), 303)
    return _columns(found, form), 422


@blueprint.post("/jobs/<uuid:row_id>/institutions")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def choose_institutions(row_id: UUID) -> ResponseReturnValue:
    """Say which known institutions the names of the file stand for, and check it again."""
    count = min(request.form.get("count", 0, type=int), 1000)
    pairs = ((request.form.get(f"name-{n}", ""), request.form.get(f"is-{n}", "")) for n in range(count))
    chosen = {name: key for name, key in pairs if name and "\0" not in name + key}
    taken = _step(
        row_id,
        "institutions chosen",
        lambda session, clock, job_id: jobs.choose_institutions(session, clock, job_id, chosen),
        after={"institutions": chosen},
    )
    return taken or _to_job(row_id)


@blueprint.post("/jobs/<uuid:row_id>/allow")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def allow(row_id: UUID) -> ResponseReturnValue:
    """Let the file withdraw most of its source, and check it again."""
    return _step(row_id, "withdrawals allowed", jobs.allow_withdrawals) or _to_job(row_id)


@blueprint.post("/jobs/<uuid:row_id>/check")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def check(row_id: UUID) -> ResponseReturnValue:
    """Check the file again."""
    return _step(row_id, "checked again", jobs.check_again) or _to_job(row_id)


@blueprint.post("/jobs/<uuid:row_id>/apply")
@rate_limited("10/minute;60/hour")
@needs_role(IMPORTERS)
def apply(row_id: UUID) -> ResponseReturnValue:
    """Have a worker publish what the file says."""
    act = partial(jobs.start_apply, staff_id=staff().id, actor=staff().email)
    return _step(row_id, "import asked for", act) or _to_job(row_id)


@blueprint.post("/jobs/<uuid:row_id>/discard")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def discard(row_id: UUID) -> ResponseReturnValue:
    """Throw a waiting file away."""
    refused = _step(row_id, "discarded", lambda session, _clock, job_id: jobs.discard(session, job_id))
    if refused is None:
        flash("The file was thrown away. Nothing was changed.", "good")
    return refused or redirect(url_for("admin.imports.index"), 303)


@blueprint.get("/jobs/<uuid:row_id>/<any(rejects, differences):paper>.csv")
@needs_role(IMPORTERS)
def paper(row_id: UUID, paper: str) -> ResponseReturnValue:
    """Everything that is wrong with the file, or everything that changes, as CSV."""
    with runtime().begin() as session:
        packed = get_import_paper(session, row_id, paper)
        name = get_import_job(session, row_id).filename.rpartition(".")[0] or "import"
    return _download(import_paper.unpack(packed), f"{secure_filename(name)}-{paper}.csv")


def _receive(
    form: BaseForm, files: Mapping[str, FileStorage], about: Mapping[str, Any], *, ipeds: bool
) -> ResponseReturnValue:
    built = runtime()
    names = [secure_filename(each.filename or "") or "listings.csv" for each in files.values()]
    try:
        with built.begin() as session:
            job_id = jobs.receive(
                session,
                built.clock,
                {role: cast(BinaryIO, each.stream) for role, each in files.items()},
                filename=", ".join(names),
                staff_id=staff().id,
                actor=staff().email,
                max_bytes=MAX_BYTES,
                **about,
            )
            write_down(session, "sent", "listing file", str(job_id), after={**about, "filename": ", ".join(names)})
    except Refused as refusal:
        for problem in refusal.problems:
            field = form[problem.where] if problem.where in form else form[next(iter(files))]
            field.errors = [*field.errors, f"{problem.what} {problem.remedy}".strip()]
        shown = (UploadForm(formdata=None, source="csv"), form) if ipeds else (form, IpedsForm(formdata=None))
        return _index(*shown), 422
    built.wake_up.nudge()
    return redirect(url_for("admin.imports.job", row_id=job_id), 303)


def _step(
    row_id: UUID, action: str, act: Callable[[Session, Clock, UUID], None], *, after: Mapping[str, Any] | None = None
) -> Response | None:
    """One step of an import, written down with what was known of it before; where it was not taken, what to answer."""
    built = runtime()
    try:
        with built.begin() as session:
            found = get_import_job(session, row_id)
            act(session, built.clock, row_id)
            numbers = {name: found.report[name] for name in _NUMBERS} if found.report else {"source": found.source}
            before = {**numbers, "filename": found.filename, "state": found.status.value}
            now = {**(after or {}), "state": get_import_job(session, row_id).status.value}
            write_down(session, action, "listing file", str(row_id), before=before, after=now)
    except Refused as refusal:
        tell(refusal)
        return _to_job(row_id)
    except InvalidTransition:
        return _too_late(row_id)
    built.wake_up.nudge()
    return None


def _too_late(row_id: UUID) -> Response:
    flash("Somebody was quicker: the import has gone on since this page was opened. This is how it stands.", "info")
    return _to_job(row_id)


def _to_job(row_id: UUID) -> Response:
    return cast(Response, redirect(url_for("admin.imports.job", row_id=row_id), 303))


def _index(form: UploadForm, ipeds: IpedsForm) -> str:
    may = staff().may(IMPORTERS)
    with runtime().begin() as session:
        page = list_imports(session, cursor=cursor())
        waiting = list_open_imports(session) if may else []
        sources = source_counts(session)
    return render_template(
        "admin/imports.html",
        form=form if may else None,
        ipeds=ipeds,
        page=page,
        waiting=waiting,
        sources=sources,
        job_looks=import_words.JOB_LOOKS,
        look_of=import_words.look_of,
        **page_links(page),
    )


def _columns(found: ImportJobDetail, form: MappingForm) -> str:
    return render_template(
        "admin/import_columns.html",
        job=found,
        form=form,
        rows=[
            {"name": name, "field": field, "sample": [cells[n] for cells in found.sample if n < len(cells)]}
            for n, (name, field) in enumerate(zip(found.header, form.chosen_fields(), strict=True))
        ],
        steps=import_words.steps_of(ImportJobStatus.MAPPING),
        known=len(COLUMNS),
    )


def _download(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype="text/csv; charset=utf-8", as_attachment=True, download_name=name)

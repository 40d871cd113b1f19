"""Imports of listing files: send, look at what would change, apply."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from webapp.admin import words
from webapp.admin.forms import UploadForm
from webapp.admin.guard import EVERYONE, IMPORTERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.queries.catalog_imports import get_import, list_imports
from webapp.services import upload as uploads
from webapp.services.catalog import import_listings
from webapp.services.catalog_file import read_listing_file
from webapp.services.catalog_report import ImportReport
from webapp.services.upload import Upload
from webapp.ui.lists import cursor, page_links

blueprint = Blueprint("imports", __name__, url_prefix="/imports")

MAX_BYTES = 50 * 1024 * 1024


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Past imports, newest first, and for those who may import the form for the next."""
    form = UploadForm(source="csv") if staff().may(IMPORTERS) else None
    return _index(form)


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One past import with what was wrong and what changed."""
    with runtime().begin() as session:
        found = get_import(session, row_id)
    return render_template(
        "admin/import.html", found=found, look=words.IMPORT_LOOKS[found.row.status], change_looks=words.CHANGE_LOOKS
    )


@blueprint.post("")
@rate_limited("10/minute;60/hour")
@needs_role(IMPORTERS)
def check() -> ResponseReturnValue:
    """Take a file in and do a dry run of it. Nothing is published."""
    built, form = runtime(), UploadForm()
    uploads.discard_old(_folder(), built.clock)
    if not form.validate_on_submit():
        return _index(form), 422
    sent = cast(FileStorage, form.file.data)
    about = {
        "source": form.source.data,
        "filename": secure_filename(sent.filename or "") or "listings.csv",
        "allow_withdrawals": form.allow_withdrawals.data,
    }
    try:
        kept = uploads.keep(
            _folder(), built.clock, cast(BinaryIO, sent.stream), staff_id=staff().id, about=about, max_bytes=MAX_BYTES
        )
    except Refused as refusal:
        form.file.errors = [f"{problem.what} {problem.remedy}" for problem in refusal.problems]
        return _index(form), 422
    uploads.describe(kept, {**about, "report": _run(kept, dry_run=True).to_json()})
    return redirect(url_for("admin.imports.preview", token=kept.token), 303)


@blueprint.get("/check/<token>")
@needs_role(IMPORTERS)
def preview(token: str) -> ResponseReturnValue:
    """What the file would change, and what is wrong with it."""
    kept = uploads.find(_folder(), runtime().clock, token, staff_id=staff().id)
    return render_template(
        "admin/import_check.html",
        token=token,
        report=kept.about["report"],
        source=kept.about["source"],
        change_looks=words.CHANGE_LOOKS,
    )


@blueprint.post("/check/<token>/apply")
@rate_limited("10/minute;60/hour")
@needs_role(IMPORTERS)
def apply(token: str) -> ResponseReturnValue:
    """Publish what the file says. The file is deleted afterwards."""
    kept = uploads.find(_folder(), runtime().clock, token, staff_id=staff().id)
    report = _run(kept, dry_run=False)
    uploads.discard(kept)
    if report.is_refused:
        flash("The file was refused and nothing was changed. What was wrong stands below.", "error")
    else:
        flash(f"Done: {report.added} added, {report.changed} changed, {report.withdrawn} withdrawn.", "good")
    return redirect(url_for("admin.imports.detail", row_id=report.import_id), 303)


@blueprint.post("/check/<token>/discard")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def discard(token: str) -> ResponseReturnValue:
    """Throw a file away that was only checked."""
    kept = uploads.find(_folder(), runtime().clock, token, staff_id=staff().id)
    uploads.discard(kept)
    with runtime().begin() as session:
        write_down(session, "discarded", "upload", str(kept.about["filename"]), before=_told(kept.about["report"]))
    flash("The file was thrown away. Nothing was changed.", "good")
    return redirect(url_for("admin.imports.index"), 303)


def _run(kept: Upload, *, dry_run: bool) -> ImportReport:
    built = runtime()
    with built.begin() as session, kept.path.open("rb") as stream:
        report = import_listings(
            session,
            built.clock,
            source=str(kept.about["source"]),
            filename=str(kept.about["filename"]),
            rows=read_listing_file(stream, max_bytes=MAX_BYTES),
            dry_run=dry_run,
            staff_id=staff().id,
            allow_withdrawals=bool(kept.about["allow_withdrawals"]),
        )
        action = "checked" if dry_run else "imported"
        before = None if dry_run else _told(kept.about["report"])
        write_down(session, action, "listing file", report.filename, before=before, after=_told(report.to_json()))
    return report


def _told(report: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "source",
        "status",
        "rows_read",
        "added",
        "changed",
        "withdrawn",
        "unchanged",
        "refused",
        "catalog_version",
    )
    return {name: report[name] for name in names}


def _index(form: UploadForm | None) -> str:
    with runtime().begin() as session:
        page = list_imports(session, cursor=cursor())
    return render_template(
        "admin/imports.html", form=form, page=page, import_looks=words.IMPORT_LOOKS, **page_links(page)
    )


def _folder() -> Path:
    return runtime().settings.var_dir / "uploads"

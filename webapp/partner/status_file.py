"""A file of statuses: checked line by line first, then written whole or not at all."""

import io
from typing import BinaryIO, Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.funnel import FUNNEL_LABELS
from webapp.domain.partner_role import WORKS_WITH_LEADS
from webapp.partner.guard import member, needs_role
from webapp.partner.status_form import StatusFileForm
from webapp.partner.trail import write_down
from webapp.services import status_file
from webapp.services.status_file import COLUMNS, MOST_SHOWN, StatusReport
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("status_file", __name__, url_prefix="/leads/status-file")

MOST_KEPT: Final = 400_000
"""So many bytes of a file that was checked come back with the page, to be written by one press; a longer one is
chosen again."""
EXAMPLE: Final = (
    ("0198c1f2-5a3e-7b11-9d55-1f2e3a4b5c6d", "contacted", "2026-11-24"),
    ("0198c1f2-5a3e-7b11-9d55-1f2e3a4b5c6d", "applied", "2026-11-27"),
    ("0198c1f3-0c77-7a02-8e10-6b5a4f3e2d1c", "qualified", "2026-11-25"),
)


@blueprint.get("")
@needs_role(WORKS_WITH_LEADS)
def index() -> ResponseReturnValue:
    """The form, and what a file looks like."""
    return _page(StatusFileForm(), None)


@blueprint.get("/example.csv")
@needs_role(WORKS_WITH_LEADS)
def example() -> ResponseReturnValue:
    """A sample file, of leads that nobody has."""
    lines = "".join(",".join(line) + "\r\n" for line in (COLUMNS, *EXAMPLE))
    headers = {"Content-Disposition": 'attachment; filename="statuses-example.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


@blueprint.post("")
@rate_limited("20/minute")
@needs_role(WORKS_WITH_LEADS)
def send() -> ResponseReturnValue:
    """Check a file, or write down what the checked one says if all of it is right."""
    built, form, who = runtime(), StatusFileForm(), member()
    is_check = request.form.get("what") != "write"
    report, kept = None, None
    content = _content(form)
    if form.validate() and content is None:
        form.file.errors = ["Choose a file."]
    elif content is not None and not form.errors:
        try:
            with built.begin() as session:
                if is_check:
                    report = status_file.check(session, built.clock, who.partner_id, content)
                else:
                    report = status_file.apply(session, built.clock, who.partner_id, content, actor=who.email)
                    told = {"rows": report.rows, "news": report.news, "written": "yes" if report.applied else "no"}
                    write_down(session, "sent", "status_file", str(who.partner_id), after=told)
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            kept = _kept(content) if not report.faults and not report.applied else None
    return _page(form, report, kept), 200 if report is not None and not report.faults else 422


def _content(form: StatusFileForm) -> BinaryIO | None:
    """The file that was chosen, or else the one the page brought along."""
    if form.file.data is not None:
        stream: BinaryIO = form.file.data.stream
        return stream
    return io.BytesIO(form.kept.data.encode()) if form.kept.data else None


def _kept(content: BinaryIO) -> str | None:
    content.seek(0)
    start = content.read(MOST_KEPT + 1)
    return start.decode("utf-8-sig") if len(start) <= MOST_KEPT else None


def _page(form: StatusFileForm, report: StatusReport | None, kept: str | None = None) -> str:
    return render_template(
        "partner/status_file.html",
        form=form,
        report=report,
        kept=kept,
        steps=FUNNEL_LABELS,
        columns=COLUMNS,
        example=EXAMPLE,
        most=MOST_SHOWN,
    )

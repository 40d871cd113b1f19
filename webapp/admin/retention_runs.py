"""Retention: what each run removed, when the next is due, and what it would remove now."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, SENDERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.retention import RUN_EVERY, WORK_LABELS
from webapp.queries.retention_run import list_retention_runs, next_run_at
from webapp.services import retention_run
from webapp.ui.lists import cursor, page_links

blueprint = Blueprint("retention_runs", __name__, url_prefix="/retention")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Runs that removed something, the newest first."""
    return _page(None)


@blueprint.post("/preview")
@rate_limited("6/minute")
@needs_role(SENDERS)
def preview() -> ResponseReturnValue:
    """What a run would remove now. Everything is put back; posted, since it takes the locks that a run takes."""
    built = runtime()
    with built.begin() as session:
        found = dict(retention_run.preview(session, built.clock))
        write_down(session, "previewed", "retention", "next run", after=found)
    return _page(found)


def _page(found: dict[str, int] | None) -> str:
    with runtime().begin() as session:
        page = list_retention_runs(session, cursor=cursor())
        due_at = next_run_at(session)
    return render_template(
        "admin/retention_runs.html",
        page=page,
        preview=found,
        next_at=due_at,
        minutes=RUN_EVERY.total_seconds() // 60,
        works=WORK_LABELS,
        may_preview=staff().may(SENDERS),
        **page_links(page),
    )

"""The first page: today in figures, and what needs a person."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.forms import FindForm
from webapp.admin.guard import EVERYONE, SEES_PEOPLE, needs_role, staff
from webapp.context import rate_limited, runtime
from webapp.domain.ids import address_key
from webapp.queries.finding import find_by_id
from webapp.queries.overview import get_overview
from webapp.queries.weights import waiting_proposals

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Counts of today and the list of what needs attention."""
    built = runtime()
    with built.begin() as session:
        overview = get_overview(session, built.clock.now())
        proposals = waiting_proposals(session)
    return render_template(
        "admin/overview.html",
        overview=overview,
        weights_proposals=proposals,
        lead_looks=words.LEAD_LOOKS,
        message_looks=words.MESSAGE_LOOKS,
        import_looks=words.IMPORT_LOOKS,
    )


@blueprint.post("/find")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def find() -> ResponseReturnValue:
    """Go to what the box names: a thing by its id, a student by e-mail address, programs by any words.

    Posted, so that no e-mail address stands in an address bar or a log.
    """
    form = FindForm()
    if not form.validate_on_submit():
        return redirect(url_for("admin.overview.index"))
    text = form.text.data or ""
    if "@" in text and not staff().may(SEES_PEOPLE):
        # Searched as words it would stand in the address bar and the log.
        flash("Your role does not look for people. Search for an id or a program.", "warm")
        return redirect(url_for("admin.overview.index"))
    if "@" in text:
        person = address_key(runtime().links.secret, text).hex()
        return redirect(url_for("admin.submissions.index", person=person))
    with runtime().begin() as session:
        found = find_by_id(session, text)
    if found is not None:
        return redirect(url_for(f"admin.{found.kind}.detail", row_id=found.id))
    return redirect(url_for("admin.programs.index", text=text))

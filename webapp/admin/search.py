"""The one search box: by id straight to the page, else what was found of each noun."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin import partner_words, words
from webapp.admin.forms import FindForm
from webapp.admin.guard import EVERYONE, SEES_PEOPLE, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.ids import address_key
from webapp.domain.search_words import SearchWords
from webapp.queries.search import MOST_COUNTED, Findings, find_by_id, search

blueprint = Blueprint("search", __name__)


@blueprint.post("/find")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def find() -> ResponseReturnValue:
    """Go to what the box names, or show what has its words.

    Posted, so that neither a name nor an address stands in an address bar or a log. What students were shown is written
    down, and the words are not.
    """
    form, built = FindForm(), runtime()
    if not form.validate_on_submit():
        for error in form.text.errors:
            flash(str(error), "warm")
        return redirect(url_for("admin.overview.index"))
    asked, sees_people = SearchWords((form.text.data or "").strip()), staff().may(SEES_PEOPLE)
    key = address_key(built.links.secret, asked.text) if asked.is_address else None
    if asked.is_address and not sees_people:
        flash("Your role does not look for people. Search for an id, a partner or a program.", "warm")
        return redirect(url_for("admin.overview.index"))
    with built.begin() as session:
        by_id = find_by_id(session, asked)
        found = None if by_id else search(session, asked, email_key=key, sees_people=sees_people)
        if found is not None:
            _note(session, found)
    if by_id is not None:
        return redirect(url_for(f"admin.{by_id.kind}.detail", row_id=by_id.id))
    return render_template(
        "admin/search.html",
        asked=asked,
        found=found,
        key=key,
        most=MOST_COUNTED,
        sees_people=sees_people,
        lead_look=words.lead_look,
        reason_words=words.reason_words,
        partner_looks=partner_words.PARTNER_LOOKS,
        listing_looks=words.LISTING_LOOKS,
    )


def _note(session: Session, found: Findings) -> None:
    shown: list[UUID] = [row.submission_id for row in found.people.rows]
    if shown:
        write_down(session, "searched", "submission", "-", after={"shown": [str(each) for each in shown]})

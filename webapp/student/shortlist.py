"""The shortlist: what is on it, adding, taking off, putting in order. It is kept with the draft, without a name."""

import re
from datetime import timedelta

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.domain.listing import PROGRAM_ID, Listing
from webapp.domain.listing_words import length, price, teaching, where
from webapp.queries.published_program import listed_programs
from webapp.queries.shortlist import shortlisted_ids
from webapp.services import draft as drafts
from webapp.services import shortlist
from webapp.services.draft import OpenDraft
from webapp.student.arrival import attribution
from webapp.student.drafts import current_draft, remember
from webapp.student.forms.goal import CREDENTIAL_WORDS
from webapp.student.own_page import keep_private
from webapp.student.program_page import for_you
from webapp.student.reader import current_reader, judged_for

blueprint = Blueprint("shortlist", __name__)

_LOCAL = re.compile(r"/(?:[\w.~:=&%+-][\w./~:=&?%+-]*)?(?:#[\w-]+)?", re.ASCII)
LONGEST_WAY_BACK = 2000


keep_private(blueprint)


@blueprint.get("/shortlist")
def show() -> ResponseReturnValue:
    """The programs on the list in the student's order, each with how it stands for them."""
    reader = current_reader()
    ids = own_shortlist()
    with runtime().begin() as session:
        programs = listed_programs(session, ids)
    judged = judged_for(reader, ids)
    cards = [
        {
            "program_id": each,
            "listing": program.listing,
            "is_demo": program.is_demo,
            "is_published": program.is_published,
            "place": where(program.listing),
            "facts": _facts(program.listing),
            "for_you": for_you(judged[each]) if each in judged else None,
        }
        for each, program in programs.items()
    ]
    return render_template(
        "student/shortlist.html",
        cards=cards,
        reader=reader,
        most=shortlist.MOST,
        has_demo=any(card["is_demo"] for card in cards),
    )


@blueprint.post("/shortlist/add")
@rate_limited("60/minute;600/hour")
def add() -> ResponseReturnValue:
    """Put a program on the list. Somebody who has no draft yet gets an empty one to keep it in."""
    built, program_id = runtime(), _named_program()
    draft = current_draft()
    try:
        with built.begin() as session:
            draft = draft or _new_draft(session)
            shortlist.add(session, built.clock, draft.id, program_id)
    except NotFound:
        abort(404)
    except Refused as refusal:
        for problem in refusal.problems:
            flash(f"{problem.what} {problem.remedy}", "warm")
    response: Response = make_response(redirect(_way_back(), 303))
    if draft is not None:
        remember(response, draft)
    return response


@blueprint.post("/shortlist/remove")
@rate_limited("60/minute;600/hour")
def remove() -> ResponseReturnValue:
    """Take a program off the list."""
    program_id, draft = _named_program(), current_draft()
    if draft is not None:
        with runtime().begin() as session:
            shortlist.remove(session, draft.id, program_id)
    return redirect(_way_back(), 303)


@blueprint.post("/shortlist/move")
@rate_limited("120/minute;1200/hour")
def move() -> ResponseReturnValue:
    """Move a program one place up or down."""
    built, program_id, draft = runtime(), _named_program(), current_draft()
    towards = request.form.get("to")
    if draft is None or towards not in ("up", "down"):
        abort(404)
    try:
        with built.begin() as session:
            shortlist.move(session, draft.id, program_id, up=towards == "up")
    except NotFound:
        abort(404)
    return redirect(_way_back(), 303)


def own_shortlist() -> tuple[str, ...]:
    """The ids on this browser's list; looked up once a request."""
    if "shortlist" not in g:
        draft = current_draft()
        g.shortlist = ()
        if draft is not None:
            with runtime().begin() as session:
                g.shortlist = shortlisted_ids(session, draft.id)
    ids: tuple[str, ...] = g.shortlist
    return ids


def for_templates() -> dict[str, object]:
    """What every page of the student may ask about the list: `shortlisted()` and where a button leads back to."""
    return {"shortlisted": own_shortlist, "this_page": _this_page}


def _this_page() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def _named_program() -> str:
    program_id = request.form.get("program", "")
    if not PROGRAM_ID.fullmatch(program_id):
        abort(404)
    return program_id


def _way_back() -> str:
    """Where the button stood: a path of ours, or else the shortlist. Never another site."""
    path = request.form.get("back", "")
    if len(path) <= LONGEST_WAY_BACK and _LOCAL.fullmatch(path):
        return path
    return url_for("student.shortlist.show")


def _new_draft(session: Session) -> OpenDraft:
    built = runtime()
    keep = timedelta(days=built.settings.draft_expiry_days)
    draft = drafts.start(session, built.clock, built.links, keep=keep, attribution=attribution())
    session.flush()
    return draft


def _facts(listing: Listing) -> str:
    cost = price(listing)
    parts = (CREDENTIAL_WORDS[listing.credential][0], teaching(listing), length(listing))
    told = [part for part in parts if part]
    return " · ".join([*told, cost.text if cost else "Price not published"])

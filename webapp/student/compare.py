"""Up to four programs side by side."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.listing import PROGRAM_ID
from webapp.queries.published_program import listed_programs
from webapp.student.compare_page import compare_page
from webapp.student.own_page import keep_private
from webapp.student.programs import finder
from webapp.student.reader import current_reader, judged_for
from webapp.student.shortlist import own_shortlist

blueprint = Blueprint("compare", __name__)

MOST = 4
MOST_NAMED = 40
"""So many programs an address may name; the rest is not looked at."""


keep_private(blueprint)


@blueprint.get("/compare")
def show() -> ResponseReturnValue:
    """The programs that the address names, or the first of the shortlist."""
    named = request.args.getlist("program")[:MOST_NAMED]
    asked = list(dict.fromkeys(each for each in named if PROGRAM_ID.fullmatch(each))) or list(own_shortlist())
    with runtime().begin() as session:
        found = listed_programs(session, asked)
    published = {each: program for each, program in found.items() if program.is_published}
    ids = list(published)[:MOST]
    reader = current_reader()
    only = request.args.get("only") == "differences"
    page = compare_page(
        [published[each] for each in ids],
        judged_for(reader, ids),
        finder(runtime().snapshot.current()),
        only_differences=only,
    )
    return render_template(
        "student/compare.html",
        page=page,
        reader=reader,
        most=MOST,
        left=[published[each].listing.name for each in list(published)[MOST:]],
        missing=len(set(named)) - len(published) if named else 0,
        without={each: url_for(".show", program=[other for other in ids if other != each]) for each in ids},
        other_url=url_for(".show", program=ids, only=None if only else "differences"),
        has_demo=any(published[each].is_demo for each in ids),
    )

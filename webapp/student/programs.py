"""Programs for everyone: the index with its search, and a page for each published listing."""

import hmac
import json
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.credential import Credential
from webapp.domain.errors import NotFound
from webapp.domain.label import credential_label
from webapp.domain.listing import PROGRAM_ID
from webapp.domain.listing_words import length, price, teaching, where
from webapp.domain.profile import Modality
from webapp.matching.catalog import Catalog
from webapp.queries.listing_draft import get_draft
from webapp.queries.paging import Page
from webapp.queries.published_program import ListedProgram, Search, find_program, list_published
from webapp.services.listing_draft import Written
from webapp.student.cards import find_listing
from webapp.student.checklist import Bridge
from webapp.student.forms.goal import CREDENTIAL_WORDS
from webapp.student.forms.program_search import ProgramSearchForm
from webapp.student.program_page import program_page
from webapp.student.reader import current_reader, judged_for

blueprint = Blueprint("programs", __name__)


@blueprint.get("/programs")
def index() -> ResponseReturnValue:
    """Every published program, or those that fit what is looked for, in the order of their names."""
    form = ProgramSearchForm(formdata=request.args)
    fine = form.validate()
    page: Page[ListedProgram] = Page((), None, None)
    if fine:
        try:
            with runtime().begin() as session:
                page = list_published(session, _search(form), cursor=request.args.get("page") or None)
        except NotFound:
            abort(404)
    html = render_template(
        "student/programs.html",
        form=form,
        programs=[_row(program) for program in page.items],
        is_searched=any(value for name, value in request.args.items() if name != "page"),
        has_demo=any(program.is_demo for program in page.items),
        canonical=runtime().settings.base_url + url_for(".index"),
        previous_url=_page_url(page.back),
        next_url=_page_url(page.on),
    )
    return html, 200 if fine else 422


@blueprint.get("/programs/<program_id>")
def show(program_id: str) -> ResponseReturnValue:
    """One program: its facts, what it asks for and, for a reader who told us something, how it stands for them."""
    if not PROGRAM_ID.fullmatch(program_id):
        return _missing(None), 404
    built = runtime()
    with built.begin() as session:
        program = find_program(session, program_id)
    if program is None:
        return _missing(None), 404
    if not program.is_published:
        return _missing(program), 410
    reader = current_reader()
    judgement = judged_for(reader, [program_id]).get(program_id)
    address = built.settings.base_url + url_for(".show", program_id=program_id)
    page = program_page(program, judgement, finder(built.snapshot.current()), address)
    response: Response = make_response(
        render_template("student/program.html", page=page, canonical=address, reader=reader)
    )
    if program.is_demo:
        response.headers["X-Robots-Tag"] = "noindex"  # an invented program is nothing to be found by
    return response


@blueprint.get("/programs/preview/<uuid:draft_id>/<token>")
def preview(draft_id: UUID, token: str) -> ResponseReturnValue:
    """A listing that staff are writing, as students would see it. Only who has the link finds it."""
    built = runtime()
    if not hmac.compare_digest(token.encode(), built.links.preview_token(draft_id).encode()):
        abort(404)
    try:
        with built.begin() as session:
            draft = get_draft(session, draft_id)
    except NotFound:
        abort(404)
    listing, faults = Written(draft.cells, draft.sources).read()
    if listing is None:
        response = make_response(render_template("student/program_preview_faults.html", faults=faults))
    else:
        address = built.settings.base_url + url_for(".show", program_id=listing.program_id)
        program = ListedProgram(listing, is_published=True, is_demo=False)
        page = program_page(program, None, finder(built.snapshot.current()), address)
        schema = json.dumps(page.json_ld, indent=2, ensure_ascii=False)
        response = make_response(
            render_template(
                "student/program.html", page=page, canonical="", reader=current_reader(), preview=True, schema=schema
            )
        )
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


def finder(catalog: Catalog) -> Callable[[str], Bridge | None]:
    """Finds the name of a published program by its id."""

    def find(program_id: str) -> Bridge | None:
        listing = find_listing(catalog, program_id)
        return None if listing is None else Bridge(program_id, listing.name, listing.institution)

    return find


def _missing(program: ListedProgram | None) -> str:
    """The page for a program that is not there: withdrawn, or never was."""
    listing = None if program is None else program.listing
    return render_template(
        "student/program_gone.html",
        listing=listing,
        similar_url=None if listing is None else url_for(".index", credential=listing.credential.value),
        similar=None if listing is None else credential_label(listing.credential),
    )


def _search(form: ProgramSearchForm) -> Search:
    return Search(
        words=tuple((form.words.data or "").split()),
        credential=Credential(form.credential.data) if form.credential.data else None,
        modality=Modality(form.modality.data) if form.modality.data else None,
        state=form.state.data or None,
        price_cents=None if form.price.data is None else form.price.data * 100,
    )


def _row(program: ListedProgram) -> dict[str, object]:
    listing = program.listing
    return {
        "program_id": listing.program_id,
        "name": listing.name,
        "institution": listing.institution,
        "place": where(listing),
        "is_demo": program.is_demo,
        "credential": CREDENTIAL_WORDS[listing.credential][0],
        "modality": teaching(listing),
        "duration": length(listing),
        "price": price(listing),
    }


def _page_url(place: str | None) -> str | None:
    if place is None:
        return None
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return url_for(".index", **{**kept, "page": place})  # type: ignore[arg-type]  # filters are text

"""Published programs, as the catalogue has them: every fact with its source and date."""

from typing import Annotated, Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from webapp.api.access import caller, needs_key
from webapp.api.caching import revalidated
from webapp.api.paging import PageOf, PageQuery, known_cursor
from webapp.api.problem import Failure, json_answer
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.credential import Credential
from webapp.domain.geography import STATES
from webapp.domain.listing import COLUMNS, PROGRAM_ID
from webapp.domain.listing_row import to_row
from webapp.domain.profile import Modality
from webapp.queries.published_program import ListedProgram, Search, find_program, list_published

blueprint = APIBlueprint("programs", __name__, url_prefix="/programs")

StateCode = Annotated[str, StringConstraints(pattern=f"^({'|'.join(STATES)})$")]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]


class ProgramPath(BaseModel):
    program_id: str = Field(json_schema_extra={"pattern": r"^[a-z0-9][a-z0-9._:-]{0,79}$"})


class ProgramQuery(PageQuery):
    """Which programs."""

    mine: bool = Field(default=False, description="Only programs of institutions you speak for.")
    words: Words | None = Field(default=None, description="Each must stand in the name, school, topics or summary.")
    credential: Credential | None = None
    modality: Modality | None = None
    state: StateCode | None = Field(
        default=None, description="Programs with their campus there, or open to online students who live there."
    )


class FactSource(BaseModel):
    """Where a fact comes from, and as of when; null where that is not known."""

    model_config = ConfigDict(extra="forbid")

    source: str | None
    as_of: str | None


class Program(BaseModel):
    """A published program."""

    model_config = ConfigDict(extra="forbid")

    program_id: str
    name: str
    institution: str
    credential: Credential
    demo: bool = Field(description="Invented for demonstration.")
    facts: dict[str, str] = Field(
        description="Every published fact as text, under its column of the listing file (see docs/catalog.md). "
        "What is not there is unknown."
    )
    sources: dict[str, FactSource] = Field(description="The source and date of each fact.")


class ProgramPage(PageOf[Program]):
    model_config = ConfigDict(extra="forbid")


@blueprint.get("", summary="List published programs", operation_id="list_programs", responses={200: ProgramPage})
@needs_key(Scope.PROGRAMS_READ)
def index(query: ProgramQuery) -> Response:
    """Programs in the order of their names. The catalogue is the same for test and live keys."""
    search = Search(
        words=tuple((query.words or "").split()),
        credential=query.credential,
        modality=query.modality,
        state=query.state,
        partner_id=caller().partner_id if query.mine else None,
    )
    with runtime().begin() as session, known_cursor():
        page = list_published(session, search, cursor=query.cursor, size=query.limit)
    return json_answer(ProgramPage(items=[_out(found) for found in page.items], next_cursor=page.on))


@blueprint.get("/<program_id>", summary="Read one program", operation_id="get_program", responses={200: Program})
@needs_key(Scope.PROGRAMS_READ)
def show(path: ProgramPath) -> Response:
    """One program, while it is published."""
    if not PROGRAM_ID.fullmatch(path.program_id):
        raise Failure(404)
    with runtime().begin() as session:
        found = find_program(session, path.program_id)
    if found is None or not found.is_published:
        raise Failure(404)
    return revalidated(_out(found))


def _out(found: ListedProgram) -> Program:
    listing = found.listing
    facts = {column: text for column, text in to_row(listing).items() if text}
    sources: dict[str, Any] = {}
    for column in COLUMNS:
        if column in facts:
            told = listing.source_of(column)
            sources[column] = FactSource(source=told.source, as_of=told.as_of)
    return Program(
        program_id=listing.program_id,
        name=listing.name,
        institution=listing.institution,
        credential=listing.credential,
        demo=found.is_demo,
        facts=facts,
        sources=sources,
    )

"""Proposals for a partner's own listings. Staff decide on each; nothing is published by proposing it."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from sqlalchemy.orm import Session

from webapp.api.access import WRITES, caller, needs_key
from webapp.api.caching import revalidated
from webapp.api.paging import PageOf, PageQuery, known_cursor
from webapp.api.problem import Failure, json_answer
from webapp.api.writing import WriteHeaders, once
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.domain.errors import Problem, Refused
from webapp.domain.listing import COLUMNS
from webapp.domain.listing_row import REQUIRED
from webapp.domain.program_proposal import NOTE_LIMIT, ProposalKind, ProposalStatus
from webapp.queries.program_proposal import ProposalRow, get_proposal, list_proposals
from webapp.services.program_proposal import propose_listing, propose_removal, withdraw_proposal

blueprint = APIBlueprint("program_proposals", __name__, url_prefix="/program-proposals")

Cell = Annotated[str, StringConstraints(max_length=4000)]
Row = Annotated[
    dict[str, Cell],
    WithJsonSchema(
        {
            "type": "object",
            "properties": {column: {"type": "string", "maxLength": 4000} for column in COLUMNS},
            "required": list(REQUIRED),
            "additionalProperties": False,
        }
    ),
]
EXAMPLE: Final[dict[str, Any]] = {
    "kind": "listing",
    "listing": {
        "program_id": "larkspur-msds",
        "institution": "Larkspur Institute",
        "name": "M.S. in Data Science",
        "credential": "master",
        "cip": "30.7001",
        "modality": "online;hybrid",
        "months": "24",
        "tuition_total_usd": "21500",
        "source": "Larkspur Institute, tuition page",
        "verified_on": "2026-11-01",
    },
    "note": "New price from fall on.",
}


class ProposalPath(BaseModel):
    proposal_id: UUID


class ProposalQuery(PageQuery):
    """Which proposals."""

    status: ProposalStatus | None = None


class NewProposal(BaseModel):
    """A listing to publish, whole, or the removal of one. A listing replaces the one with the same `program_id`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": EXAMPLE})

    kind: ProposalKind
    listing: Row | None = Field(
        default=None,
        description="For kind `listing`: a row of the listing file, every cell as text, lists with ; between entries.",
    )
    program_id: Annotated[str, StringConstraints(max_length=80)] | None = Field(
        default=None, description="For kind `removal`: which of your listings."
    )
    note: Annotated[str, StringConstraints(max_length=NOTE_LIMIT)] | None = Field(
        default=None, description="What whoever decides should know."
    )


class Proposal(BaseModel):
    """A proposal, and what became of it."""

    model_config = ConfigDict(extra="forbid")

    proposal_id: UUID
    kind: ProposalKind
    program_id: str
    listing: dict[str, str] | None
    note: str | None
    status: ProposalStatus
    test: bool = Field(description="Made with a test key: it is never published.")
    created_at: datetime
    decided_at: datetime | None
    answer: str | None = Field(description="What our staff said to it.")


class ProposalPage(PageOf[Proposal]):
    model_config = ConfigDict(extra="forbid")


@blueprint.get("", summary="List your proposals", operation_id="list_proposals", responses={200: ProposalPage})
@needs_key(Scope.PROGRAMS_PROPOSE)
def index(query: ProposalQuery) -> Response:
    """Your proposals, newest first, with what became of them."""
    asking = caller()
    with runtime().begin() as session, known_cursor():
        page = list_proposals(
            session,
            partner_id=asking.partner_id,
            test=asking.test,
            status=query.status,
            cursor=query.cursor,
            size=query.limit,
        )
    return json_answer(ProposalPage(items=[_out(row) for row in page.items], next_cursor=page.on))


@blueprint.post(
    "", summary="Propose a listing or its removal", operation_id="create_proposal", responses={201: Proposal}
)
@needs_key(Scope.PROGRAMS_PROPOSE, limits=WRITES, takes_body=True)
def create(header: WriteHeaders, body: NewProposal) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """Staff look at it before anything is published."""
    asking = caller()

    def work(session: Session) -> Proposal:
        made = _propose(session, body)
        return _out(get_proposal(session, made, partner_id=asking.partner_id, test=asking.test))

    return once(work, status=201)


@blueprint.get(
    "/<uuid:proposal_id>", summary="Read one proposal", operation_id="get_proposal", responses={200: Proposal}
)
@needs_key(Scope.PROGRAMS_PROPOSE)
def show(path: ProposalPath) -> Response:
    """One proposal, and what became of it."""
    asking = caller()
    with runtime().begin() as session:
        row = get_proposal(session, path.proposal_id, partner_id=asking.partner_id, test=asking.test)
    return revalidated(_out(row))


@blueprint.post(
    "/<uuid:proposal_id>/withdraw",
    summary="Take a proposal back",
    operation_id="withdraw_proposal",
    responses={200: Proposal},
)
@needs_key(Scope.PROGRAMS_PROPOSE, limits=WRITES)
def withdraw(header: WriteHeaders, path: ProposalPath) -> Response:  # noqa: ARG001  # the header is read where it is needed
    """Nobody decides on it any more."""
    asking, clock = caller(), runtime().clock
    own: dict[str, Any] = {"partner_id": asking.partner_id, "test": asking.test}

    def work(session: Session) -> Proposal:
        try:
            withdraw_proposal(session, clock, proposal_id=path.proposal_id, **own)
        except Refused as error:
            raise Failure(409, *error.problems) from None
        return _out(get_proposal(session, path.proposal_id, **own))

    return once(work)


def _propose(session: Session, body: NewProposal) -> UUID:
    asking, clock = caller(), runtime().clock
    given = {name for name in ("listing", "program_id") if getattr(body, name) is not None}
    wanted = "listing" if body.kind is ProposalKind.LISTING else "program_id"
    if given != {wanted}:
        raise Refused(Problem(wanted, f"A proposal of kind {body.kind} has {wanted}, and it alone.", "Send just that."))
    told: dict[str, Any] = {
        "partner_id": asking.partner_id,
        "note": body.note,
        "test": asking.test,
        "actor": asking.actor,
    }
    if body.listing is not None:
        return propose_listing(session, clock, listing=body.listing, **told)
    return propose_removal(session, clock, program_id=str(body.program_id), **told)


def _out(row: ProposalRow) -> Proposal:
    return Proposal(
        proposal_id=row.id,
        kind=row.kind,
        program_id=row.program_id,
        listing=row.listing,
        note=row.note,
        status=row.status,
        test=row.test,
        created_at=row.created_at,
        decided_at=row.decided_at,
        answer=row.answer,
    )

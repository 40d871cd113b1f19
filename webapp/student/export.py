"""Everything we hold, to read and to take along; and the certificate of what was allowed."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.queries.consents import ConsentChain, consent_chain
from webapp.queries.data_export import consents_document, data_export
from webapp.queries.my_data import find_person
from webapp.queries.receipt import find_receipt
from webapp.student.own_page import keep_private, person_of

blueprint = Blueprint("export", __name__)
keep_private(blueprint)


@blueprint.get("/my-data/<token>/export")
def page(token: str) -> ResponseReturnValue:
    """All of it on one page, to read and to print."""
    return render_template("student/my_data_export.html", document=_document(token), token=token)


@blueprint.get("/my-data/<token>/export.json")
def download(token: str) -> ResponseReturnValue:
    """The same for machines (docs/my-data-export.md)."""
    return _file(_document(token), "my-data.json")


@blueprint.get("/my-data/<token>/consents")
def certificate(token: str) -> ResponseReturnValue:
    """What was allowed and taken back, word for word, with the hash chain checked now. Stays after an erasure."""
    chain = _chain(token)
    return render_template("student/my_data_consents.html", chain=chain, token=token, checked_at=runtime().clock.now())


@blueprint.get("/my-data/<token>/consents.json")
def download_certificate(token: str) -> ResponseReturnValue:
    """The same for machines."""
    return _file(consents_document(_chain(token)), "my-consents.json")


def _document(token: str) -> dict[str, Any]:
    built, person = runtime(), person_of(token)
    with built.begin() as session:
        return data_export(session, person.prospect_id, at=built.clock.now())


def _chain(token: str) -> ConsentChain:
    with runtime().begin() as session:
        person, receipt = find_person(session, token), find_receipt(session, token)
        prospect_id: UUID = person.prospect_id if person else receipt.prospect_id if receipt else abort(404)
        return consent_chain(session, prospect_id)


def _file(document: dict[str, Any], name: str) -> Response:
    response = Response(json.dumps(document, ensure_ascii=False, indent=2) + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

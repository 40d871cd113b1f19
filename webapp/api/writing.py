"""Writing operations: one transaction each, and a repeat of a request is answered as the first was."""

from collections.abc import Callable
from typing import Annotated, Final

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from webapp.api.access import caller
from webapp.api.problem import Failure
from webapp.context import runtime
from webapp.domain.errors import Problem
from webapp.services import kept_answer

REPLAYED: Final = "Idempotent-Replayed"


class WriteHeaders(BaseModel):
    """What every operation that writes may be told."""

    model_config = ConfigDict(extra="ignore")

    idempotency_key: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")] | None = Field(
        default=None,
        alias="Idempotency-Key",
        description="A name of your own for this request, such as a UUID. The same request under the same name "
        "within 24 hours is done once and answered alike.",
    )


def once(work: Callable[[Session], BaseModel], *, status: int = 200) -> Response:
    """Do `work` in a transaction and answer with what it returns; under an `Idempotency-Key`, once."""
    built, name = runtime(), request.headers.get("Idempotency-Key")
    if name is None:
        with built.begin() as session:
            body = work(session).model_dump_json()
        return Response(body, status=status, mimetype="application/json")
    content = b"\n".join((request.method.encode(), request.path.encode(), request.get_data()))
    asked = kept_answer.Request(caller().key_id, name, content)
    with built.begin() as session:
        before = kept_answer.claim(session, built.clock, built.seal, asked)
        if before is None:
            body = work(session).model_dump_json()
            kept_answer.keep(session, built.seal, asked, kept_answer.Answer(status, body))
            return Response(body, status=status, mimetype="application/json")
    response = Response(before.body, status=before.status, mimetype="application/json")
    response.headers[REPLAYED] = "true"
    return response


def live_leads_are_safe() -> None:
    """Ends a request that would change where live leads go with a test key."""
    asking = caller()
    if asking.test and asking.partner_status != "test":
        raise Failure(
            403,
            Problem(
                "Authorization",
                "A test key cannot change where live leads go.",
                "Use a live key: you are no longer in test mode.",
            ),
        )

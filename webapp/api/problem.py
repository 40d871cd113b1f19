"""What goes wrong, in one form: problem details (RFC 9457). Nothing that was sent is repeated in them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, g
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import HTTPException

from webapp.context import runtime
from webapp.domain.errors import DomainError, InvalidTransition, NotFound, Problem, Refused
from webapp.domain.ids import new_id

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its short name, which is also its place on the page of documents, and its words."""

    name: str
    title: str
    detail: str


KINDS: Final = {
    400: Kind("unreadable", "The request could not be read", "The body is not one JSON object in UTF-8."),
    401: Kind("key-needed", "A key is needed", "Send a key that works: Authorization: Bearer pm_live_… ."),
    403: Kind("not-allowed", "The key may not do this", "Use a key with the scope that this operation names."),
    404: Kind("not-found", "There is no such thing", "Or it is not yours, or no key of this kind may see it."),
    405: Kind("wrong-method", "This method does not exist here", "The header Allow names those that do."),
    409: Kind("not-now", "This cannot be done as things stand", "Read it again: its state does not allow this."),
    413: Kind("too-large", "The body is too large", "Send at most 100,000 bytes."),
    415: Kind("not-json", "The body is not JSON", "Send Content-Type: application/json."),
    422: Kind("refused", "What was sent is refused", "The list of problems says what is wrong, all of it at once."),
    429: Kind("too-many", "Too many requests", "Wait as long as Retry-After says."),
    500: Kind(
        "our-fault", "Something went wrong on our side", "Try again in a minute; tell us the instance if it stays."
    ),
    503: Kind("not-available", "We are not available right now", "Try again in a few minutes."),
}


class ProblemItem(BaseModel):
    """One thing that was wrong, and what would be right."""

    model_config = ConfigDict(extra="forbid")

    where: str = Field(description="The key or parameter, by its path.")
    what: str
    remedy: str


class ProblemDetails(BaseModel):
    """Problem details as in RFC 9457."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="The address of a page that explains this kind of problem.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="This one request. Tell it to us when you ask.")
    problems: list[ProblemItem] = Field(description="Each thing that was wrong; empty where there is one cause.")


class Failure(Exception):
    """Ends a request with a problem of this status."""

    def __init__(self, status: int, *problems: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(KINDS[status].title)
        self.status, self.problems, self.headers = status, problems, headers or {}


def request_id() -> str:
    """The name of this request, made on first use."""
    if "request_id" not in g:
        g.request_id = f"urn:uuid:{new_id()}"
    name: str = g.request_id
    return name


def answer(status: int, problems: Iterable[Problem] = (), headers: dict[str, str] | None = None) -> Response:
    """The answer that tells of a problem."""
    kind = KINDS.get(status) or KINDS[500 if status >= 500 else 400]
    details = ProblemDetails(
        type=f"{runtime().settings.base_url}/api/v1/docs#problem-{kind.name}",
        title=kind.title,
        status=status,
        detail=kind.detail,
        instance=request_id(),
        problems=[ProblemItem(where=each.where, what=each.what, remedy=each.remedy) for each in problems],
    )
    response = Response(json.dumps(details.model_dump(), ensure_ascii=False), status=status, mimetype=MEDIA_TYPE)
    response.headers.update(headers or {})
    return response


def of_http_error(error: HTTPException) -> Response:
    """The answer for an error that Flask or a limit raised; its headers (Allow, Retry-After) are kept."""
    kept = {
        name: value for name, value in error.get_headers() if name.lower() not in ("content-type", "content-length")
    }
    return answer(error.code or 500, headers=kept)


def of_failure(error: Failure) -> Response:
    """The answer for a request that one of our own checks ended."""
    return answer(error.status, error.problems, error.headers)


def of_domain_error(error: DomainError) -> Response:
    """The answer for a rule of the house that was not met."""
    if isinstance(error, Refused):
        return answer(422, error.problems)
    if isinstance(error, NotFound):
        return answer(404)
    return answer(409 if isinstance(error, InvalidTransition) else 500)


def of_validation_error(error: ValidationError) -> Response:
    """The answer for a body or parameters that do not fit their schema: where and why, never the value."""
    found = error.errors(include_url=False, include_input=False)
    return answer(422, [_problem(each) for each in found])


def _problem(error: Any) -> Problem:
    where = ".".join(str(part)[:40] for part in error["loc"]) or "body"
    if error["type"] == "extra_forbidden":
        return Problem(where, "It is not known here.", "Leave it out, or correct its name.")
    if error["type"] == "missing":
        return Problem(where, "It is missing.", "Every request of this kind needs it.")
    # After the first comma some messages repeat a piece of what was sent; those that list what is allowed do not.
    told = error["msg"] if error["type"] in ("enum", "literal_error", "value_error") else error["msg"].split(",")[0]
    return Problem(where, "This value cannot be used.", f"{told}.")


def json_answer(model: BaseModel, status: int = 200) -> Response:
    """A model as the JSON answer."""
    return Response(model.model_dump_json(), status=status, mimetype="application/json")

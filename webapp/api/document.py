"""The OpenAPI document: what the views declare, and what the guard asks of them, in one."""

import json
from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import APISpec
from flask_openapi3.models.components import Components
from flask_openapi3.models.info import Info

from webapp.api.access import ACCESS_MARK, READS, Access, open_to_all
from webapp.api.problem import KINDS, MEDIA_TYPE, ProblemDetails
from webapp.context import runtime
from webapp.domain.api_key import SCOPE_WORDS

blueprint = Blueprint("document", __name__)

DOCUMENT: Final = "program_match_api_document"
VERSION: Final = "1.0"
PREFIX: Final = "/api/v1"
DESCRIPTION: Final = """\
For the systems of partner schools, and for anybody who wants a ranking.

* Send `Authorization: Bearer <key>`. A key that begins with `pm_test_` reaches test data only, one with `pm_live_` live
  data only.
* Bodies are JSON in UTF-8. A key or parameter that is not known is refused, by name.
* Errors are problem details (RFC 9457); they never repeat what you sent.
* Lists come in pages: follow `next_cursor` until it is null.
* Send an `Idempotency-Key` with every POST that writes, and repeat it safely after a lost answer.
* `RateLimit` and `RateLimit-Policy` say how many requests are left; after a 429 wait as long as `Retry-After` says.
"""
_REF: Final = "#/components/schemas/"


@blueprint.get("/openapi.json")
@open_to_all(READS)
def show() -> Response:
    """The OpenAPI document."""
    return Response(json.dumps(document(), ensure_ascii=False), mimetype="application/json")


def document() -> dict[str, Any]:
    """The document of the application at hand, with its own address."""
    made: dict[str, Any] = current_document()
    return {**made, "servers": [{"url": runtime().settings.base_url}]}


def current_document() -> dict[str, Any]:
    """The document as it was made when the application was put together."""
    found: dict[str, Any] = current_app.extensions[DOCUMENT]
    return found


def build_document(app: Flask, api: APIBlueprint) -> dict[str, Any]:
    """The document of `api` as mounted on `app`."""
    spec = APISpec(
        openapi="3.1.0",
        info=Info(title="Program Match", version=VERSION, description=DESCRIPTION),
        paths=api.paths,
        components=Components(schemas=api.components_schemas),
        tags=[],
    )
    made: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    made.pop("tags")
    schemas = made["components"]["schemas"]
    problem = ProblemDetails.model_json_schema(ref_template=_REF + "{model}")
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDetails"] = problem
    made["components"]["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key. Scopes: "
            + " ".join(f"`{scope}` {text}" for scope, text in SCOPE_WORDS.items()),
        }
    }
    for path, method, operation in operations(made):
        _complete(operation, method, _access_of(app, path, method))
    return made


def operations(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation: path, method in lower case, and what is said of it."""
    for path, item in made["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _access_of(app: Flask, path: str, method: str) -> Access:
    adapter = app.url_map.bind("localhost")
    nothing = "01890000-0000-7000-8000-000000000000"
    filled = "/".join(nothing if part.startswith("{") else part for part in path.split("/"))
    endpoint, _ = adapter.match(filled, method=method.upper())
    found: Access = getattr(app.view_functions[endpoint], ACCESS_MARK)
    return found


def _complete(operation: dict[str, Any], method: str, access: Access) -> None:
    """Add what every operation of its kind may answer, and who may call it."""
    responses = operation["responses"]
    # The library joins the lines of a docstring for a page of its own.
    operation["description"] = operation.get("description", "").replace("<br/>", "\n")
    places = {each["in"] for each in operation.get("parameters", ())}
    statuses = {429, 500}
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _never_null(parameter["schema"])
    if access.scope is not None or not access.public:
        statuses |= {401, 403}
        operation["security"] = [*([{}] if access.public else []), {"key": [access.scope] if access.scope else []}]
    if "path" in places:
        statuses.add(404)
    if access.takes_body:
        statuses |= {400, 413, 415}
    if access.takes_body or "query" in places or "header" in places:
        statuses.add(422)
    if method == "post" and "path" in places:
        statuses.add(409)
    for status in sorted(statuses):
        responses[str(status)] = _problem_response(status)
    if method == "get" and "path" in places:
        responses["304"] = {"description": "It is as you have it (`If-None-Match`)."}
    for status, response in responses.items():
        response["headers"] = _headers(int(status), method, places)
        response.setdefault("description", KINDS[int(status)].title if int(status) in KINDS else "Done.")
        if not response["description"]:
            response["description"] = "Done."
    operation["responses"] = dict(sorted(responses.items()))


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out or has a value: in an address there is no null."""
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(choices) != 1:
        return schema
    return {**{key: value for key, value in schema.items() if key not in ("anyOf", "default")}, **choices[0]}


def _problem_response(status: int) -> dict[str, Any]:
    kind = KINDS[status]
    return {
        "description": f"{kind.title}. {kind.detail}",
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}ProblemDetails"}}},
    }


def _headers(status: int, method: str, places: set[str]) -> dict[str, Any]:
    named = {
        "X-Request-Id": "The name of this request.",
        "RateLimit": "How many requests are left, and seconds until there are more.",
        "RateLimit-Policy": "How many requests are allowed in how many seconds.",
    }
    if status == 401:
        named["WWW-Authenticate"] = "That a key is needed."
    if status == 429:
        named["Retry-After"] = "Seconds to wait."
    if method == "get" and "path" in places and status in (200, 304):
        named["ETag"] = "Send it as If-None-Match."
    if method == "post" and status in (200, 201) and "header" in places:
        named["Idempotent-Replayed"] = "`true` where this is the answer that an earlier request got."
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in named.items()}

"""The documents as pages: how to use the interface, made of the OpenAPI document, and what we post to partners."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.api.access import READS, open_to_all
from webapp.api.document import PREFIX, VERSION, document, operations
from webapp.api.problem import KINDS
from webapp.context import runtime
from webapp.domain.api_key import SCOPE_WORDS
from webapp.services.posting_spec import general_spec

blueprint = Blueprint("docs", __name__)

GROUPS: Final[Mapping[str, str]] = {
    "matches": "Matches",
    "programs": "Programs",
    "program-proposals": "Proposals for your listings",
    "leads": "Leads",
    "webhook-endpoints": "Webhook endpoints",
    "webhook-deliveries": "Webhook deliveries",
    "posting-spec.json": "Posting spec",
    "key": "Your key",
}
KEY_SHOWN: Final = "$PROGRAM_MATCH_KEY"
ID_SHOWN: Final = "01890a5d-6c7e-7b1f-9a3c-2d4e5f607182"
EXAMPLES: Final[Mapping[str, str]] = {"program_id": "larkspur-msds"}
DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One key of a body or one parameter."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What one kind of answer looks like."""

    status: str
    about: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    about: tuple[str, ...]
    needs: str
    parameters: tuple[Row, ...]
    body: tuple[Row, ...]
    answers: tuple[Shape, ...]
    curl: str


@blueprint.get("/docs")
@open_to_all(READS)
def show() -> ResponseReturnValue:
    """How to use the interface."""
    made = document()
    groups: dict[str, list[Shown]] = {title: [] for title in GROUPS.values()}
    for path, method, operation in operations(made):
        groups[GROUPS[path.removeprefix(f"{PREFIX}/").split("/")[0]]].append(_shown(made, path, method, operation))
    return render_template(
        "api/docs.html",
        groups=groups,
        kinds=KINDS,
        scopes=SCOPE_WORDS,
        version=VERSION,
        base_url=runtime().settings.base_url,
        prefix=PREFIX,
    )


@blueprint.get("/posting-spec")
@open_to_all(READS)
def posting() -> ResponseReturnValue:
    """What we post to every partner, field by field."""
    return render_template("api/posting_spec.html", spec=general_spec(), prefix=PREFIX)


def _shown(made: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Shown:
    body = _schema_of(operation.get("requestBody", {}))
    return Shown(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=tuple(part for part in operation.get("description", "").split("\n\n") if part),
        needs=_needs(operation),
        parameters=tuple(_parameter(made, each) for each in operation.get("parameters", ())),
        body=tuple(_rows(made, body)),
        answers=tuple(_answers(made, operation["responses"])),
        curl=_curl(made, path, method, operation),
    )


def _needs(operation: Mapping[str, Any]) -> str:
    security = operation.get("security", [{}])
    scopes = [scope for each in security for scope in each.get("key", ())]
    if {} in security:
        return f"Open to all; with a key of scope {scopes[0]} under its own limit." if scopes else "Open to all."
    return f"Needs a key with scope {scopes[0]}." if scopes else "Needs a key; any scope will do."


def _parameter(made: Mapping[str, Any], parameter: Mapping[str, Any]) -> Row:
    kind = _kind(made, parameter["schema"])
    about = parameter.get("description", "") or parameter["schema"].get("description", "")
    return Row(parameter["name"], f"{kind}, in the {parameter['in']}", parameter.get("required", False), about)


def _answers(made: Mapping[str, Any], responses: Mapping[str, Any]) -> Iterator[Shape]:
    for status, response in responses.items():
        if status.startswith("2"):
            rows = tuple(_rows(made, _schema_of(response)))
            yield Shape(status, response["description"], rows)


def _schema_of(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    for media in holder.get("content", {}).values():
        schema: Mapping[str, Any] = media["schema"]
        return schema
    return {}


def _rows(made: Mapping[str, Any], schema: Mapping[str, Any], above: str = "", depth: int = 0) -> Iterator[Row]:
    found = _resolved(made, schema)
    required = found.get("required", ())
    for name, inner in found.get("properties", {}).items():
        here = _resolved(made, inner)
        path = f"{above}{name}"
        yield Row(path, _kind(made, inner), name in required, inner.get("description") or here.get("description", ""))
        if depth + 1 < DEEPEST:
            listed = here.get("type") == "array"
            yield from _rows(made, here["items"] if listed else here, f"{path}[]." if listed else f"{path}.", depth + 1)


def _resolved(made: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself: references followed, and of `this or null` the this."""
    if "$ref" in schema:
        return _resolved(made, made["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return _resolved(made, choices[0]) if len(choices) == 1 else schema


def _kind(made: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    here = _resolved(made, schema)
    nullable = any(each.get("type") == "null" for each in schema.get("anyOf", ()))
    if here.get("type") == "array":
        told = f"list of {_kind(made, here['items'])}"
    elif "enum" in here:
        told = "one of " + ", ".join(str(word) for word in here["enum"])
    else:
        names = {"string": "text", "boolean": "true or false", "integer": "whole number"}
        told = str(here.get("format") or names.get(here.get("type", ""), here.get("type", "any")))
        told = {"date-time": "time, ISO 8601", "uuid": "UUID"}.get(told, told)
    return f"{told}, or null" if nullable else told


def _curl(made: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> str:
    address = path
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            name = parameter["name"]
            address = address.replace("{" + name + "}", EXAMPLES.get(name, ID_SHOWN))
    words = [f"curl {shlex.quote(made['servers'][0]['url'] + address)}"]
    if {} not in operation.get("security", [{}]):
        words.append(f'-H "Authorization: Bearer {KEY_SHOWN}"')
    if method == "post" and any(each["in"] == "header" for each in operation.get("parameters", ())):
        words.append(f'-H "Idempotency-Key: {operation["operationId"]}-1"')
    body = _resolved(made, _schema_of(operation.get("requestBody", {})))
    if body:
        words.append('-H "Content-Type: application/json"')
        words.append(f"-d {shlex.quote(json.dumps(body['example'], ensure_ascii=False, indent=1))}")
    elif method == "post":
        words.append("-X POST")
    return " \\\n  ".join(words)

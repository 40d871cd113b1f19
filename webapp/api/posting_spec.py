"""The posting spec for machines: what is posted to the partner whose key it is."""

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from webapp.api.access import caller, needs_key
from webapp.api.problem import json_answer
from webapp.context import runtime
from webapp.domain.api_key import Scope
from webapp.services.posting_spec import get_posting_spec

blueprint = APIBlueprint("posting_spec", __name__, url_prefix="/posting-spec.json")


class PostingField(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: str
    kind: str
    presence: str
    meaning: str
    example: str


class PostingQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question_id: UUID
    label: str
    program_id: str | None
    kind: str
    required: bool
    options: list[str]


class SignedExample(BaseModel):
    model_config = ConfigDict(extra="forbid")

    secret: str = Field(description="Not yours: it signs this example only.")
    headers: Mapping[str, str]
    body: str


class PostingSpec(BaseModel):
    """What is posted to you."""

    model_config = ConfigDict(extra="forbid")

    partner: str
    legal_name: str
    only_tests: bool
    endpoints: list[str] = Field(description="Where it is posted; the first is in use.")
    questions: list[PostingQuestion]
    fields: list[PostingField]
    example: SignedExample


@blueprint.get("", summary="What is posted to you", operation_id="get_posting_spec", responses={200: PostingSpec})
@needs_key(Scope.WEBHOOKS_READ)
def show() -> Response:
    """Every field of the document with its kind, your own questions, and a signed example to test your check with."""
    with runtime().begin() as session:
        spec = get_posting_spec(session, caller().partner_id)
    return json_answer(PostingSpec.model_validate(asdict(spec)))

"""The key itself: what it may do."""

from datetime import datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from webapp.api.access import caller, needs_key
from webapp.api.problem import json_answer
from webapp.domain.api_key import Scope, in_order

blueprint = APIBlueprint("key", __name__, url_prefix="/key")


class Key(BaseModel):
    """The key that was shown."""

    model_config = ConfigDict(extra="forbid")

    prefix: str = Field(description="Its beginning, by which people tell keys apart.")
    name: str
    partner: str
    test: bool = Field(description="Whether it reaches test data only; otherwise it reaches live data only.")
    scopes: list[Scope]
    expires_at: datetime | None


@blueprint.get("", summary="What your key may do", operation_id="get_key", responses={200: Key})
@needs_key(None)
def show() -> Response:
    """A good first request: it needs a key and no scope."""
    asking = caller()
    return json_answer(
        Key(
            prefix=asking.prefix,
            name=asking.key_name,
            partner=asking.partner_name,
            test=asking.test,
            scopes=list(in_order(asking.scopes)),
            expires_at=asking.expires_at,
        )
    )

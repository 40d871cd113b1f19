"""Answers that need not be sent twice: an `ETag` on single things, and 304 while nothing has changed."""

import hashlib

from flask import Response, request
from pydantic import BaseModel

from webapp.api.problem import json_answer


def revalidated(model: BaseModel) -> Response:
    """The model as JSON; 304 to who has it as it is (`If-None-Match`)."""
    response = json_answer(model)
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response

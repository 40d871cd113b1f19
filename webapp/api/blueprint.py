"""The programming interface: mounted at /api/v1, for partners' own systems and for whoever wants a ranking."""

from flask import Flask, Response
from flask_openapi3.blueprint import APIBlueprint
from werkzeug.exceptions import HTTPException

from webapp.api import (
    docs,
    document,
    funnel,
    key,
    leads,
    matches,
    posting_spec,
    program_proposals,
    programs,
    returns,
    webhook_deliveries,
    webhook_endpoints,
)
from webapp.api.access import guard, tell_limits
from webapp.api.problem import Failure, of_domain_error, of_failure, of_http_error, of_validation_error
from webapp.context import csrf
from webapp.domain.errors import DomainError
from webapp.ui.errors import ErrorWords, answer_errors_under

OPERATIONS = (
    *(matches, programs, program_proposals, leads, funnel, returns),
    *(webhook_endpoints, webhook_deliveries, posting_spec, key),
)
PAGES = (document, docs)


def install_api(app: Flask) -> None:
    """Mount the interface on `app`. Endpoints are `api.<module>.<view>`."""
    api = APIBlueprint("api", __name__, url_prefix=document.PREFIX, template_folder="templates")
    api.before_request(guard)
    api.after_request(tell_limits)
    api.register_error_handler(Failure, of_failure)
    api.register_error_handler(DomainError, of_domain_error)
    for part in OPERATIONS:
        api.register_api(part.blueprint)
        # Only a key in a header opens anything here, and no other site can make a browser send one.
        csrf.exempt(part.blueprint)
    for page in PAGES:
        api.register_blueprint(page.blueprint)
    app.register_blueprint(api)
    # The library asks the application how to answer what does not fit a schema.
    app.validation_error_callback = of_validation_error  # type: ignore[attr-defined]
    answer_errors_under(app, "/api/", _problem)
    app.extensions[document.DOCUMENT] = document.build_document(app, api)


def _problem(error: HTTPException, _words: ErrorWords) -> Response:
    return of_http_error(error)

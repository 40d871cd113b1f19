"""Who may call what, how often: every operation says it, and one guard looks before anything else is done."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar

from flask import Response, current_app, g, request

from webapp.api.problem import Failure, request_id
from webapp.context import RATE_LIMIT_MARK, client_address, limiter, runtime
from webapp.domain.api_key import Scope
from webapp.domain.errors import Problem
from webapp.services.api_key import Caller, authenticate

View = TypeVar("View", bound=Callable[..., Any])

ACCESS_MARK: Final = "__api_access__"
MOST_BYTES: Final = 100_000
READS: Final = "300/minute"
WRITES: Final = "60/minute"
FAILURES: Final = "20/minute"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an operation: holders of a key with `scope`; anyone where `public`. `limits` are per caller."""

    limits: str
    scope: Scope | None = None
    public: bool = False
    takes_body: bool = False
    public_limits: str = ""


def needs_key(scope: Scope | None, *, limits: str = READS, takes_body: bool = False) -> Callable[[View], View]:
    """Only holders of a key may call this; with `scope` None any key will do."""
    return _marked(Access(limits, scope, takes_body=takes_body))


def open_to_all(
    public_limits: str, *, scope: Scope | None = None, limits: str = READS, takes_body: bool = False
) -> Callable[[View], View]:
    """Anybody may call this, `public_limits` often from one address; a key must have `scope` and gets `limits`."""
    return _marked(Access(limits, scope, True, takes_body, public_limits))


def caller() -> Caller:
    """Who calls; only in operations that need a key."""
    found: Caller = g.api_caller
    return found


def guard() -> None:
    """Before every operation: its limit, the key, the scope, and that the body is one JSON object."""
    request_id()
    request.max_content_length = MOST_BYTES
    access: Access = getattr(current_app.view_functions[str(request.endpoint)], ACCESS_MARK)
    found = _caller(access)
    g.api_caller = found
    # One count for all that a key reads, or writes, and for what an address does without one.
    g.api_limits = access.limits if found else access.public_limits
    g.api_counted = f"key {found.key_id}" if found else client_address()
    with _LIMIT:
        pass
    if found and access.scope is not None and access.scope not in found.scopes:
        raise Failure(403, Problem("scope", "The key lacks it.", f"This operation needs {access.scope}."))
    if access.takes_body:
        _check_body()


def tell_limits(response: Response) -> Response:
    """Say how many requests are left, in the fields of the IETF draft `draft-ietf-httpapi-ratelimit-headers`."""
    current = limiter.current_limit
    if current is not None:
        window, left = current.limit.get_expiry(), max(current.remaining, 0)
        wait = max(0, min(window, round(current.reset_at - runtime().clock.now().timestamp())))
        response.headers["RateLimit-Policy"] = f'"default";q={current.limit.amount};w={window}'
        response.headers["RateLimit"] = f'"default";r={left};t={wait}'
    response.headers["X-Request-Id"] = request_id()
    return response


def _marked(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, ACCESS_MARK, access)
        setattr(view, RATE_LIMIT_MARK, access.limits)
        return view

    return mark


def _caller(access: Access) -> Caller | None:
    """Whose key came along; None where there is none and none is needed. No cookie is looked at."""
    header = request.headers.get("Authorization")
    if header is None and access.public:
        return None
    scheme, _, presented = (header or "").partition(" ")
    if header is None or scheme.lower() != "bearer":
        _refuse_key()
    built = runtime()
    with built.begin() as session:
        found = authenticate(session, built.clock, presented.strip())
    if found is None:
        _refuse_key()
    return found


def _refuse_key() -> NoReturn:
    with _FAILED:
        pass
    raise Failure(401, headers={"WWW-Authenticate": 'Bearer realm="api"'})


def _check_body() -> None:
    if request.mimetype != "application/json":
        raise Failure(415)
    try:
        told = json.loads(request.get_data(), parse_constant=_refuse_constant)
        # A lone half of a surrogate pair is no text: no database takes it.
        json.dumps(told, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Failure(400) from None
    if not isinstance(told, dict):
        raise Failure(422, Problem("body", "It is not an object.", "Send one JSON object."))


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("JSON has neither NaN nor Infinity")


def _limits() -> str:
    # The library looks at it before the guard has run as well; nothing is counted then.
    limits: str = g.get("api_limits", READS)
    return limits


def _counted() -> str:
    counted: str = g.get("api_counted", client_address())
    return counted


# Both ask who and how often only when they are entered, so one of each serves every thread.
_LIMIT: Final = limiter.shared_limit(_limits, scope="api", key_func=_counted)
_FAILED: Final = limiter.shared_limit(FAILURES, scope="api-failures", key_func=client_address)

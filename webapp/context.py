"""What a request knows: the runtime, the client's address, and how often it may ask."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect

from webapp.bootstrap import Runtime
from webapp.server_address import limiter_url

P = ParamSpec("P")
R = TypeVar("R")

RUNTIME = "program_match_runtime"
RATE_LIMIT_MARK = "__rate_limit__"

csrf = CSRFProtect()


def client_address() -> str:
    """The address the request came from, as told by the proxies we trust (TRUSTED_PROXIES)."""
    return request.remote_addr or "unknown"


limiter = Limiter(key_func=client_address, strategy="fixed-window", headers_enabled=True)


def runtime() -> Runtime:
    """The runtime this application was built with."""
    return cast(Runtime, current_app.extensions[RUNTIME])


def rate_limited(limits: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Limit how often one client address may call a view, as in `"10/minute;100/hour"`. Answers 429 beyond it."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        limited = cast(Callable[P, R], limiter.limit(limits)(view))
        setattr(limited, RATE_LIMIT_MARK, limits)
        return limited

    return decorate


def mails_limited(view: Callable[P, R]) -> Callable[P, R]:
    """Limit how many mails one client may have sent in a day (MAILS_PER_CLIENT_A_DAY), by all such views together.

    For views that mail somebody on a visitor's word, above `rate_limited`. What a view refuses is not counted. How
    much one mailbox gets, whoever asks, is for the services: `opt_in` and others.
    """
    limited = limiter.shared_limit(_mails_a_day, scope="mails", deduct_when=lambda response: response.status_code < 400)
    return cast(Callable[P, R], limited(view))


def _mails_a_day() -> str:
    return f"{runtime().settings.mails_per_client_a_day}/day"


def install(app: Flask, built: Runtime) -> None:
    """Hang the runtime, cross-site request protection and rate limits onto `app`."""
    app.extensions[RUNTIME] = built
    csrf.init_app(app)
    app.config["RATELIMIT_ENABLED"] = built.settings.rate_limits
    app.config["RATELIMIT_STORAGE_URI"] = limiter_url(built.settings.redis_url or "memory://")
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    # With the broker gone each process counts for itself: looser, never closed and never wide open.
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_SWALLOW_ERRORS"] = False
    limiter.init_app(app)

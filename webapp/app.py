"""The web application: surfaces, headers and error pages on one runtime."""

import gc
from time import perf_counter

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import context
from webapp.admin.blueprint import install_admin
from webapp.api.blueprint import install_api
from webapp.bootstrap import Runtime, build_runtime, load_settings
from webapp.observability.metrics import HTTP_REQUESTS, HTTP_SECONDS
from webapp.ops import demo_schools, inbox, views
from webapp.partner.blueprint import install_partner
from webapp.settings import Settings
from webapp.student.blueprint import install_student
from webapp.ui.errors import install_error_pages
from webapp.ui.headers import install_security_headers
from webapp.ui.pages import Site, install_ui

MAX_FORM_BYTES = 1_000_000
MAX_UPLOAD_BYTES = 100_000_000


def create_app(settings: Settings, *, runtime: Runtime | None = None) -> Flask:
    """The application for `settings`. Tests may hand in a runtime with fakes in it."""
    built = runtime or build_runtime(settings)
    app = Flask("webapp", static_folder=None, template_folder=None)
    secure = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=built.links.secret,
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A form may lie open for a day; what protects it is the session, not a clock.
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # the documented way to wrap
    context.install(app, built)
    install_ui(app, site=Site(postal_address=settings.postal_address, contact_email=settings.mail_from))
    install_security_headers(app, hsts=secure)
    install_error_pages(app)
    app.register_blueprint(views.blueprint)
    install_student(app)
    install_partner(app)
    install_admin(app)
    install_api(app)
    if not settings.is_production:
        app.register_blueprint(inbox.blueprint)
        app.register_blueprint(demo_schools.blueprint)
    _count_requests(app)
    return app


def create_app_from_environment() -> Flask:
    """What the web server loads: `gunicorn "webapp.app:create_app_from_environment()"`."""
    app = create_app(load_settings())
    gc.freeze()  # the web server forks from here: what is loaded is shared, and never walked again
    return app


def _count_requests(app: Flask) -> None:
    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        HTTP_REQUESTS.labels(endpoint, request.method, str(response.status_code)).inc()
        if "started" in g:
            HTTP_SECONDS.labels(endpoint).observe(perf_counter() - g.started)
        return response

"""Every answer carries the security headers."""

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from webapp.ui.headers import install_security_headers


@pytest.mark.parametrize("path", ["/form", "/error/404", "/nowhere", "/admin/leads"])
def test_pages_are_strict_and_are_not_stored(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_a_view_may_set_its_own_policy_and_plain_http_gets_no_hsts() -> None:
    app = Flask(__name__, static_folder=None)
    install_security_headers(app, hsts=False)

    @app.get("/")
    def view() -> Response:
        return Response("x", headers={"Content-Security-Policy": "sandbox", "Cache-Control": "public"})

    headers = app.test_client().get("/").headers
    assert headers["Content-Security-Policy"] == "sandbox"
    assert headers["Cache-Control"] == "public"
    assert "Strict-Transport-Security" not in headers

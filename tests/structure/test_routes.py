"""Every route is known, and every route that changes something is guarded."""

from pathlib import Path

import pytest
from flask import Flask

from webapp.app import create_app
from webapp.bootstrap import load_settings
from webapp.context import RATE_LIMIT_MARK, csrf

KNOWN = Path(__file__).with_name("routes.txt")
SAFE = {"GET", "HEAD", "OPTIONS"}
# Endpoints whose POST proves itself by something other than our session's token.
WITHOUT_CSRF = {
    "demo_schools.post": "a signed webhook",
    "student.my_data.stop_mail": "one-click unsubscribing (RFC 8058) sends no cookie; the link's token is the proof",
}


def routes(app: Flask) -> list[str]:
    return sorted(
        f"{','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {rule.rule} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
    )


def changing(app: Flask) -> list[str]:
    return sorted({rule.endpoint for rule in app.url_map.iter_rules() if (rule.methods or set()) - SAFE})


def test_no_route_comes_or_goes_unnoticed(app: Flask) -> None:
    """When this fails on purpose, write `routes.txt` anew from the message and say so in the change log."""
    assert "\n".join(routes(app)) + "\n" == KNOWN.read_text()


def test_only_named_posts_do_without_the_sessions_token(app: Flask) -> None:
    exempt = set()
    for endpoint in changing(app):
        view = app.view_functions[endpoint]
        blueprint = endpoint.rpartition(".")[0]
        location = f"{view.__module__}.{view.__name__}"
        if location in csrf._exempt_views or any(
            each.name == blueprint.rpartition(".")[2] or each.name == blueprint for each in csrf._exempt_blueprints
        ):
            exempt.add(endpoint)
    assert exempt == set(WITHOUT_CSRF)


def test_every_change_is_rate_limited(app: Flask) -> None:
    unlimited = [name for name in changing(app) if not hasattr(app.view_functions[name], RATE_LIMIT_MARK)]
    assert unlimited == []


def test_nothing_but_get_and_post(app: Flask) -> None:
    methods = set().union(*(rule.methods or set() for rule in app.url_map.iter_rules()))
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("path", ["/dev/inbox", "/dev/partner"])
def test_development_pages_are_not_in_production(path: str) -> None:

    settings = load_settings(
        {
            "ENVIRONMENT": "production",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SMTP_URL": "smtp://127.0.0.1:1",
            "SECRET_KEY": "a secret for structure tests only, 32+",
            "BASE_URL": "https://match.example.org",
            "MAIL_FROM": "matches@match.example.org",
            "POSTAL_ADDRESS": "1 Main Street, Springfield",
        }
    )
    production = create_app(settings)
    assert all(not rule.rule.startswith(path) for rule in production.url_map.iter_rules())

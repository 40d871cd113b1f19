"""Every route is known, and every route that changes something is guarded."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from webapp.api.access import ACCESS_MARK, Access, guard
from webapp.app import create_app
from webapp.bootstrap import load_settings
from webapp.context import RATE_LIMIT_MARK, csrf
from webapp.observability.log import redact

NOBODY = "01890000-0000-7000-8000-000000000000"
KNOWN = Path(__file__).with_name("routes.txt")
SAFE = {"GET", "HEAD", "OPTIONS"}
KEY = "an API key in a header, which no other site can make a browser send"
# Endpoints whose POST proves itself by something other than our session's token.
WITHOUT_CSRF = {
    "api.matches.create": "changes nothing, and reads no cookie",
    "api.funnel.say": KEY,
    "api.funnel.put_right": KEY,
    "api.returns.ask": KEY,
    "api.webhook_endpoints.rotate": KEY,
    "api.program_proposals.create": KEY,
    "api.program_proposals.withdraw": KEY,
    "api.webhook_deliveries.send_again": KEY,
    "api.webhook_endpoints.create": KEY,
    "api.webhook_endpoints.disable": KEY,
    "demo_schools.post": "a signed webhook",
    "student.unsubscribe.stop": "one-click unsubscribing (RFC 8058) sends no cookie; the link is signed for one mail",
    "student.unsubscribe.undo": "the same link takes it back",
    "student.my_data.stop_mail": "one-click unsubscribing (RFC 8058) sends no cookie; the link's token is the proof",
}


def test_no_log_shows_the_key_that_an_address_is(app: Flask) -> None:
    """A link that was mailed opens what is behind it: whoever reads a log line must not be able to."""
    token = "kY7-_abcdef0123456789"
    values = {**dict.fromkeys(("row_id", "lead_id", "draft_id"), NOBODY), "topic": "matches", "token": token}
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        shown = [
            rule.rule
            for rule in app.url_map.iter_rules()
            if "token" in rule.arguments
            and token in redact(f"GET {adapter.build(rule.endpoint, values, method=method_of(rule))}?x 500")
        ]
    assert shown == []


def method_of(rule: Rule) -> str:
    return "POST" if "POST" in (rule.methods or ()) else "GET"


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
        # As the library asks: the blueprint itself counts, since two may have one name under different parents.
        blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
        location = f"{view.__module__}.{view.__name__}"
        if location in csrf._exempt_views or blueprint in csrf._exempt_blueprints:
            exempt.add(endpoint)
    assert exempt == set(WITHOUT_CSRF)


def test_whatever_goes_by_a_key_asks_for_one(app: Flask) -> None:
    """The reason `KEY` above is true: the guard of the interface lets nothing through without a key and its scope."""
    for endpoint in (name for name, reason in WITHOUT_CSRF.items() if reason == KEY):
        access: Access = getattr(app.view_functions[endpoint], ACCESS_MARK)
        assert access.scope is not None
        assert not access.public
    assert guard in app.before_request_funcs["api"]


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

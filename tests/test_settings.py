"""Settings are parsed once and every fault is told at once, by name and never by value."""

from pathlib import Path

import pytest

from webapp.bootstrap import dkim_signer, sender_setup
from webapp.domain.errors import Refused
from webapp.settings import Environment, Settings, parse_settings

PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://match@db/match",
    "REDIS_URL": "redis://redis:6379/0",
    "SMTP_URL": "smtp://relay:587",
    "SECRET_KEY": "x" * 40,
    "BASE_URL": "https://match.example.org/",
    "MAIL_FROM": "matches@match.example.org",
    "POSTAL_ADDRESS": "1 Main Street, Springfield",
}


def test_nothing_set_is_development_with_everything_embedded() -> None:
    settings = parse_settings({})
    assert settings.environment is Environment.DEVELOPMENT
    assert (settings.database_url, settings.redis_url, settings.smtp_url) == (None, None, None)


def test_blank_is_unset_and_strangers_are_ignored() -> None:
    assert parse_settings({"DATABASE_URL": "", "HOME": "/root", "PORT": "8001"}).port == 8001


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(Refused) as refused:
        parse_settings(
            {
                "DATABASE_URL": "sqlite:///x",
                "REDIS_URL": "amqp://x",
                "PORT": "99999",
                "BASE_URL": "match.example",
                "MAIL_FROM": "nobody",
                "UNDO_WINDOW_SECONDS": "soon",
            }
        )
    named = {problem.where for problem in refused.value.problems}
    assert named == {"DATABASE_URL", "REDIS_URL", "PORT", "BASE_URL", "MAIL_FROM", "UNDO_WINDOW_SECONDS"}


def test_a_fault_never_shows_the_value() -> None:
    with pytest.raises(Refused) as refused:
        parse_settings({"DATABASE_URL": "mysql://user:hunter2@db/x", "SECRET_KEY": "hunter3"})
    assert "hunter" not in str(refused.value)
    assert "hunter" not in repr(parse_settings({"SECRET_KEY": "hunter4" * 8}))


def test_production_is_complete_or_refused() -> None:
    assert parse_settings(PRODUCTION).base_url == "https://match.example.org"
    for name in PRODUCTION.keys() - {"ENVIRONMENT"}:
        with pytest.raises(Refused, match=name):
            parse_settings({key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize(
    "change",
    [
        {"BASE_URL": "http://match.example.org"},
        {"WEBHOOK_ALLOW_LOOPBACK": "true"},
        {"SECRET_KEY": "short"},
        {"MAIL_FROM": "matches@program-match.example"},
    ],
)
def test_production_refuses_what_is_for_development(change: dict[str, str]) -> None:
    with pytest.raises(Refused):
        parse_settings({**PRODUCTION, **change})


def test_retry_delays_are_numbers_with_commas() -> None:
    assert parse_settings({"MAIL_RETRY_SECONDS": "1,2.5,60"}).mail_retry_seconds == (1.0, 2.5, 60.0)
    for wrong in ("", "0", "-1,5", "a,b"):
        if wrong:
            with pytest.raises(Refused, match="MAIL_RETRY_SECONDS"):
                parse_settings({"MAIL_RETRY_SECONDS": wrong})


def test_a_lease_outlasts_the_longest_post() -> None:
    with pytest.raises(Refused, match="LEASE_SECONDS"):
        parse_settings({"LEASE_SECONDS": "10", "WEBHOOK_TIMEOUT_SECONDS": "10"})


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = parse_settings({})
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]  # the point of the test
    assert isinstance(settings, Settings)


def test_signing_is_whole_or_not_at_all_and_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="DKIM_SELECTOR, DKIM_KEY_FILE"):
        parse_settings({"DKIM_DOMAIN": "match.example"})
    with pytest.raises(Refused, match="MAIL_RETURN_DOMAIN"):
        parse_settings({"MAIL_RETURN_DOMAIN": "bad domain"})
    key = tmp_path / "dkim.pem"
    settings = parse_settings({"DKIM_DOMAIN": "Match.example", "DKIM_SELECTOR": "s1", "DKIM_KEY_FILE": str(key)})
    with pytest.raises(Refused, match="cannot be read"):
        dkim_signer(settings)
    key.write_text("no key")
    with pytest.raises(Refused, match="not an unencrypted private key"):
        dkim_signer(settings)
    assert dkim_signer(parse_settings({})) is None
    assert sender_setup(parse_settings({"MAIL_FROM": "a@mail.site.org"})).sender.return_domain == "mail.site.org"

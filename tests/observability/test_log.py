"""What must never reach a log does not, wherever it stands."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from webapp.observability.log import REDACTED, configure_logging, get_logger, redact

SECRETS = (
    "ana.silva+x@student.example",
    "ANA@Student.Example.org",
    "+1 (415) 555-0100",
    "415-555-0100",
    "+44 20 7946 0958",
    "4155550100",
)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged while the test runs, one JSON object a line."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configure_logging(level="info", json_lines=True)
    stream = io.StringIO()
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


@pytest.mark.parametrize("secret", SECRETS)
def test_addresses_and_numbers_are_redacted_in_every_place(lines: io.StringIO, secret: str) -> None:
    get_logger("test").info(f"said {secret}", other=secret, deep={"list": [f"x {secret} y"]})
    logging.getLogger("library").warning("said %s", secret)
    try:
        raise ValueError(f"bad value {secret}")
    except ValueError:
        logging.getLogger("library").exception("failed")
    told = lines.getvalue()
    assert told.count("\n") == 3
    assert secret not in told
    assert REDACTED in told


@pytest.mark.parametrize("key", ["email", "phone", "first_name", "Authorization", "token", "password"])
def test_fields_that_name_a_secret_lose_their_value(lines: io.StringIO, key: str) -> None:
    get_logger("test").info("said", **{key: "Zoë"})
    assert json.loads(lines.getvalue())[key] == REDACTED


@pytest.mark.parametrize("page", ["results", "my-data", "shared"])
def test_links_lose_their_token(lines: io.StringIO, page: str) -> None:
    logging.getLogger("gunicorn.access").info("GET /%s/AbC123_-xyz/requests 200", page)
    assert "AbC123" not in lines.getvalue()
    assert f"/{page}/{REDACTED}/requests" in lines.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-22T15:00:00.123456Z", "2026-11-22 15:00:00", "0192f3a4-7d5a-7c1e-9f0b-2f6f1c5f8a11"),
        *("took 1234.5 ms", "weights 2026-11-3", "2026-11-28-12"),
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@given(st.emails())
def test_any_address_is_redacted(address: str) -> None:
    local = address.partition("@")[0]
    said = redact(f"mail to <{address}> failed")
    assert address not in said
    assert local not in said or local in "mail to < > failed [redacted]"


def test_a_log_line_says_when_where_and_how_grave(lines: io.StringIO) -> None:
    get_logger("webapp.services").warning("held", reason="cap_full")
    told = json.loads(lines.getvalue())
    assert (told["event"], told["level"], told["logger"], told["reason"]) == (
        "held",
        "warning",
        "webapp.services",
        "cap_full",
    )
    assert told["timestamp"].endswith("Z")


def test_an_api_key_loses_its_secret_and_keeps_its_name() -> None:
    told = redact("Authorization: Bearer pm_live_0123456789ab_" + "Ab-_" * 10 + "xyz, again")
    assert told == f"Authorization: Bearer pm_live_0123456789ab_{REDACTED}, again"

"""Codes of the second step: those of the standard, each used once, none guessed by typing it differently."""

import base64
from datetime import UTC, datetime

import pytest

from webapp.domain.one_time_code import (
    PERIOD_SECONDS,
    code_at,
    enrolment_url,
    matching_step,
    new_recovery_codes,
    new_shared_secret,
    plain_recovery_code,
)

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // PERIOD_SECONDS, digits=8) == code


def test_a_code_counts_around_its_time_and_once() -> None:
    now = datetime.fromtimestamp(1_900_000_000, UTC)
    step = 1_900_000_000 // PERIOD_SECONDS
    for off, expected in ((-2, None), (-1, step - 1), (0, step), (1, step + 1), (2, None)):
        assert matching_step(SECRET, code_at(SECRET, step + off), now, last_step=None) == expected
    code = code_at(SECRET, step)
    assert matching_step(SECRET, f" {code[:3]} {code[3:]} ", now, last_step=None) == step
    assert matching_step(SECRET, code, now, last_step=step) is None
    for wrong in ("", "abcdef", code[:5], "１２３４５６"):
        assert matching_step(SECRET, wrong, now, last_step=None) is None


def test_secrets_and_recovery_codes_differ_and_read_however_typed() -> None:
    assert len({new_shared_secret() for _ in range(20)}) == 20
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert plain_recovery_code(f" {codes[0].upper()} ") == codes[0].replace("-", "")
    url = enrolment_url(SECRET, issuer="Program Match", account="a b@x.example")
    assert url.startswith("otpauth://totp/Program%20Match%3Aa%20b%40x.example?secret=")

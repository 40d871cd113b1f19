"""The code that partners are shown for checking our signature does check it: run as it stands, in its own language."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

import webapp.ui
from tests.browser import LiveServer
from webapp.gateways.signature import new_secret, signature_headers

SAMPLES = Path(webapp.ui.__file__).parent / "templates" / "samples"
RUN_WITH_PHP = "690f9b7a8805938e9d7ae4bacb000f903dea45aa364f67239c76a49d7092cc6e"
BODY = b'{"first_name": "Ana \\u2713", "n": 1}'


def cases() -> list[tuple[bool, str, dict[str, str], bytes]]:
    """Whether it fits, the secret, the headers, the body."""
    secret, former, now = new_secret(), new_secret(), int(time.time())
    fits = signature_headers([secret], "msg_1", now, BODY)
    both = signature_headers([former, secret], "msg_1", now, BODY)
    stale = signature_headers([secret], "msg_1", now - 400, BODY)
    return [
        (True, secret, fits, BODY),
        (True, secret, both, BODY),
        (True, former, both, BODY),
        (False, former, fits, BODY),
        (False, secret, fits, BODY + b" "),
        (False, secret, {**fits, "webhook-id": "msg_2"}, BODY),
        (False, secret, {**fits, "webhook-timestamp": str(now - 1)}, BODY),
        (False, secret, stale, BODY),
    ]


def test_the_python_code_takes_what_is_ours_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    exec((SAMPLES / "verify_signature.py.txt").read_text(), names)  # noqa: S102  # our own file, as partners run it
    assert [names["is_ours"](*case[1:]) for case in cases()] == [case[0] for case in cases()]


@pytest.mark.browser
def test_the_javascript_code_does_too(
    gallery: Flask, live_server: Callable[[Flask], LiveServer], new_page: Callable[..., Page]
) -> None:
    """In a browser, whose Web Crypto is that of Node, Deno and workers."""
    page = new_page()
    page.goto(live_server(gallery).url)
    code = (SAMPLES / "verify_signature.js.txt").read_text()
    told = [(secret, headers, list(body)) for _, secret, headers, body in cases()]
    script = f"async (cases) => {{ {code} const all = []; for (const [secret, headers, body] of cases) "
    script += "all.push(await isOurs(secret, headers, new Uint8Array(body))); return all; }"
    assert page.evaluate(script, told) == [case[0] for case in cases()]


def test_the_php_code_is_the_one_that_was_run() -> None:
    """PHP is not among what tests may need. It was run on the same cases with PHP 8.2; a change wants that again."""
    code = (SAMPLES / "verify_signature.php.txt").read_bytes()
    assert hashlib.sha256(code).hexdigest() == RUN_WITH_PHP

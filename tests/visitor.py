"""A browser of somebody in tests, without JavaScript: the back office and the portal have forms that carry a token."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

_TOKEN = "csrf_token"  # the name of a field, and of what the cookie holds


@dataclass
class Browser:
    """One browser. Where a form is posted without naming the page that it stands on, it stands at `home`."""

    client: FlaskClient
    home: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def token(self, path: str) -> str:
        """The token that a form of the page at `path` carries."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(path).text)
        assert found is not None, f"{path} has no form"
        return found[1]

    def post(self, path: str, data: Mapping[str, object] | None = None, *, form_at: str = "") -> TestResponse:
        """Post as the form at `form_at` would. All pages of one log-in give the same token, so that page is opened only
        where none was before. That each form of the back office carries it, `test_every_post.py` holds."""
        token = token_of(self.client) or self.token(form_at or self.home)
        return self.client.post(path, data={_TOKEN: token, **(data or {})})


def be(client: FlaskClient, kept: Mapping[str, Any]) -> None:
    """Make a client hold this and nothing else in its cookie, as after a log-in, and a new token for forms."""
    with client.application.test_request_context():
        generate_csrf()
        secret = session[_TOKEN]
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update({**kept, _TOKEN: secret})


def token_of(client: FlaskClient) -> str:
    """The token that forms carry which are shown to this client now; empty where it was shown none yet."""
    with client.session_transaction() as cookie:
        secret = cookie.get(_TOKEN)
    if secret is None:
        return ""
    with client.application.test_request_context():
        session[_TOKEN] = secret
        return str(generate_csrf())

"""Fixtures of the user interface's tests: the gallery that shows every part, and the browser."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.browser import browser_page, chromium, faults, live_server, new_page
from tests.ui.gallery import create_gallery

__all__ = ["browser_page", "chromium", "faults", "live_server", "new_page"]


@pytest.fixture
def gallery() -> Flask:
    """The app whose pages show every part."""
    return create_gallery()


@pytest.fixture
def client(gallery: Flask) -> Iterator[FlaskClient]:
    """A client of the gallery."""
    with gallery.test_client() as client:
        yield client

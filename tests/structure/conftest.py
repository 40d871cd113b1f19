"""The application as it is put together, without servers: nothing here connects."""

import pytest
from flask import Flask

from webapp.app import create_app
from webapp.bootstrap import load_settings


@pytest.fixture(scope="module")
def app() -> Flask:
    settings = load_settings(
        {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SECRET_KEY": "a secret for structure tests only, 32+",
        }
    )
    return create_app(settings)

"""Error pages say in plain words what to do."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.ui.markup import markup_faults
from webapp.ui.errors import words_for


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 410, 413, 415, 429, 500, 503])
def test_each_error_has_its_page(client: FlaskClient, code: int) -> None:
    answer = client.get(f"/error/{code}")
    assert answer.status_code == code
    assert words_for(code).title in answer.text
    assert markup_faults(answer.text) == []


def test_a_forged_or_late_post_is_told_that_nothing_is_lost(client: FlaskClient) -> None:
    answer = client.post("/form/errors", data={})
    assert answer.status_code == 400
    assert "nothing is lost" in answer.text


def test_the_wrong_method_still_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    answer = client.delete("/results")
    assert answer.status_code in (400, 405)
    answer = client.put("/error/404")
    assert "html" in answer.headers["Content-Type"]


def test_too_large_a_post_is_answered_in_words(gallery: Flask) -> None:
    answer = gallery.test_client().post("/form/errors", data={"goal_words": "x" * 600_000})
    assert answer.status_code == 413
    assert "larger than we accept" in answer.text


def test_a_crash_shows_no_trace(gallery: Flask) -> None:
    gallery.config["PROPAGATE_EXCEPTIONS"] = False
    answer = gallery.test_client().get("/crash")
    assert answer.status_code == 500
    assert "planted" not in answer.text
    assert words_for(500).title in answer.text

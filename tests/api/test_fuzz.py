"""Whatever is sent, the answer is one that the document names, and no request makes the server fail."""

from flask import Flask

from tests.api.fuzz import fuzz
from tests.api.world import World


def test_answers_are_those_of_the_document(app: Flask, world: World) -> None:
    told = fuzz(app, key=world.live.key, ids=[world.live.ids(), world.rival.ids()], examples=2)
    assert len({operation for operation, _ in told}) == 22
    assert {status for _, status in told} >= {200, 404, 422}
    assert all(status < 500 for _, status in told)

"""The pages of the interface: what they show works as it stands, and the posting spec is what is posted."""

import json
import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.api.conftest import Caller
from tests.api.world import Side, World
from tests.browser import LiveServer, axe_violations, overflows
from webapp.api.document import current_document, operations
from webapp.bootstrap import Runtime
from webapp.gateways.signature import InvalidSignature, verify
from webapp.models import Lead, PartnerQuestion
from webapp.services.posting import get_document
from webapp.services.posting_spec import EXAMPLE_SECRET, general_spec, leaves

Call = Callable[[str | None], Caller]


def commands(page: str) -> dict[str, str]:
    """The curl commands of the page, by operation."""
    found = re.findall(r'<pre [^>]*data-operation="([^"]+)"><code>(.*?)</code></pre>', page, re.S)
    return {name: unescape(command) for name, command in found}


def run(app: Flask, command: str, key: str) -> Any:
    words = shlex.split(command.replace("\\\n", " ").replace("$PROGRAM_MATCH_KEY", key))
    headers, data, method, address = {}, None, "GET", ""
    assert words.pop(0) == "curl"
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            data, method = words.pop(0), "POST"
        elif word == "-X":
            method = words.pop(0)
        else:
            address = word
    parts = urlsplit(address)
    assert parts.netloc == "match.example"
    return app.test_client().open(parts.path, method=method, headers=headers, data=data)


def test_every_example_on_the_page_works(app: Flask, newcomer: Side) -> None:
    page = app.test_client().get("/api/v1/docs")
    shown = commands(page.text)
    with app.app_context():
        found = {operation["operationId"]: path for path, _, operation in operations(current_document())}
    assert set(shown) == set(found)
    ids = newcomer.ids()
    for name, command in shown.items():
        for path_name in re.findall(r"\{(\w+)\}", found[name]):
            command = command.replace("01890a5d-6c7e-7b1f-9a3c-2d4e5f607182", ids[path_name])
            command = command.replace(
                "match.example/api/v1/programs/larkspur-msds", f"match.example/api/v1/programs/{ids['program_id']}"
            )
        command = command.replace("Larkspur Institute", newcomer.school.legal_name.removesuffix(", Inc."))
        answer = run(app, command, newcomer.key)
        assert answer.status_code in (200, 201), f"{command}: {answer.text}"
    assert "'unsafe" not in page.headers["Content-Security-Policy"]


def test_every_kind_of_problem_has_its_place_on_the_page(app: Flask) -> None:
    page = app.test_client().get("/api/v1/docs").text
    with app.app_context():
        statuses = {status for _, _, each in operations(current_document()) for status in each["responses"]}
    for status in {each for each in statuses if each >= "4"}:
        assert re.search(rf'id="problem-[a-z-]+"><dt>{status} ', page), status


def test_the_posting_spec_is_what_is_posted(api_runtime: Runtime, world: World, call: Call) -> None:
    with api_runtime.begin() as session:
        session.add(
            PartnerQuestion(
                partner_id=world.rival.school.partner_id,
                program_id=None,
                position=1,
                kind="choice",
                label="When do you want to start?",
                help="",
                required=True,
                options=["Spring", "Fall"],
                active=True,
            )
        )
        lead = session.get_one(Lead, world.rival.leads["delivered"])
        posted = get_document(session, lead.id, api_runtime.links)
    told = call(world.rival.key).get("/posting-spec.json").json
    paths = [each["path"] for each in told["fields"]]
    example = json.loads(told["example"]["body"])
    assert list(posted) == list(example)
    above = {path.replace("[]", "").rpartition(".")[0] for path in paths} | set(paths)
    assert {path for path, _ in leaves(posted)} <= above
    assert told["questions"][0]["options"] == ["Spring", "Fall"]
    assert example["answers"][0] == {
        "question_id": told["questions"][0]["question_id"],
        "question": "When do you want to start?",
        "answer": "Spring",
    }
    assert example["consent"]["legal_entity"] == "Rival Institute, Inc."
    assert told["endpoints"]


def test_the_example_can_be_checked_as_the_page_says(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app.test_client().get("/api/v1/posting-spec").text
    code = re.search(r'id="signature-code"><code>(.*?)</code>', page, re.S)
    body = re.search(r'id="example-body"><code>(.*?)</code>', page, re.S)
    assert code
    assert body
    scope: dict[str, Any] = {}
    exec(compile(unescape(code[1]), "page", "exec"), scope)  # noqa: S102  # the page's own program, as it stands
    headers = dict(general_spec().example.headers)
    sent = unescape(body[1]).encode()
    monkeypatch.setattr(scope["time"], "time", lambda: float(headers["webhook-timestamp"]) + 60)
    assert scope["is_ours"](EXAMPLE_SECRET, headers, sent)
    assert not scope["is_ours"](EXAMPLE_SECRET, headers, sent + b" ")
    for name, value in headers.items():
        assert f'<dt>{name}</dt><dd><code class="code">{value}</code>' in unescape(page)
    with pytest.raises(InvalidSignature):
        verify((EXAMPLE_SECRET,), headers, sent, now=datetime.now(UTC))


@pytest.mark.browser
def test_the_pages_can_be_read_by_everybody(
    app: Flask, new_page: Callable[..., Page], live_server: Callable[[Any], LiveServer], faults: list[str]
) -> None:
    url = live_server(app).url
    for path, width, dark in (("docs", 390, True), ("posting-spec", 1280, False)):
        page = new_page(width=width, dark=dark)
        page.goto(f"{url}/api/v1/{path}")
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        assert axe_violations(page) == [], path
        assert overflows(page) == 0, path
        page.set_viewport_size({"width": 1670 - width, "height": 900})
        assert overflows(page) == 0, path
    assert faults == []

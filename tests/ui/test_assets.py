"""Static files keep for good under names that follow their content."""

import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.ui.assets import AssetFolder
from webapp.ui.pages import Site, install_ui, json_ld


def test_every_asset_of_a_page_is_versioned_and_kept(client: FlaskClient) -> None:
    html = client.get("/form").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
    assert len(addresses) >= 10
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["css/base.css", "css/base.0123456789ab.css"])
def test_a_plain_or_outdated_name_is_served_but_asked_for_again(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["../pages.py", "css/nothing.css", "%2e%2e/pages.py", "css", "x.0123456789ab.css"])
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_changed_file_gets_a_new_name(tmp_path: Path) -> None:
    folder = AssetFolder(tmp_path)
    sheet = tmp_path / "a.css"
    sheet.write_text("one")
    before = folder.versioned("a.css")
    sheet.write_text("two")
    os.utime(sheet, ns=(1, 1))
    assert folder.versioned("a.css") != before
    found, forever = folder.resolve(before)
    assert found is not None
    assert found.content == b"two"
    assert not forever
    with pytest.raises(FileNotFoundError):
        folder.versioned("b.css")


def test_an_app_with_its_own_static_folder_is_refused() -> None:
    with pytest.raises(ValueError, match="static_folder=None"):
        install_ui(Flask(__name__), site=Site())


def test_json_ld_cannot_leave_its_element() -> None:
    block = json_ld({"name": "</script><script>alert(1)</script>&\u2028"})
    assert block.count("<") == 2
    assert "\u2028" not in block

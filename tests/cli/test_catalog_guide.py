"""docs/catalog.md names every column and every option there is."""

import re
from pathlib import Path

from webapp.cli.catalog import catalog
from webapp.domain.listing import COLUMNS
from webapp.domain.listing_row import REQUIRED

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "catalog.md").read_text("utf-8")


def test_every_column_is_told_and_no_other() -> None:
    cells = re.findall(r"^\| (.+?) \|", GUIDE, re.MULTILINE)
    told = [name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)]
    assert sorted(told) == sorted(COLUMNS)


def test_required_columns_are_marked() -> None:
    assert sorted(re.findall(r"`([a-z_]+)` \*", GUIDE)) == sorted(REQUIRED)


def test_every_option_it_shows_exists() -> None:
    known = {option for command in catalog.commands.values() for each in command.params for option in each.opts}
    assert set(re.findall(r"--[a-z][a-z-]+", GUIDE)) <= known

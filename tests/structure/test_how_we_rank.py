"""What we say of the ranking is what runs: the figures of the paper come from the code, and its prose holds none."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-we-rank.md"
MAKER = runpy.run_path(str(ROOT / "docs/make_how_we_rank.py"))
FIGURED = ("Weights", "Values", "What is not known", "Bands", "Variety")


def sections(text: str) -> dict[str, str]:
    """The prose of each section, without what the code wrote."""
    prose = MAKER["BLOCK"].sub("", text)
    return dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", prose, re.M | re.S))


def test_the_figures_of_the_paper_are_those_of_the_code() -> None:
    told = PAGE.read_text()
    assert told == MAKER["written"](told), "Run .venv/bin/python docs/make_how_we_rank.py"


def test_every_block_of_figures_stands_in_the_paper_once() -> None:
    marks = [found[1] for found in MAKER["BLOCK"].findall(PAGE.read_text())]
    assert sorted(marks) == sorted(MAKER["blocks"]())


@pytest.mark.parametrize("name", FIGURED)
def test_prose_about_weights_and_curves_holds_no_figure(name: str) -> None:
    assert re.findall(r"\d+", sections(PAGE.read_text())[name]) == []


def test_a_figure_that_is_wrong_would_be_found() -> None:
    told = PAGE.read_text()
    for figure in re.findall(r"(?<=\| )\d[\d.]*(?= \|)", told):
        wrong = told.replace(f"| {figure} |", "| 7.77 |", 1)
        assert MAKER["written"](wrong) == told

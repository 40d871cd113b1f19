"""The page on the ranking shows what runs: weights, bands, and the criteria's own values."""

import re

import pytest

from tests.student.person import Person
from webapp.matching import DEFAULT_WEIGHTS, ENGINE_VERSION
from webapp.matching.curves import Curve, curves
from webapp.matching.scoring import GOOD_SCORE, STRONG_COVERAGE, STRONG_SCORE


def tables(html: str) -> dict[str, list[tuple[str, str]]]:
    """Label and last cell of every row, by the caption of its table."""
    found = {}
    for caption, body in re.findall(r"<caption>(.*?)</caption>.*?<tbody>(.*?)</tbody>", html, re.S):
        rows = re.findall(r'<th scope="row">(.*?)</th>.*?<td class="number">(.*?)</td>', body, re.S)
        found[caption.replace("&#39;", "'")] = [(label.replace("&#39;", "'"), value) for label, value in rows]
    return found


@pytest.mark.parametrize("curve", curves(), ids=lambda curve: curve.title)
def test_every_curve_is_shown_as_the_engine_has_it(person: Person, curve: Curve) -> None:
    shown = tables(person.open("/how-we-rank").html)[curve.title]
    assert [label for label, _ in shown] == [point.at for point in curve.points]
    for (_, value), point in zip(shown, curve.points, strict=True):
        assert abs(float(value) - 100 * point.value) <= 0.5 + 1e-9


def test_weights_bands_and_versions_are_those_that_run(person: Person) -> None:
    page = person.open("/how-we-rank")
    shown = tables(page.html)
    assert [float(value) for _, value in shown["What a priority does to a weight"]] == [
        DEFAULT_WEIGHTS.must,
        DEFAULT_WEIGHTS.important,
        DEFAULT_WEIGHTS.nice,
        0,
    ]
    silent = [float(value) for _, value in shown["What counts, and its weight if you say nothing"]]
    assert silent == list(DEFAULT_WEIGHTS.unstated.values())
    assert f"Strong: at least {100 * STRONG_SCORE:.0f} points, with at least {100 * STRONG_COVERAGE:.0f}%" in page.words
    assert f"Good: at least {100 * GOOD_SCORE:.0f} points" in page.words
    assert f"Engine {ENGINE_VERSION}, weights {DEFAULT_WEIGHTS.version}" in page.words

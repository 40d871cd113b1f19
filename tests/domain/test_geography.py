"""Where ZIP codes lie, held against the full list, and how far places are apart."""

import csv
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.real_catalogue import data_folder
from webapp.domain.geography import STATES, Position, distance_km, locate_zip, zip_areas

positions = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


def test_the_states_fit_one_machine_word() -> None:
    assert len(STATES) == 50 + 1 + 5 + 3
    assert {"DC", "PR", "CA"} <= set(STATES)


def test_every_zip_is_placed_in_its_state_and_near_where_it_is() -> None:
    with (data_folder() / "us_zip_geonames.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["state"]]  # military codes lie in no state
    areas = [locate_zip(row["zip"]) for row in rows]
    assert all(areas)
    placed = [(row, area) for row, area in zip(rows, areas, strict=True) if area is not None]
    assert sum(area.state == row["state"] for row, area in placed) / len(rows) > 0.995
    off = sorted(distance_km(area.position, Position(float(row["lat"]), float(row["lon"]))) for row, area in placed)
    assert off[len(off) // 2] < 40


def test_areas_lie_in_known_states() -> None:
    assert {area.state for area in zip_areas().values()} <= set(STATES)


@pytest.mark.parametrize("text", ["", "9411", "abcde", "00099", "٩٤١١٠"])
def test_what_is_not_a_zip_code_has_no_place(text: str) -> None:
    assert locate_zip(text) is None


def test_zip_plus_four_counts_by_its_first_five() -> None:
    assert locate_zip("94110-1234") == locate_zip("94110")


def test_known_distances() -> None:
    new_york, los_angeles = Position(40.7128, -74.0060), Position(34.0522, -118.2437)
    assert distance_km(new_york, los_angeles) == pytest.approx(3936, abs=2)
    assert distance_km(Position(0, 0), Position(0, 180)) == pytest.approx(math.pi * 6371.0088)


@given(positions, positions)
def test_distance_is_symmetric_and_bounded(a: Position, b: Position) -> None:
    assert distance_km(a, b) == pytest.approx(distance_km(b, a), abs=1e-6)
    assert 0 <= distance_km(a, b) <= math.pi * 6371.0088 + 1e-6
    assert distance_km(a, a) == 0

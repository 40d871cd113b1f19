"""The points shown of each criterion lie on the curve the paper describes."""

import itertools

from webapp.domain.profile import Criterion
from webapp.matching.curves import Curve, curves


def named(beginning: str) -> list[float]:
    """The values of the curve of this title, without those of what is not published."""
    [curve] = [each for each in curves() if each.title.startswith(beginning)]
    return [point.value for point in curve.points if "not published" not in point.at]


def test_every_criterion_has_a_curve_and_every_value_is_a_share() -> None:
    assert {curve.criterion for curve in curves()} == set(Criterion)
    assert all(0 <= point.value <= 1 for curve in curves() for point in curve.points)


def test_values_fall_where_things_get_worse() -> None:
    for beginning in ("Price against", "Price, with no", "Months to finish against", "Months to finish, with no"):
        assert all(before >= after for before, after in itertools.pairwise(named(beginning))), beginning
    for beginning in ("Hours a week", "Next start, where", "Next start, with no", "On campus, against"):
        assert all(before >= after for before, after in itertools.pairwise(named(beginning))), beginning


def test_values_rise_where_things_get_better() -> None:
    for beginning in ("Statistics you have", "Pay against", "Your own words"):
        assert all(before <= after for before, after in itertools.pairwise(named(beginning))), beginning


def test_the_limit_itself_is_worth_less_than_half_of_it_and_more_than_nothing() -> None:
    for beginning in ("Price against", "Months to finish against", "Hours a week"):
        values = named(beginning)
        assert values[0] == 1.0
        assert 0 < values[3] < values[1]
        assert values[-1] == 0.0


def test_unknown_is_never_nothing_and_never_the_best() -> None:
    def unknown(curve: Curve) -> list[float]:
        return [point.value for point in curve.points if point.at.endswith("not published")]

    values = [value for curve in curves() for value in unknown(curve)]
    assert len(values) >= 7
    assert all(0 < value < 1 for value in values)

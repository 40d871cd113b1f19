"""Figures are judged only where there are enough, and each against a bar that is told."""

from webapp.domain.scorecard import BARS, Mark


def test_few_are_not_judged_and_both_directions_are() -> None:
    accepted, complaints = BARS["acceptance"], BARS["complaints"]
    assert [accepted.mark(value, 20) for value in (95, 94.9, 80, 79)] == [Mark.GOOD, Mark.FAIR, Mark.FAIR, Mark.POOR]
    assert [complaints.mark(value, 20) for value in (1, 1.1, 5, 5.1)] == [Mark.GOOD, Mark.FAIR, Mark.FAIR, Mark.POOR]
    assert accepted.mark(100, 19) is Mark.FEW
    assert complaints.mark(None, 900) is Mark.FEW
    assert accepted.words == "Good from 95%, poor below 80%; judged from 20 on."
    assert complaints.words == "Good up to 1%, poor above 5%; judged from 20 on."

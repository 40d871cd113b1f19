"""Subjects and their levels."""

from webapp.domain.subject import RANKED_LEVELS, SubjectLevel


def test_levels_rise_and_unknown_has_no_rank() -> None:
    assert [level.rank for level in RANKED_LEVELS] == [0, 1, 2, 3, 4]
    assert SubjectLevel.UNKNOWN.rank == -1
    assert SubjectLevel.UNKNOWN not in RANKED_LEVELS

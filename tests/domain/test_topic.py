"""The tables of topics: whole, and read as people write."""

import pytest

from webapp.domain.occupation import occupations
from webapp.domain.topic import mentions, topics, topics_of
from webapp.domain.word import stem, tokens


def told(text: str) -> list[str]:
    return [mention.topic for mention in mentions(text)[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Natural Language Processing", ["natural language processing"]),
        ("NLP for text", ["natural language processing", "natural language processing"]),
        ("Data Processing Technician", []),
        ("images, and satellite images", ["computer vision", "remote sensing"]),
        ("statistics for factories", ["statistics", "manufacturing"]),
        ("machine learning", ["machine learning"]),
        ("Robots & drones!", ["robotics", "robotics"]),
        ("", []),
        ("welding", []),
    ],
)
def test_words_mean_topics_the_longest_first(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def test_what_means_no_topic_is_left_over() -> None:
    found, rest = mentions("AI for Welding shops")
    assert [mention.words for mention in found] == [("ai",), ("shops",)]
    assert rest == ("for", "welding")


def test_every_topic_is_told_by_its_name_and_no_words_mean_two() -> None:
    assert all(told(name) == [name] for name in topics())
    meant: dict[tuple[str, ...], str] = {}
    for topic in topics().values():
        for text in (topic.name, *topic.terms):
            assert meant.setdefault(tuple(map(stem, tokens(text))), topic.name) == topic.name, text


def test_nearness_is_a_share_and_holds_both_ways() -> None:
    for topic in topics().values():
        assert topic.name not in topic.near
        for other, grade in topic.near.items():
            assert 0 < grade < 1
            assert topics()[other].near[topic.name] == grade


def test_every_occupation_has_topics_of_its_own() -> None:
    graded = [topics_of(soc) for soc in occupations()]
    assert all(max(grades.values()) == 1 and set(grades) <= set(topics()) for grades in graded)
    assert all(0 < grade <= 1 for grades in graded for grade in grades.values())
    assert not topics_of("99-9999")

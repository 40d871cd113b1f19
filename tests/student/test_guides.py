"""The guides: no figure without a source, plain words, and a way into the form with the goal filled in."""

import csv
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.student.person import Person
from tests.student.readability import grade, syllables
from webapp.domain.occupation import occupations
from webapp.student.guidebook.content import Fact, GuideError, Items, Paragraph, Table, checked, read_prose
from webapp.student.guidebook.library import library
from webapp.student.guidebook.page import WAGES_SOURCE
from webapp.student.guidebook.structured import plain

SLUGS = list(library().guides)
HARDEST = 10.0
FACT = Fact("$7,395", "pell", "2026-01-30", "award year 2026–27")

Rows = list[dict[str, str]]
_LEVELS = {"bachelor": {"5"}, "master": {"7"}, "doctorate": {"17"}, "graduate-certificate": {"6", "8"}}


def programs(level: str, cip: str = "") -> Callable[[Rows], int]:
    return lambda rows: sum(row["AWLEVEL"] in _LEVELS[level] and row["CIPCODE"].startswith(cip) for row in rows)


def colleges(level: str, cip: str) -> Callable[[Rows], int]:
    return lambda rows: len(
        {row["UNITID"] for row in rows if row["AWLEVEL"] in _LEVELS[level] and row["CIPCODE"].startswith(cip)}
    )


def tuition(control: str, column: str) -> Callable[[Rows], float]:
    def middle(rows: Rows) -> float:
        found = {row["UNITID"]: row[column] for row in rows if row["CONTROL"] == control}
        return median(float(value) for value in found.values() if value not in ("", ".", "NA"))

    return middle


COMPUTED: Mapping[str, Callable[[Rows], float]] = {
    **{f"count-{level}": programs(level) for level in _LEVELS},
    "colleges-ds-bachelor": colleges("bachelor", "30.70"),
    "colleges-ds-master": colleges("master", "30.70"),
    "colleges-cs-bachelor": colleges("bachelor", "11.0701"),
    "colleges-cs-doctorate": colleges("doctorate", "11.0701"),
    "tuition-public-in": tuition("1", "TUITION2"),
    "tuition-public-out": tuition("1", "TUITION3"),
    "tuition-private": tuition("2", "TUITION2"),
    "graduate-public-in": tuition("1", "TUITION6"),
    "graduate-public-out": tuition("1", "TUITION7"),
    "graduate-private": tuition("2", "TUITION6"),
}


def test_figures_that_we_worked_out_are_what_the_public_files_give(data_dir: Path) -> None:
    with (data_dir / "programs_degrees_active_2024.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    facts = library().facts
    assert COMPUTED.keys() == {name for name, fact in facts.items() if fact.source in ("completions", "tuition")}
    shown = {name: float(re.sub("[$,]", "", facts[name].value)) for name in COMPUTED}
    assert shown == {name: compute(rows) for name, compute in COMPUTED.items()}


def test_every_figure_has_a_source_and_a_date_that_is_not_ahead() -> None:
    shelf = library()
    for name, fact in shelf.facts.items():
        assert fact.source in shelf.sources, name
        assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", fact.as_of), name
        assert fact.as_of[:4] <= str(datetime.now(UTC).year), name
        assert fact.period, name
    used = {fact for guide in shelf.guides.values() for fact in guide.facts()}
    assert [name for name, fact in shelf.facts.items() if fact not in used] == []
    assert all(source.url.startswith("https://") for source in shelf.sources.values())
    cited = {fact.source for fact in used} | {name for guide in shelf.guides.values() for name in guide.sources}
    assert shelf.sources.keys() - cited == {WAGES_SOURCE}


@pytest.mark.parametrize(
    "text", ["Pay is 120 a week.", "Half a million people.", "Ten percent pass.", "It costs $ much."]
)
def test_a_figure_without_a_source_is_refused(text: str) -> None:
    with pytest.raises(GuideError, match="has no source"):
        checked(text)


def test_prose_is_read_into_figures_and_links() -> None:
    prose = read_prose("At most {pell} a year. See [how](guide:prerequisites).", {"pell": FACT})
    assert plain(prose) == "At most $7,395 a year. See how."
    assert [type(piece).__name__ for piece in prose] == ["str", "Fact", "str", "Link", "str"]


@pytest.mark.parametrize("text", ["{nothing} a year", "{pell a year", "[how](http:x)"])
def test_broken_marks_are_refused(text: str) -> None:
    with pytest.raises(GuideError):
        read_prose(text, {"pell": FACT})


@pytest.mark.parametrize("slug", SLUGS)
def test_the_text_is_plain(slug: str) -> None:
    guide = library().guides[slug]
    running = [block for section in guide.sections for block in section.blocks if isinstance(block, Paragraph | Items)]
    texts = [guide.lead, guide.description]
    texts += [
        plain(prose) for block in running for prose in ([block.prose] if isinstance(block, Paragraph) else block.items)
    ]
    texts += [plain(prose) for group in guide.groups for each in group.questions for prose in each.answer]
    assert grade(" ".join(texts)) <= HARDEST


def test_the_measure_tells_easy_from_hard() -> None:
    assert grade("The cat sat on the mat. It was warm. The dog ran.") < 1
    assert grade("Institutional accreditation facilitates comprehensive interoperability considerations.") > 20
    assert [syllables(word) for word in ("make", "data", "table", "worked", "needed", "program")] == [1, 2, 2, 1, 2, 2]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_guide_opens_with_its_parts(person: Person, slug: str) -> None:
    guide = library().guides[slug]
    page = person.open(f"/guides/{slug}")
    heads = [(section.id, section.heading) for section in guide.sections]
    for anchor, heading in [*heads, *((group.id, group.heading) for group in guide.groups)]:
        assert anchor in page.ids
        assert heading in page.words
    anchors = {value[1:] for _, _, value in page.addresses if value.startswith("#")}
    assert anchors <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    for fact in guide.facts():
        assert fact.value in page.words
        assert fact.period in page.words
    assert 20 <= len(guide.title) <= 65
    assert 50 <= len(guide.description) <= 170
    for tag, _, value in page.addresses:
        assert tag == "a" or value.startswith(("/", "http://localhost/")), value


def test_links_of_guides_lead_somewhere(person: Person) -> None:
    seen = {"/"}
    for slug in SLUGS:
        seen |= {value for tag, _, value in person.open(f"/guides/{slug}").addresses if tag == "a"}
    for path in sorted(seen):
        if path.startswith("/") and not path.startswith("/match"):
            assert person.client.get(path).status_code == 200, path


def test_titles_and_descriptions_are_each_page_s_own(person: Person) -> None:
    heads = [_head(person.open(path).html) for path in ("/", "/guides", *(f"/guides/{slug}" for slug in SLUGS))]
    for key in ("title", "description", "canonical"):
        values = [head[key] for head in heads]
        assert len(values) == len(set(values)), key


def test_canonical_addresses_and_sharing_texts_are_absolute_and_load_nothing(person: Person) -> None:
    html = person.open("/guides/data-scientist", headers={"Host": "evil.example"}).html
    head = _head(html)
    assert head["canonical"] == head["og:url"] == "http://localhost/guides/data-scientist"
    assert head["og:title"] == "Data scientist: the work, the pay, the way in"
    assert head["og:description"] == head["description"]
    assert "og:image" not in html


def test_machines_read_the_pay_of_a_career(person: Person) -> None:
    found = {each["@type"]: each for each in _structured(person.open("/guides/research-scientist").html)}
    assert set(found) == {"Article", "BreadcrumbList", "Occupation"}
    pay = found["Occupation"]["estimatedSalary"]
    assert (pay["percentile10"], pay["median"], pay["percentile90"]) == (82200, 140300, 230630)
    assert found["Occupation"]["occupationalCategory"].startswith("15-1221 ")
    assert found["Article"]["dateModified"] == library().guides["research-scientist"].reviewed


def test_machines_read_the_same_answers_as_people(person: Person) -> None:
    page = person.open("/guides/questions")
    (faq,) = [each for each in _structured(page.html) if each["@type"] == "FAQPage"]
    asked = [each for group in library().guides["questions"].groups for each in group.questions]
    assert len(asked) == len(faq["mainEntity"]) >= 12
    for told, each in zip(faq["mainEntity"], asked, strict=True):
        assert told["name"] == each.question
        assert told["name"] in page.words
        assert told["acceptedAnswer"]["text"] == " ".join(map(plain, each.answer))
        assert all(plain(prose) in page.words for prose in each.answer)


def test_every_career_stands_for_a_known_job_and_says_how_well() -> None:
    roles = library().roles
    assert len(roles) == 5
    for role in roles.values():
        assert role.soc in occupations()
        codes = [piece.value for piece in role.stand_in if isinstance(piece, Fact)]
        assert codes[0] == role.soc


def test_tables_have_a_cell_for_every_column() -> None:
    tables = [b for g in library().guides.values() for s in g.sections for b in s.blocks if isinstance(b, Table)]
    assert len(tables) >= 3
    assert all(len(row) == len(table.head) for table in tables for row in table.rows)


def test_a_guide_that_is_not_there_is_not_found(person: Person) -> None:
    assert person.client.get("/guides/astronaut").status_code == 404


def test_the_guides_work_before_there_is_a_catalogue(early_person: Person) -> None:
    assert "Not published" in early_person.open("/guides/prerequisites").words


def _head(html: str) -> dict[str, str]:
    head = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html))
    canonical = re.findall(r'<link rel="canonical" href="([^"]+)">', html)
    return head | {"title": re.findall(r"<title>(.*?)</title>", html)[0], "canonical": canonical[0]}


def _structured(html: str) -> list[dict[str, Any]]:
    return [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)]

"""Programs side by side: a real table, what is unknown said, differences not by colour alone."""

import re
from html import unescape

from tests.student.lists import KNOWN, ranked_ids, shortlisted
from tests.student.person import Page, Person
from webapp.bootstrap import Runtime


def rows_of(page: Page) -> dict[str, tuple[bool, list[str]]]:
    """Each question with whether it is marked, and the answers in order."""
    rows = {}
    for attributes, row in re.findall(r"<tr role=\"row\"([^>]*)>(.*?)</tr>", page.html, re.S):
        head = re.search(r'<th scope="row"[^>]*>(.*?)</th>', row, re.S)
        if head:
            cells = re.findall(r'<td role="cell">.*?<div class="cell">(.*?)</div></td>', row, re.S)
            label = Page(head[1]).words
            assert ("differs" in attributes) == label.endswith(" differs")
            rows[label.removesuffix(" differs")] = ("differs" in attributes, [Page(cell).words for cell in cells])
    return rows


def address(*ids: str) -> str:
    return "/compare?" + "&".join(f"program={each}" for each in ids)


def test_the_table_has_a_head_for_every_column_and_row(person: Person) -> None:
    page = person.open(address(*KNOWN))
    assert page.html.count('<th scope="col"') == 3
    assert page.html.count("<caption") == 1
    rows = rows_of(page)
    assert all(len(cells) == 3 for _, cells in rows.values())
    assert rows["Tuition for the whole program"] == (
        True,
        [
            "$17,800 in all Published for this program As of June 2, 2026",
            "$6,300 in all Worked out from the price per credit As of September 17, 2026",
            "$41,200 in all An average of the whole institution, not this program's price As of October 28, 2026",
        ],
    )
    assert rows["Median salary"][1] == [
        "$98,500 From 212 graduates. Demo graduate survey (invented), 2025",
        "Not published",
        "$71,000 From 96 graduates. Demo graduate survey (invented), 2025",
    ]
    assert rows["Awarded by"][0] is False
    assert "How they stand for you" not in page.words
    assert rows["Programming"][1][0] == "Needs programming: one course."


def test_with_answers_it_says_what_is_met_and_why(person: Person) -> None:
    results = person.open(person.finish())
    ids = ranked_ids(results)[:4]
    rows = rows_of(person.open(address(*ids)))
    assert rows["In your list"][1] == [f"Number {place} in your list." for place in range(1, 5)]
    for label in ("Can you get in?", "Match", "Why it fits", "How much is known"):
        assert all(rows[label][1]), label
    assert all("Met" in cell or "Not" in cell or "did not say" in cell for cell in rows["Education"][1])


def test_only_differences_leaves_out_what_is_alike(person: Person) -> None:
    whole, short = rows_of(person.open(address(*KNOWN))), rows_of(person.open(address(*KNOWN) + "&only=differences"))
    assert list(short) == [label for label, (differs, _) in whole.items() if differs]
    assert 0 < len(short) < len(whole)


def test_four_at_most_and_what_is_left_is_named(person: Person, runtime: Runtime) -> None:
    listings = runtime.snapshot.current().listings[:6]
    page = person.open(address(*(listing.program_id for listing in listings), "nowhere", "BAD ID"))
    assert page.html.count('<th scope="col"') == 4
    assert f"Not shown: {listings[4].name}; {listings[5].name}." in unescape(page.words)
    assert "2 programs of those you named are not in our catalog any more." in page.words


def test_the_shortlist_is_compared_where_nothing_is_named(person: Person) -> None:
    assert "Choose two to four programs" in person.open("/compare").words
    for program_id in KNOWN[:2]:
        shortlisted(person, program_id)
    page = person.open("/compare")
    assert page.html.count('<th scope="col"') == 2
    assert page.html.index(KNOWN[0]) < page.html.index(KNOWN[1])
    assert ("a", "href", f"/compare?program={KNOWN[1]}") in page.addresses

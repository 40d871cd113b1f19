""" "Not for me, because …": the program goes, the list moves, and one button brings it back."""

import re

import pytest
from sqlalchemy import text

from tests.student.person import ANSWERS, Page, Person, Values
from tests.student.test_adjust import ids_of, stored
from webapp.bootstrap import Runtime
from webapp.domain.feedback import FeedbackReason
from webapp.services.replay import replay
from webapp.student.asides import REASON_WORDS


@pytest.fixture
def results(person: Person) -> str:
    """The path of a list on which cost is nice to have."""
    return person.finish()


def put_aside(person: Person, results: str, program: str, reason: str) -> Page:
    """Press a reason under a program; the list as it is then."""
    response = person.send(f"{results}/aside", {"pick": f"{reason} {program}"}, page=person.open(results))
    assert response.status_code == 303
    return person.open(results)


def test_every_reason_is_offered_under_every_program(person: Person, results: str) -> None:
    page = person.open(results)
    assert set(REASON_WORDS) == set(FeedbackReason)
    offered = [pick for pick in page.values("pick") if pick.split()[0] in set(FeedbackReason)]
    assert len(offered) == len(ids_of(page)) * len(FeedbackReason)


def test_a_complaint_hides_the_program_and_raises_what_it_is_about(
    person: Person, results: str, runtime: Runtime
) -> None:
    before = ids_of(person.open(results))
    page = put_aside(person, results, before[1], "too_expensive")
    after = ids_of(page)
    assert before[1] not in after
    assert len(after) == 10
    assert "is put aside: too expensive. So “Cost” counts more: important (was: nice to have)." in page.words
    assert re.search(r"The list changed: .*\d gone", page.words)
    assert "Put aside by you" in page.words
    assert "<dt>Cost</dt><dd>Important</dd>" in page.html
    with runtime.begin() as session:
        row = session.execute(
            text("SELECT * FROM feedback WHERE program_id = :id ORDER BY id DESC LIMIT 1"), {"id": before[1]}
        ).one()
    assert (row.reason, row.rank, row.shown, row.taken_back_at) == ("too_expensive", 2, 10, None)
    assert row.effect == {"step": "priorities", "field": "cost", "before": "nice", "after": "important"}
    assert all((row.engine_version, row.weights_version, row.catalog_version, row.band, row.verdict))


def test_one_button_brings_back_the_program_and_what_was_said(person: Person, results: str) -> None:
    before = ids_of(person.open(results))
    put_aside(person, results, before[0], "too_expensive")
    person.send(f"{results}/aside/back", {"pick": before[0]}, page=person.open(results))
    page = person.open(results)
    assert "Taken back: the program is on offer again. Cost: Nice to have (was: Important)." in page.words
    assert ids_of(page) == before
    assert "Undo the last change" not in page.words
    person.send(f"{results}/aside/back", {"pick": before[0]}, page=page)
    assert ids_of(person.open(results)) == before


def test_what_the_student_changed_since_is_not_put_back(person: Person, results: str) -> None:
    program = ids_of(person.open(results))[0]
    put_aside(person, results, program, "too_expensive")
    person.answer("priorities", {"cost": "must"})
    person.send(f"{results}/aside/back", {"pick": program}, page=person.open(results))
    assert "<dt>Cost</dt><dd>Must</dd>" in person.open(results).html


@pytest.mark.parametrize("reason", ["known", "other"])
def test_a_reason_about_nothing_changes_no_answer(person: Person, results: str, reason: str) -> None:
    before = ids_of(person.open(results))
    page = put_aside(person, results, before[3], reason)
    assert "counts" not in page.words.split("Your list")[1].split("Change what counts")[0]
    kept = [each for each in before if each != before[3]]
    assert [each for each in ids_of(page) if each in kept] == kept
    assert "Undo the last change" not in page.words


def test_a_complaint_never_makes_a_limit_but_offers_one(person: Person, results: str) -> None:
    before = ids_of(person.open(results))
    page = put_aside(person, results, before[0], "too_expensive")
    assert "<dt>Cost</dt><dd>Must</dd>" not in page.html
    offer = next(pick for pick in page.values("pick") if pick == f"below {before[0]}")
    price = re.search(r"Leave out all that cost (\$[\d,]+) or more", page.words)
    assert price is not None
    person.send(f"{results}/change", {"pick": offer}, page=page)
    after = person.open(results)
    assert "Cost: Must (was: Important)" in after.words
    limit = int(price[1].replace("$", "").replace(",", ""))
    prices = [int(each.replace(",", "")) for each in re.findall(r"<strong>\$([\d,]+) in all", after.html)]
    assert prices
    assert max(prices) < limit


def test_twice_is_once_and_a_stranger_program_is_refused(person: Person, results: str, runtime: Runtime) -> None:
    program = ids_of(person.open(results))[0]
    put_aside(person, results, program, "too_long")
    before = stored(runtime)
    for each in (program, "no such program"):
        page = put_aside(person, results, each, "too_long")
        assert "no longer on offer" in page.words
    assert person.send(f"{results}/aside", {"pick": "boring x"}, page=page).status_code == 400
    assert stored(runtime) == before


def test_the_rows_say_nothing_of_who_and_outlive_the_draft(person: Person, results: str, runtime: Runtime) -> None:
    program = ids_of(person.open(results))[2]
    put_aside(person, results, program, "wrong_subject")
    with runtime.begin() as session:
        row = session.execute(
            text("SELECT draft_id, id FROM feedback WHERE program_id = :id ORDER BY id DESC"), {"id": program}
        ).first()
        assert row is not None
        session.execute(text("DELETE FROM drafts WHERE id = :id"), {"id": row.draft_id})
        left = session.execute(text("SELECT * FROM feedback WHERE id = :id"), {"id": row.id}).one()
    assert left.draft_id is None
    told = str(dict(left._mapping))
    for words in ("hospitals", "94110", "computer vision"):
        assert words not in told


def test_a_request_stores_and_replays_the_list_without_what_was_put_aside(
    person: Person, results: str, runtime: Runtime
) -> None:
    program = ids_of(person.open(results))[0]
    page = put_aside(person, results, program, "known")
    shown = ids_of(page)
    assert person.ask(results, page=page, email="aside@student.example").status_code == 303
    with runtime.begin() as session:
        row = session.execute(
            text(
                "SELECT s.id, s.put_aside, array_agg(m.program_id ORDER BY m.rank) AS ids FROM submissions s "
                "JOIN matches m ON m.submission_id = s.id JOIN prospects p ON p.id = s.prospect_id "
                "WHERE p.email = 'aside@student.example' GROUP BY s.id"
            )
        ).one()
        assert row.put_aside == [program]
        assert row.ids == shown
        assert replay(session, row.id).reproduced


def test_a_wrong_subject_is_about_the_topics_or_else_the_goal(person: Person) -> None:
    answers: dict[str, Values] = {**ANSWERS, "goal": {"occupation": "15-2051"}, "priorities": {"goal": "nice"}}
    results = person.finish(answers)
    page = put_aside(person, results, ids_of(person.open(results))[0], "wrong_subject")
    assert "So “Leads to my goal” counts more: important (was: nice to have)." in page.words

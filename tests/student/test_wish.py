"""From a guide into the form: the job is offered, and nothing is kept until the student sends it."""

from sqlalchemy import func, select

from tests.student.person import ANSWERS, Page, Person
from webapp.bootstrap import Runtime
from webapp.models import Draft
from webapp.student.guidebook.library import library


def offered(page: Page) -> list[str]:
    return [c["value"] for c in page.controls if c["tag"] == "option" and "selected" in c]


def drafts(runtime: Runtime) -> int:
    with runtime.begin() as session:
        return session.execute(select(func.count()).select_from(Draft)).scalar_one()


def test_every_career_opens_the_form_with_its_job(person: Person) -> None:
    for role in library().roles.values():
        (way,) = {value for _, _, value in person.open(f"/guides/{role.slug}").addresses if value.startswith("/match?")}
        page = person.open(way)
        assert offered(page) == [role.soc]
        assert "We chose the job of the guide you came from." in page.words


def test_looking_stores_nothing_and_sending_does(person: Person, runtime: Runtime) -> None:
    before = drafts(runtime)
    person.open("/match?occupation=15-1252")
    assert drafts(runtime) == before
    assert person.answer("goal", {"occupation": "15-1252"}).status_code == 303
    assert drafts(runtime) == before + 1
    again = person.open("/match/goal")
    assert offered(again) == ["15-1252"]
    assert "We chose" not in again.words


def test_an_answer_given_before_stays_until_the_new_one_is_sent(person: Person) -> None:
    person.finish()
    page = person.open("/match?occupation=15-1221")
    assert offered(page) == ["15-1221"]
    assert str(ANSWERS["goal"]["words"]) in page.html
    results = person.open("/").html
    assert "/results/" in results
    person.answer("goal", ANSWERS["goal"])
    assert offered(person.open("/match/goal")) == ["15-2051"]


def test_clearing_the_device_forgets_the_job(person: Person) -> None:
    person.answer("goal")
    person.open("/match?occupation=15-1221")
    assert person.send("/match/start-over", {}, page=person.open("/")).status_code == 303
    assert offered(person.open("/match/goal")) in ([], [""])


def test_a_job_we_do_not_know_is_left_out(person: Person) -> None:
    for wrong in ("99-9999", "<script>", "", "other", "15-2051 "):
        page = person.open("/match", query_string={"occupation": wrong})
        assert offered(page) in ([], [""]), wrong
        assert "We chose" not in page.words
        assert "<script>" not in page.html.split("<main", 1)[1]

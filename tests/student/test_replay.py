"""What the results page stores is all that a replay needs."""

from sqlalchemy import text

from tests.student.person import Person
from webapp.bootstrap import Runtime
from webapp.services.replay import replay


def test_a_list_asked_for_on_the_page_replays_byte_for_byte(person: Person, runtime: Runtime) -> None:
    response = person.ask(person.finish(), email="replay@student.example")
    assert response.status_code == 303
    with runtime.begin() as session:
        asked = session.execute(
            text(
                "SELECT s.id FROM submissions s JOIN prospects p ON p.id = s.prospect_id "
                "WHERE p.email = 'replay@student.example'"
            )
        ).scalar_one()
        found = replay(session, asked)
    assert found.reproduced, found.differences
    assert found.digest_agrees is True
    assert found.stored.k == 10

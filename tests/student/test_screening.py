"""What a student sees and can do while an introduction waits for them: confirm an address, put details right."""

from datetime import timedelta

from sqlalchemy import select, update

from tests.student.person import Person
from tests.student.test_my_data import asked, fingerprint
from tests.student.test_rights import links_in_the_last_mail, send_mails
from webapp.bootstrap import Runtime
from webapp.domain.ids import address_key
from webapp.domain.screening import Screening
from webapp.models import Lead, Prospect
from webapp.services import lead, screening_policy


def release(runtime: Runtime, email: str) -> Lead:
    """The undo window of the one lead of this address is over; send the mails that follow."""
    key = address_key(runtime.links.secret, email)
    people = select(Prospect.id).where(Prospect.email_key == key)
    with runtime.begin() as session:
        found = session.scalars(select(Lead).where(Lead.prospect_id.in_(people))).one()
        found.due_at = runtime.clock.now() - timedelta(seconds=1)
        session.flush()
        lead.release(session, runtime.clock, found.id)
    send_mails(runtime, people)
    return found


def test_a_request_waits_until_the_reader_of_its_address_says_so(person: Person, runtime: Runtime) -> None:
    email = "unsure@student.example"
    path = asked(person, email)
    with runtime.begin() as session:
        partner_id = session.scalars(
            select(Lead.partner_id).join(Prospect, Prospect.id == Lead.prospect_id).where(Prospect.email == email)
        ).one()
        screening_policy.change(
            session, runtime.clock, partner_id, Screening(confirmed_email_only=True), actor="ada@staff.example"
        )
    release(runtime, email)
    shown = person.open(path).words
    assert "Confirm your address" in shown
    assert "Held back: we wait for you to confirm your address" in shown
    [link] = [each for each in links_in_the_last_mail(runtime, email) if "/my-data/" in each]
    before = fingerprint(runtime)
    page = person.open(link)
    assert "Is this your address?" in page.words
    assert fingerprint(runtime) == before  # opening the link changed nothing
    for _ in range(2):
        assert "Confirmed: this is your address" in person.send(link, {}, page=page).text
    assert "You confirmed your e-mail address." in person.open(path).words
    assert person.send("/my-data/confirm/nowhere", {}, page=page).status_code == 410
    with runtime.begin() as session:
        screening_policy.change(session, runtime.clock, partner_id, Screening(), actor="ada@staff.example")


def test_what_cannot_be_right_is_put_right_on_the_page(person: Person, runtime: Runtime) -> None:
    email = "keyboard-row@student.example"
    path = asked(person, email)
    with runtime.begin() as session:
        session.execute(update(Prospect).where(Prospect.email == email).values(last_name="qwerty"))
    release(runtime, email)
    shown = person.open(path).words
    assert "To put right" in shown
    assert "A part of your name is a row of keys, such as asdf." in shown
    assert f"{path}/details" in links_in_the_last_mail(runtime, email)
    page = person.open(f"{path}/details")
    values = {"first_name": "Ana", "last_name": "Silva", "phone": "", "email": email}
    assert person.send(f"{path}/details", values, page=page).status_code == 303
    assert "You put your details right." in person.open(path).words

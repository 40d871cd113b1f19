"""Links by which staff set a password: an invitation, and a password that was forgotten."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from tests.admin.accounts import NEW, Account, LoggedIn, Visit, link_of, news
from tests.factories.password import PASSWORD
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import new_id
from webapp.domain.message import MessageClass
from webapp.models import Message, StaffAccessLink
from webapp.services.access_link import MOST_IN_AN_HOUR
from webapp.services.letter import letters_for


def test_an_owner_invites_somebody_who_chooses_a_password(
    running: Runtime, logged_in: LoggedIn, visit: Visit, clock: FrozenClock
) -> None:
    owner, email = logged_in(), f"ida-{new_id().hex}@match.example"
    for sent, told in (
        ({"email": "nobody", "role": "support"}, "e-mail address"),
        ({"email": email}, "Choose at least one"),
        ({"email": email, "role": "king"}, "Choose"),
    ):
        refused = owner.post("/admin/staff/invite", dict(sent), form_at="/admin/staff")
        assert (refused.status_code, told in refused.text) == (422, True)
    invited = owner.post(
        "/admin/staff/invite", {"email": email, "role": ["support", "analyst"]}, form_at="/admin/staff"
    )
    assert invited.status_code == 303
    assert "Invited" in owner.get("/admin/staff").text
    first = link_of(running, email)
    assert visit().log_in(email, NEW).status_code == 422
    owner.post("/admin/staff/invite", {"email": email, "role": "support"}, form_at="/admin/staff")
    assert visit().get(first).status_code == 404, "a newer link took its place"
    link, new = link_of(running, email), visit()
    page = new.get(link)
    assert email in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert new.post(link, {"password": "short"}, form_at=link).status_code == 422
    assert new.post(link, {"password": NEW}, form_at=link).location == "/admin/login"
    assert new.get(link).status_code == 404
    assert new.log_in(email, NEW).location == "/admin/"
    taken = owner.post("/admin/staff/invite", {"email": email, "role": "support"}, form_at="/admin/staff")
    assert "There is an account with this address." in taken.text


def test_a_forgotten_password_is_mailed_to_whoever_has_the_address_and_the_page_tells_nobody(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock
) -> None:
    login, closed, visitor = account("support"), account("analyst", active=False), visit()
    assert 'href="/admin/forgotten"' in visitor.get("/admin/login").text

    def ask(email: str) -> str:
        return str(visitor.post("/admin/forgotten", {"email": email}, form_at="/admin/forgotten").text)

    assert visitor.post("/admin/forgotten", {"email": "x"}, form_at="/admin/forgotten").status_code == 422
    asked = [login.email.upper(), closed.email, "nobody@nowhere.example"]
    assert len({re.sub(r'value="[^"]*"', "", ask(email)) for email in asked}) == 1
    with running.begin() as session:
        newest = session.scalars(select(Message).order_by(Message.created_at.desc(), Message.id.desc()).limit(3)).all()
        sent = letters_for(session, newest, running.links, running.sender)
        kept = session.scalars(select(StaffAccessLink).order_by(StaffAccessLink.id.desc()).limit(3)).all()
    assert [letter.recipient for letter in sent.values()] == [login.email]
    assert {message.message_class for message in newest} == {MessageClass.STAFF}
    assert [link.staff_id for link in kept] == [None, None, login.id]
    first = link_of(running, login.email)
    for _ in range(3):
        clock.advance(timedelta(seconds=1))
        ask(login.email)
    second = link_of(running, login.email)
    with running.begin() as session:
        mine = select(func.count()).where(StaffAccessLink.staff_id == login.id)
        assert session.execute(mine).scalar_one() == MOST_IN_AN_HOUR, "no inbox is filled"
    other = visit()
    other.log_in(login.email, PASSWORD)
    assert visit().get(second).status_code == 200
    assert visitor.post(first, {"password": NEW}, form_at=first).location == "/admin/login"
    assert other.get("/admin/").status_code == 302, "every log-in ended"
    assert visit().get(second).status_code == 404, "the other links of that hour work no more"
    assert visit().log_in(login.email, NEW).status_code == 302
    assert news(running, login.id) == ["password_changed"]
    clock.advance(timedelta(minutes=61))
    ask(login.email)
    late = link_of(running, login.email)
    clock.advance(timedelta(minutes=61))
    assert "Mail me another" in visit().get(late).text

"""What owners do about the accounts of others."""

import pytest
from sqlalchemy import update

from tests.admin.accounts import NEW, SETUP, Account, LoggedIn, Visit, link_of, news, set_up, trace
from tests.admin.conftest import Visitor
from tests.factories.staff import StaffLogin
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.models import StaffAccount, StaffPolicy


def test_an_owner_changes_roles_closes_and_resets_and_every_step_is_written_down(
    running: Runtime, visit: Visit, account: Account, logged_in: LoggedIn, clock: FrozenClock
) -> None:
    boss, owner, person, login = account("owner"), visit(), visit(), account("support")
    owner.log_in(boss.email, boss.password)
    person.log_in(login.email, login.password)
    set_up(person, clock)
    page = f"/admin/staff/{login.id}"
    assert "On, 10 recovery codes left" in owner.get(page).text
    assert owner.post(f"{page}/roles", {"role": "analyst"}, form_at=page).status_code == 303
    assert person.get("/admin/").status_code == 302
    assert owner.post(f"{page}/second-step/reset", form_at=page).location == page
    assert person.log_in(login.email, login.password).location == "/admin/"
    assert owner.post(f"{page}/disable", form_at=page).location == page
    assert person.get("/admin/").status_code == 302
    assert visit().log_in(login.email, login.password).status_code == 422
    assert "Enable it first" in _after(owner, f"{page}/password-link", page)
    assert owner.post(f"{page}/enable", form_at=page).location == page
    assert owner.post(f"{page}/password-link", form_at=page).location == page
    assert visit().post(link_of(running, login.email), {"password": NEW}, form_at="/admin/login").status_code == 303
    assert visit().log_in(login.email, NEW).status_code == 302
    assert [each for each in trace(running, boss.email) if each[0] != "logged_in"] == [
        ("role_changed", {"roles": ["support"]}, {"roles": ["analyst"]}),
        ("second_step_reset", {"second_step": True}, {"second_step": False}),
        ("disabled", {"active": True}, {"active": False}),
        ("enabled", {"active": False}, {"active": True}),
        ("password_link_mailed", None, {"purpose": "password_reset"}),
    ]
    assert news(running, login.id) == ["second_step_on", "second_step_off", "password_changed"]


def _after(visitor: Visitor, path: str, page: str) -> str:
    visitor.post(path, form_at=page)
    return visitor.get(page).text


@pytest.fixture
def only_owner(running: Runtime, account: Account) -> StaffLogin:
    """The one owner who can log in: the others of this database are closed meanwhile."""
    with running.begin() as session:
        session.execute(update(StaffAccount).values(active=False))
    return account("owner")


def test_the_last_owner_stays(visit: Visit, account: Account, only_owner: StaffLogin) -> None:
    owner = visit()
    owner.log_in(only_owner.email, only_owner.password)
    page = f"/admin/staff/{only_owner.id}"
    refused = owner.post(f"{page}/roles", {"role": "support"}, form_at=page)
    assert (refused.status_code, "no owner who can log in" in refused.text) == (422, True)
    assert "no owner who can log in" in _after(owner, f"{page}/disable", "/admin/staff")
    account("owner")
    assert owner.post(f"{page}/roles", {"role": "support"}, form_at=page).status_code == 303
    assert owner.get("/admin/").status_code == 302


def test_an_owner_asks_the_second_step_of_everybody(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock
) -> None:
    boss, owner, person, login = account("owner"), visit(), visit(), account("support")
    owner.log_in(boss.email, boss.password)
    person.log_in(login.email, login.password)
    ask: dict[str, object] = {"required": "yes"}
    owner.post("/admin/staff/second-step", ask, form_at="/admin/staff")
    assert "Set up your own second step first." in owner.get("/admin/staff").text
    set_up(owner, clock)
    try:
        owner.post("/admin/staff/second-step", ask, form_at="/admin/staff")
        assert person.get("/admin/leads").location == SETUP
        assert person.post("/admin/find", {"text": "x"}, form_at=SETUP).location == SETUP
        assert "An owner asks a second step of all staff." in person.get(SETUP).text
        set_up(person, clock)
        assert person.get("/admin/leads").status_code == 200
        person.post(f"{SETUP}/end", form_at="/admin/account")
        assert "asked of all staff" in person.get("/admin/account").text
        owner.post("/admin/staff/second-step", {"required": "no"}, form_at="/admin/staff")
    finally:
        with running.begin() as session:
            session.execute(update(StaffPolicy).values(second_step_required=False))
    changed = [
        each for each in trace(running, boss.email) if each[0].startswith("second_step_") and "required" in each[0]
    ]
    assert [(before["second_step_required"], after["second_step_required"]) for _, before, after in changed] == [
        (False, True),
        (True, False),
    ]

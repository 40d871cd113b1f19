"""Log-ins of staff: proving anew, seeing and ending them, and what another password ends."""

import re
from datetime import timedelta

from sqlalchemy import select

from tests.admin.accounts import NEW, SETUP, Account, Visit, code_of, news, set_up, trace
from tests.factories.password import PASSWORD
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.staff_session import FRESH_FOR
from webapp.models import StaffAccount, StaffSession
from webapp.services.login import ACCOUNT_LIMIT


def test_after_a_quarter_of_an_hour_one_proves_who_one_is_once_more(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock
) -> None:
    visitor, login = visit(), account("owner")
    visitor.log_in(login.email, login.password)
    clock.advance(FRESH_FOR + timedelta(seconds=1))
    asked = visitor.post(f"{SETUP}/begin", form_at=SETUP)
    assert (asked.status_code, asked.location) == (303, f"/admin/confirm?next={SETUP}")
    person = account("support")
    asked = visitor.post(f"/admin/staff/{person.id}/disable", form_at="/admin/staff")
    assert asked.location == f"/admin/confirm?next=/admin/staff/{person.id}"
    with running.begin() as session:
        assert session.get_one(StaffAccount, person.id).active
    page = "/admin/confirm?next=/admin/staff"
    assert "Nothing was changed yet." in visitor.get(page).text
    wrong = visitor.post("/admin/confirm", {"password": "not mine", "next": "/admin/staff"}, form_at=page)
    assert wrong.status_code == 422
    proved = visitor.post("/admin/confirm", {"password": PASSWORD, "next": "https://evil.example/"}, form_at=page)
    assert (proved.status_code, proved.location) == (303, "/admin/")
    secret, _ = set_up(visitor, clock)
    clock.advance(FRESH_FOR + timedelta(seconds=1))
    alone = visitor.post("/admin/confirm", {"password": PASSWORD}, form_at=page)
    assert alone.status_code == 422, "the code is asked for too"
    both = visitor.post("/admin/confirm", {"password": PASSWORD, "code": code_of(secret, clock)}, form_at=page)
    assert both.location == "/admin/account"
    for _ in range(ACCOUNT_LIMIT):
        visitor.post("/admin/confirm", {"password": "wrong", "code": "1"}, form_at=page)
    assert visitor.post("/admin/confirm", {"password": PASSWORD, "code": "1"}, form_at=page).status_code == 429


def test_log_ins_are_seen_and_ended_one_by_one_and_all(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock
) -> None:
    login, visitors = account("support"), [visit() for _ in range(3)]
    for visitor, agent in zip(
        visitors,
        ("Mozilla/5.0 (X11; Linux x86_64; rv:1) Gecko Firefox/144.0", "Mozilla (iPhone) Safari/1", "<script>"),
        strict=True,
    ):
        visitor.client.environ_base["HTTP_USER_AGENT"] = agent
        visitor.log_in(login.email, login.password)
        clock.advance(timedelta(minutes=2))
    mine, second, third = visitors
    page = mine.get("/admin/account").text
    for told in ("Firefox on Linux", "Safari on iPhone", "Unknown browser", "This one"):
        assert told in page
    assert str(second.client.environ_base["REMOTE_ADDR"]) in page
    ends = re.findall(r"/admin/account/log-ins/([0-9a-f-]{36})/end", page)
    assert len(ends) == 2
    with running.begin() as session:
        browsers = dict(
            session.execute(
                select(StaffSession.browser, StaffSession.id).where(StaffSession.staff_id == login.id)
            ).all()
        )
    assert mine.post(f"/admin/account/log-ins/{browsers['Safari on iPhone']}/end").status_code == 303
    assert (second.get("/admin/").status_code, third.get("/admin/").status_code) == (302, 200)
    stranger = visit()
    stranger.log_in(*(lambda who: (who.email, who.password))(account("owner")))
    stranger.post(f"/admin/account/log-ins/{browsers['Unknown browser']}/end")
    assert third.get("/admin/").status_code == 200, "another person's log-in cannot be ended"
    assert mine.post("/admin/account/log-ins/end-others").status_code == 303
    assert (third.get("/admin/").status_code, mine.get("/admin/").status_code) == (302, 200)
    actions = [action for action, _, _ in trace(running, login.email)]
    assert actions[-2:] == ["log_in_ended", "log_ins_ended"]


def test_logging_out_ends_this_log_in_alone(visit: Visit, account: Account) -> None:
    login, here, there = account("support"), visit(), visit()
    for each in (here, there):
        each.log_in(login.email, login.password)
    here.post("/admin/logout")
    assert (here.get("/admin/").status_code, there.get("/admin/").status_code) == (302, 200)


def test_another_password_ends_every_log_in_and_is_told(running: Runtime, visit: Visit, account: Account) -> None:
    login, here, there = account("support"), visit(), visit()
    for each in (here, there):
        each.log_in(login.email, login.password)
    page = "/admin/account"
    for sent, told in (
        ({"current": "not mine", "password": NEW}, "This is not your password"),
        ({"current": PASSWORD, "password": "short"}, "12 characters"),
        ({"current": PASSWORD, "password": "qwertyuiop123456"}, "easy to guess"),
        ({"current": PASSWORD, "password": ""}, "Choose a password"),
    ):
        refused = here.post(f"{page}/password", dict(sent), form_at=page)
        assert (refused.status_code, told in refused.text) == (422, True)
    changed = here.post(f"{page}/password", {"current": PASSWORD, "password": NEW}, form_at=page)
    assert changed.location == "/admin/login"
    assert (here.get("/admin/").status_code, there.get("/admin/").status_code) == (302, 302)
    assert visit().log_in(login.email, PASSWORD).status_code == 422
    assert visit().log_in(login.email, NEW).status_code == 302
    assert news(running, login.id) == ["password_changed"]

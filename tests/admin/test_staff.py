"""Staff accounts: the second step, log-ins that can be ended, proving anew, and what owners do about others."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.admin.conftest import Asked, Visitor
from tests.factories.staff import PASSWORD, StaffLogin
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import new_id
from webapp.domain.message import MessageClass
from webapp.domain.one_time_code import PERIOD_SECONDS, RECOVERY_CODES, code_at
from webapp.domain.staff_session import FRESH_FOR
from webapp.models import AuditEntry, Lead, Message, Prospect, StaffAccessLink, StaffAccount, StaffPolicy, StaffSession
from webapp.services.letter import letters_for
from webapp.services.login import ACCOUNT_LIMIT
from webapp.services.staff_access import MOST_IN_AN_HOUR

Visit = Callable[[], Visitor]
Account = Callable[..., StaffLogin]
LoggedIn = Callable[..., Visitor]
NEW = "seven quiet walnut harbours"
SETUP = "/admin/account/second-step"


def code_of(secret: str, clock: FrozenClock, *, later: int = 0) -> str:
    return code_at(secret, int(clock.now().timestamp()) // PERIOD_SECONDS + later)


def set_up(visitor: Visitor, clock: FrozenClock) -> tuple[str, list[str]]:
    """Set the second step up; the secret and the recovery codes."""
    begun = visitor.post(f"{SETUP}/begin", form_at=SETUP).text
    secret = re.search(r"<code class=\"digest\">([A-Z2-7]{32})</code>", begun)
    assert secret is not None
    assert "data:image/svg+xml;base64," in begun
    done = visitor.post(f"{SETUP}/confirm", {"code": code_of(secret[1], clock)}, form_at=SETUP)
    codes = re.findall(r"<li><code>([0-9a-z]{5}-[0-9a-z]{5})</code></li>", done.text)
    assert (done.status_code, len(codes)) == (200, RECOVERY_CODES)
    return secret[1], codes


def trace(running: Runtime, actor: str) -> list[tuple[str, Any, Any]]:
    with running.begin() as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.actor == actor).order_by(AuditEntry.at, AuditEntry.id)
        )
        return [(row.action, row.before, row.after) for row in rows]


def news(running: Runtime, staff_id: object) -> list[str]:
    """What the person was told by mail, in order, each mail composed."""
    with running.begin() as session:
        found = session.scalars(
            select(Message)
            .where(Message.about["staff_id"].astext == str(staff_id), Message.key.startswith("account_news:"))
            .order_by(Message.created_at, Message.id)
        ).all()
        letters = letters_for(session, found, running.links, running.sender)
        assert all("/admin/account" in letter.compose().text for letter in letters.values())
        return [message.about["news"] for message in found]


def link_of(running: Runtime, email: str) -> str:
    """The path of the newest link that was mailed to this address, by the mail itself."""
    with running.begin() as session:
        link = session.scalars(
            select(StaffAccessLink)
            .join(StaffAccount, StaffAccount.id == StaffAccessLink.staff_id)
            .where(StaffAccount.email == email)
            .order_by(StaffAccessLink.id.desc())
        ).first()
        assert link is not None
        message = session.scalars(select(Message).where(Message.key == f"staff_access:{link.id}")).one()
        letter = letters_for(session, [message], running.links, running.sender)[message.id]
        assert letter.recipient == email
        url = running.links.staff_access_url(link.id)
        assert url in letter.compose().text
        assert url.rpartition("/")[2].encode() != bytes(link.token_hash)
    return url.removeprefix(running.links.base_url)


def test_the_second_step_is_asked_for_and_each_code_counts_once(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock
) -> None:
    visitor, login = visit(), account("support")
    visitor.log_in(login.email, login.password)
    assert "Off." in visitor.get("/admin/account").text
    wrong = visitor.post(f"{SETUP}/begin", form_at=SETUP)
    assert wrong.status_code == 200
    assert visitor.post(f"{SETUP}/confirm", {"code": "000000"}, form_at=SETUP).status_code == 422
    secret, codes = set_up(visitor, clock)
    page = visitor.get("/admin/account").text
    assert f"<strong>{RECOVERY_CODES}</strong> of {RECOVERY_CODES} recovery codes" in page

    clock.advance(timedelta(minutes=1))
    other = visit()
    assert other.log_in(login.email, login.password).location == "/admin/login/code?next=/admin/"
    assert other.get("/admin/").location.startswith("/admin/login?")
    code = code_of(secret, clock)
    assert other.post("/admin/login/code", {"code": "123456"}, form_at="/admin/login/code").status_code == 422
    assert other.post("/admin/login/code", {"code": code}, form_at="/admin/login/code").location == "/admin/"
    assert other.get("/admin/").status_code == 200
    third = visit()
    third.log_in(login.email, login.password)
    assert third.post("/admin/login/code", {"code": code}, form_at="/admin/login/code").status_code == 422
    used = third.post("/admin/login/code", {"code": f" {codes[0].upper()} "}, form_at="/admin/login/code")
    assert used.location == "/admin/"
    assert f"You have {RECOVERY_CODES - 1} left." in third.get("/admin/").text
    fourth = visit()
    fourth.log_in(login.email, login.password)
    assert fourth.post("/admin/login/code", {"code": codes[0]}, form_at="/admin/login/code").status_code == 422

    with running.begin() as session:
        stored = session.get_one(StaffAccount, login.id)
        assert secret.encode() not in bytes(stored.sealed_totp or b"")
        assert not set(codes) & set(stored.recovery_codes)
    assert news(running, login.id) == ["second_step_on", "recovery_code_used"]
    assert ("second_step_on", {"second_step": False}, {"second_step": True}) in trace(running, login.email)
    assert ("logged_in", None, {"second_step": "recovery_code"}) in trace(running, login.email)
    assert secret not in str(trace(running, login.email))


def test_codes_lock_as_passwords_do_and_half_a_log_in_is_soon_over(
    visit: Visit, account: Account, clock: FrozenClock
) -> None:
    visitor, login = visit(), account("support")
    visitor.log_in(login.email, login.password)
    secret, _ = set_up(visitor, clock)
    clock.advance(timedelta(minutes=1))
    other = visit()
    other.log_in(login.email, login.password)
    for _ in range(ACCOUNT_LIMIT):
        assert other.post("/admin/login/code", {"code": "000000"}, form_at="/admin/login/code").status_code == 422
    told = other.post("/admin/login/code", {"code": code_of(secret, clock)}, form_at="/admin/login/code")
    assert (told.status_code, "Wait 15 minutes" in told.text) == (429, True)
    clock.advance(timedelta(minutes=16))
    assert other.get("/admin/login/code").location.startswith("/admin/login?")


def test_recovery_codes_are_made_anew_and_the_step_is_switched_off(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock
) -> None:
    visitor, other, login = visit(), visit(), account("analyst")
    other.log_in(login.email, login.password)
    visitor.log_in(login.email, login.password)
    _, former = set_up(visitor, clock)
    assert other.get("/admin/").status_code == 302, "a log-in by password alone has ended"
    made = visitor.post(f"{SETUP}/recovery-codes", form_at="/admin/account").text
    assert not any(code in made for code in former)
    assert visitor.post(f"{SETUP}/end", form_at="/admin/account").location == "/admin/account"
    assert "The second step is off." in visitor.get("/admin/account").text
    assert visit().log_in(login.email, login.password).location == "/admin/"
    assert news(running, login.id) == ["second_step_on", "recovery_codes_made", "second_step_off"]
    assert [action for action, before, after in trace(running, login.email) if before and after] == [
        "second_step_on",
        "recovery_codes_made",
        "second_step_off",
    ]


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


def test_whoever_looks_at_a_person_is_written_down_once_for_each_look(
    running: Runtime, visit: Visit, account: Account, asked: Asked
) -> None:
    visitor, login, analyst = visit(), account("support"), account("analyst")
    reader = visit()
    visitor.log_in(login.email, login.password)
    reader.log_in(analyst.email, analyst.password)
    with running.begin() as session:
        message_id = session.scalars(
            select(Message.id).where(Message.prospect_id.is_not(None), Message.submission_id == asked.submission_id)
        ).first()
    looks = [("lead", f"leads/{asked.lead_id}"), ("submission", f"submissions/{asked.submission_id}")]
    if message_id is not None:
        looks.append(("message", f"messages/{message_id}"))
    for _, path in looks:
        assert visitor.get(f"/admin/{path}").status_code == reader.get(f"/admin/{path}").status_code == 200
    with running.begin() as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.staff_id == login.id, AuditEntry.action == "viewed")
        ).all()
        none = session.scalars(
            select(AuditEntry).where(AuditEntry.staff_id == analyst.id, AuditEntry.action == "viewed")
        ).all()
    assert sorted(row.object_type for row in rows) == sorted(kind for kind, _ in looks)
    assert all(row.before is None and row.after is None and row.remote_address for row in rows)
    assert none == [], "who is shown no person looked at none"


def test_the_audit_log_is_searched_by_person_thing_kind_and_time(
    running: Runtime, visit: Visit, account: Account, asked: Asked, clock: FrozenClock
) -> None:
    visitor, login = visit(), account("support")
    visitor.log_in(login.email, login.password)
    visitor.get(f"/admin/leads/{asked.lead_id}")

    def rows(query: str) -> list[str]:
        page = visitor.get(f"/admin/audit?{query}")
        assert page.status_code == 200, query
        return re.findall(r'data-label="Did"[^>]*>(?:<[^>]+>)*([^<]+)<', page.text)

    own = f"who={login.id}"
    assert rows(own) == ["viewed", "logged in"]
    assert rows(f"{own}&kind=views") == ["viewed"]
    assert rows(f"{own}&kind=way_in") == ["logged in"]
    assert rows(f"{own}&kind=changes") == []
    assert rows(f"type=lead&id={asked.lead_id}") == ["viewed"]
    assert rows(f"{own}&type=lead") == ["viewed"]
    today = clock.now().date()
    assert rows(f"{own}&since={today}&until={today}") == ["viewed", "logged in"]
    assert rows(f"{own}&until={today - timedelta(days=1)}") == rows(f"{own}&since={today + timedelta(days=1)}") == []
    assert "staff.create" in rows("who=command-line&type=staff_account") or rows("who=command-line") != []
    with running.begin() as session:
        email = session.get_one(Prospect, session.get_one(Lead, asked.lead_id).prospect_id).email
    visitor.post("/admin/find", {"text": email}, form_at="/admin/")
    assert rows(f"{own}&kind=views") == ["searched", "viewed"], "both look at people"
    assert rows(f"{own}&kind=changes") == []
    for wrong in ("who=me", "kind=odd", "since=yesterday", "until=2026-13-01", "page=x", "id=%00"):
        assert visitor.get(f"/admin/audit?{wrong}").status_code == 404, wrong
    assert visitor.get("/admin/audit?to=9999-12-31").status_code == 200

"""Logging in and out, and what must not be possible on the way."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.admin.conftest import Visitor
from tests.factories.password import PASSWORD
from tests.factories.staff import StaffLogin
from webapp.app import create_app
from webapp.bootstrap import Runtime, replace_parts
from webapp.domain.clock import FrozenClock
from webapp.models import AuditEntry, FailedLogin, StaffAccount, StaffSession
from webapp.services.login import ACCOUNT_LIMIT, ADDRESS_LIMIT, WINDOW, Locked, begin_try

Visit = Callable[[], Visitor]
Account = Callable[..., StaffLogin]


def test_the_right_password_opens_the_door_and_is_written_down(
    visit: Visit, account: Account, running: Runtime
) -> None:
    visitor, login = visit(), account("support")
    answer = visitor.log_in(login.email.upper(), login.password)
    assert (answer.status_code, answer.location) == (302, "/admin/")
    assert login.email in visitor.get("/admin/").text
    with running.begin() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.actor == login.email)).one()
        stored = session.get_one(StaffAccount, login.id)
    assert (entry.action, entry.object_id) == ("logged_in", str(login.id))
    assert (stored.login_count, stored.current_login_at is not None) == (1, True)
    assert str(stored.password).startswith("$argon2id$")


def test_tests_let_people_in_as_the_log_in_page_does(
    visit: Visit, account: Account, let_in: Callable[[Visitor, StaffLogin], None], running: Runtime
) -> None:
    left = []
    for by_the_page in (True, False):
        visitor, login = visit(), account("analyst")
        if by_the_page:
            visitor.log_in(login.email, login.password)
        else:
            let_in(visitor, login)
        home = visitor.get("/admin/")
        with visitor.client.session_transaction() as cookie, running.begin() as session:
            kept = {name for name in cookie if not name.startswith(("fs_", "identity.")) and name != "_id"}
            row = session.scalars(select(StaffSession).where(StaffSession.staff_id == login.id)).one()
            times = (row.started_at, row.seen_at, row.proved_at, row.ended_at, row.browser)
            entry = session.scalars(select(AuditEntry).where(AuditEntry.actor == login.email)).one()
            written = (entry.at, entry.action, entry.object_type, entry.before, entry.after)
        client = visitor.client.environ_base["REMOTE_ADDR"]
        assert (row.remote_address, entry.remote_address, entry.object_id) == (client, client, str(login.id))
        left.append((home.status_code, sorted(kept), times, written))
    assert left[0] == left[1]


def test_every_way_of_being_wrong_gets_the_same_answer(visit: Visit, account: Account) -> None:
    known, sleeping = account("owner"), account("owner", active=False)
    answers = [
        visit().log_in(known.email, "not the password at all"),
        visit().log_in("nobody-here@match.example", PASSWORD),
        visit().log_in(sleeping.email, sleeping.password),
    ]
    assert {answer.status_code for answer in answers} == {422}
    texts = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(texts) == 1
    assert "The e-mail address or the password is not right." in answers[0].text


def test_after_five_failures_even_the_right_password_waits(visit: Visit, account: Account, clock: FrozenClock) -> None:
    login = account("owner")
    for _ in range(ACCOUNT_LIMIT):
        assert visit().log_in(login.email, "wrong wrong wrong").status_code == 422
    clock.advance(timedelta(minutes=4))
    locked = visit().log_in(login.email, login.password)
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, str(11 * 60))
    assert "Wait 11 minutes" in locked.text
    clock.advance(timedelta(minutes=11))
    assert visit().log_in(login.email, login.password).status_code == 302


def test_an_account_that_does_not_exist_locks_in_the_same_way(visit: Visit) -> None:
    answers = [visit().log_in("nobody-at-all@match.example", "wrong").status_code for _ in range(ACCOUNT_LIMIT + 1)]
    assert answers == [422] * ACCOUNT_LIMIT + [429]


def test_one_address_cannot_try_account_after_account(visit: Visit) -> None:
    visitor = visit()
    answers = [visitor.log_in(f"guess-{n}@match.example", "wrong").status_code for n in range(ADDRESS_LIMIT + 1)]
    assert answers == [422] * ADDRESS_LIMIT + [429]


def test_success_forgets_the_failures_of_the_account(visit: Visit, account: Account) -> None:
    login = account("owner")
    for _ in range(3):
        for _ in range(ACCOUNT_LIMIT - 1):
            assert visit().log_in(login.email, "wrong").status_code == 422
        assert visit().log_in(login.email, login.password).status_code == 302


def test_tries_at_once_get_no_more_guesses(running: Runtime) -> None:
    def attempt(number: int) -> bool:
        with running.begin() as session:
            tried = begin_try(session, running.clock, "secret", account="flood@match.example", address=f"a{number}")
        return isinstance(tried, Locked)

    with ThreadPoolExecutor(8) as pool:
        locked = list(pool.map(attempt, range(24)))
    assert locked.count(False) == ACCOUNT_LIMIT


def test_failures_are_kept_without_names_and_not_for_long(running: Runtime, clock: FrozenClock) -> None:
    with running.begin() as session:
        begin_try(session, clock, "secret", account="kept@match.example", address="192.0.2.7")
        so_far = select(FailedLogin.account_key).where(FailedLogin.at <= clock.now())
        kept = {bytes(key) for key in session.scalars(so_far)}
    assert not any(b"kept" in key or b"192" in key for key in kept)
    clock.advance(timedelta(days=1) + WINDOW)
    with running.begin() as session:
        begin_try(session, clock, "secret", account="later@match.example", address="192.0.2.8")
        left = {bytes(key) for key in session.scalars(select(FailedLogin.account_key))}
    assert not left & kept


def test_a_cookie_from_before_the_log_in_never_becomes_a_key(visit: Visit, account: Account) -> None:
    planted, victim, login = visit(), visit(), account("owner")
    planted.get("/admin/login")
    cookie = planted.client.get_cookie("session")
    assert cookie is not None
    victim.client.set_cookie("session", cookie.value)
    victim.log_in(login.email, login.password)
    fresh = victim.client.get_cookie("session")
    assert fresh is not None
    assert fresh.value != cookie.value
    assert planted.get("/admin/").location.startswith("/admin/login")


def test_the_cookie_is_closed_to_scripts_and_other_sites(visit: Visit) -> None:
    told = visit().get("/admin/login").headers["Set-Cookie"]
    assert "HttpOnly" in told
    assert "SameSite=Lax" in told


def test_over_https_the_cookie_stays_there_and_on_this_host(running: Runtime) -> None:
    settings = running.settings.model_copy(update={"base_url": "https://match.example"})
    app = create_app(settings, runtime=replace_parts(running, settings=settings))
    told = app.test_client().get("/admin/login", base_url="https://match.example").headers["Set-Cookie"]
    assert told.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in told.split(";")}


def test_logging_out_ends_copies_of_the_cookie_too(logged_in: Callable[..., Visitor], visit: Visit) -> None:
    owner, thief = logged_in(), visit()
    cookie = owner.client.get_cookie("session")
    assert cookie is not None
    thief.client.set_cookie("session", cookie.value)
    assert thief.get("/admin/").status_code == 200
    assert owner.post("/admin/logout").location == "/admin/login"
    thief.client.set_cookie("session", cookie.value)
    assert thief.get("/admin/").status_code == 302
    assert owner.get("/admin/").status_code == 302


def test_logging_out_takes_a_post_with_its_token(logged_in: Callable[..., Visitor]) -> None:
    owner = logged_in()
    assert owner.get("/admin/logout").status_code == 405
    assert owner.client.post("/admin/logout").status_code == 400
    assert owner.get("/admin/").status_code == 200


@pytest.mark.parametrize(("steps", "expected"), [([719], 302), ([60] * 11 + [61], 302), ([121], 302), ([60] * 11, 200)])
def test_a_log_in_ends_after_twelve_hours_and_after_two_idle_ones(
    logged_in: Callable[..., Visitor], clock: FrozenClock, steps: list[int], expected: int
) -> None:
    owner = logged_in()
    for step in steps:
        clock.advance(timedelta(minutes=step))
        status = owner.get("/admin/").status_code
    assert status == expected


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/admin/",
        "//evil.example/admin/",
        "/\\evil.example",
        "/admin/\\evil.example",
        "/admin//evil.example",
        "/admin/../../evil",
        "javascript:alert(1)",
        "/admin/leads\r\nSet-Cookie: a=b",
        "/results/abc",
        "/admin/logout",
        "/administrator",
        "https:evil.example",
        "http:///evil.example/admin/",
        "\t//evil.example/admin/",
    ],
)
def test_next_leads_nowhere_but_into_the_back_office(visit: Visit, account: Account, wanted: str) -> None:
    login = account("owner")
    assert visit().log_in(login.email, login.password, next=wanted).location == "/admin/"


def test_whoever_asked_for_a_page_arrives_there(visit: Visit, account: Account) -> None:
    visitor, login = visit(), account("owner")
    asked = visitor.get("/admin/leads?status=failed").location
    assert asked == "/admin/login?next=/admin/leads?status%3Dfailed"
    wanted = re.search(r'name="next" value="([^"]+)"', visitor.get(asked).text)
    assert wanted is not None
    answer = visitor.log_in(login.email, login.password, next=wanted[1])
    assert answer.location == "/admin/leads?status=failed"
    assert visitor.get("/admin/login").location == "/admin/"


def test_no_token_in_header_body_or_address_opens_a_page(app: Flask, running: Runtime, account: Account) -> None:
    login = account("owner")
    with app.test_request_context(), running.begin() as session:
        token = str(session.get_one(StaffAccount, login.id).get_auth_token())
    client = app.test_client()
    assert client.get("/admin/", headers={"Authentication-Token": token}).status_code == 302
    assert client.get(f"/admin/?auth_token={token}").status_code == 302


def test_the_log_in_library_mounts_no_page_of_its_own(app: Flask) -> None:
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security")]
    for path in ("/login", "/logout", "/register", "/reset", "/verify", "/us-signin", "/tf-setup", "/fs-static/x.js"):
        assert app.test_client().get(path).status_code == 404


def test_a_password_field_is_never_filled_in_again(visit: Visit) -> None:
    page = visit().log_in("someone@match.example", "my secret words").text
    assert "my secret words" not in page
    assert "someone@match.example" in page

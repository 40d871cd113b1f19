"""The second step of logging in: set up, asked for, its recovery codes, and switched off."""

from datetime import timedelta

from tests.admin.accounts import SETUP, Account, Visit, code_of, news, set_up, trace
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.one_time_code import RECOVERY_CODES
from webapp.models import StaffAccount
from webapp.services.login import ACCOUNT_LIMIT


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

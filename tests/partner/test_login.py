"""Getting in, by invitation, password and code; and what ends it."""

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from tests.factories.password import PASSWORD
from tests.factories.portal import MemberLogin, access_token
from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.one_time_code import PERIOD_SECONDS, code_at
from webapp.domain.partner import PartnerStatus
from webapp.domain.partner_role import PartnerRole
from webapp.models import AuditEntry, Message, Partner, PartnerAccessLink, PartnerAccount
from webapp.partner.login import SESSION
from webapp.services.letter import letters_for
from webapp.services.login import ACCOUNT_LIMIT

Visit = Callable[[], Visitor]
Account = Callable[..., MemberLogin]
NEW = "seven quiet walnut harbours"


def test_an_owner_invites_somebody_who_chooses_a_password_and_is_in(
    running: Runtime, logged_in: Callable[..., Visitor], visit: Visit, school: School
) -> None:
    owner, email = logged_in(), "ida@school-of-ida.example"
    sent = owner.post(
        "/partner/team/invite", {"email": email, "name": "Ida", "role": "admissions"}, form_at="/partner/team"
    )
    assert sent.status_code == 303
    assert "Invited" in owner.get("/partner/team").text
    with running.begin() as session:
        invited = session.scalars(select(PartnerAccount).where(PartnerAccount.email == email)).one()
        token = access_token(session, running, invited.id)
        link = session.scalars(select(PartnerAccessLink).where(PartnerAccessLink.account_id == invited.id)).one()
        message = session.scalars(select(Message).where(Message.key == f"partner_access:{link.id}")).one()
        letter = letters_for(session, [message], running.links, running.sender).get(message.id)
    assert letter is not None
    assert letter.recipient == email
    assert running.links.partner_access_url(link.id) in letter.compose().text
    assert token not in str(link.token_hash)
    new = visit()
    page = new.get(f"/partner/access/{token}")
    assert email in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    weak = new.post(f"/partner/access/{token}", {"password": "short"}, form_at=f"/partner/access/{token}")
    assert weak.status_code == 422
    kept = new.post(f"/partner/access/{token}", {"password": NEW}, form_at=f"/partner/access/{token}")
    assert (kept.status_code, kept.location) == (303, "/partner/login")
    assert new.get(f"/partner/access/{token}").status_code == 404
    assert new.log_in(email.upper(), NEW).location == "/partner/"
    assert "Admissions" in new.get("/partner/").text
    with running.begin() as session:
        stored = session.scalars(select(PartnerAccount).where(PartnerAccount.email == email)).one()
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.partner_id == school.partner_id)).all()
    assert str(stored.password).startswith("$argon2id$")
    assert {"invited", "password_set", "logged_in"} <= set(done)


def test_tests_let_people_in_as_the_log_in_page_does(
    visit: Visit, account: Account, logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    asked, login = visit(), account()
    asked.log_in(login.email, login.password)
    left = []
    for visitor in (asked, logged_in()):
        home = visitor.get("/partner/")
        with visitor.client.session_transaction() as cookie:
            left.append((home.status_code, sorted(cookie), {**cookie[SESSION], "stamp": ""}))
    assert left[0] == left[1]
    with running.begin() as session:
        written = session.scalars(select(AuditEntry).where(AuditEntry.partner_id == school.partner_id)).all()
        people = session.scalars(select(PartnerAccount).where(PartnerAccount.partner_id == school.partner_id)).all()
    assert len({(entry.at, entry.action, entry.object_type, entry.after is None) for entry in written}) == 1
    assert {(entry.actor, entry.object_id) for entry in written} == {(each.email, str(each.id)) for each in people}
    assert {each.last_login_at for each in people} == {running.clock.now()}


def test_every_way_of_being_wrong_gets_the_same_answer_and_locks(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock, new_school: Callable[[], School]
) -> None:
    known, ended = account(), new_school()
    gone = account(of=ended)
    with running.begin() as session:
        session.get_one(Partner, ended.partner_id).status = PartnerStatus.ENDED
    answers = [
        visit().log_in(known.email, "not the password at all"),
        visit().log_in("nobody-here@school.example", PASSWORD),
        visit().log_in(gone.email, gone.password),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1
    for _ in range(ACCOUNT_LIMIT - 1):
        visit().log_in(known.email, "wrong wrong wrong")
    locked = visit().log_in(known.email, known.password)
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, str(15 * 60))
    clock.advance(timedelta(minutes=15))
    assert visit().log_in(known.email, known.password).status_code == 302


def test_a_session_planted_before_the_log_in_is_worth_nothing(visit: Visit, account: Account) -> None:
    visitor, login = visit(), account()
    with visitor.client.session_transaction() as planted:
        planted["somebody"] = "else"
    before = visitor.token()
    assert visitor.log_in(login.email, login.password, next="https://evil.example/").location == "/partner/"
    with visitor.client.session_transaction() as kept:
        assert "somebody" not in kept
    assert visitor.token("/partner/") != before


def test_old_and_idle_log_ins_end_and_logging_out_ends_all(visit: Visit, account: Account, clock: FrozenClock) -> None:
    first, second, login = visit(), visit(), account()
    for each in (first, second):
        assert each.log_in(login.email, login.password).status_code == 302
    clock.advance(timedelta(hours=1, minutes=59))
    assert first.get("/partner/").status_code == 200
    clock.advance(timedelta(hours=1))
    assert second.get("/partner/").status_code == 302
    assert first.get("/partner/").status_code == 200
    for _ in range(6):
        clock.advance(timedelta(hours=1, minutes=50))
        last = first.get("/partner/").status_code
    assert last == 302
    for each in (first, second):
        assert each.log_in(login.email, login.password).status_code == 302
    assert first.post("/partner/logout").location == "/partner/login"
    assert second.get("/partner/").status_code == 302


def test_another_role_another_password_or_being_removed_ends_every_log_in(
    logged_in: Callable[..., Visitor], visit: Visit, account: Account
) -> None:
    owner, login, person = logged_in(), account(PartnerRole.ADMISSIONS), visit()
    assert person.log_in(login.email, login.password).status_code == 302
    changed = owner.post(f"/partner/team/{login.id}/role", {"role": "read_only"}, form_at="/partner/team")
    assert changed.status_code == 303
    assert person.get("/partner/").status_code == 302
    person.log_in(login.email, login.password)
    wrong = {"current": "not this one", "password": NEW}
    assert person.post("/partner/account/password", wrong).status_code == 422
    assert person.post("/partner/account/password", {"current": PASSWORD, "password": NEW}).status_code == 303
    assert person.get("/partner/").status_code == 302
    assert person.log_in(login.email, NEW).status_code == 302
    assert owner.post(f"/partner/team/{login.id}/remove", form_at="/partner/team").status_code == 303
    assert person.get("/partner/").status_code == 302
    assert person.log_in(login.email, NEW).status_code == 422


def test_the_last_owner_stays(running: Runtime, logged_in: Callable[..., Visitor], school: School) -> None:
    owner = logged_in()
    with running.begin() as session:
        own = session.scalars(select(PartnerAccount.id).where(PartnerAccount.partner_id == school.partner_id)).one()
    refused = owner.post(f"/partner/team/{own}/role", {"role": "read_only"}, form_at="/partner/team")
    assert refused.status_code == 422
    assert "no owner" in refused.text
    owner.post(f"/partner/team/{own}/remove", form_at="/partner/team")
    assert "no owner" in owner.get("/partner/team").text
    # Somebody invited who never joined is no owner to rely on.
    owner.post("/partner/team/invite", {"email": "late@x.example", "role": "owner"}, form_at="/partner/team")
    assert owner.post(f"/partner/team/{own}/role", {"role": "read_only"}, form_at="/partner/team").status_code == 422
    taken = owner.post("/partner/team/invite", {"email": "nonsense", "role": "owner"}, form_at="/partner/team")
    assert taken.status_code == 422


def news(running: Runtime, account_id: object) -> list[str]:
    """What the person was told of their account by mail, in order."""
    with running.begin() as session:
        found = session.scalars(
            select(Message.about["news"].astext)
            .where(Message.about["account_id"].astext == str(account_id), Message.key.startswith("account_news:"))
            .order_by(Message.created_at, Message.id)
        )
        return list(found)


def test_a_forgotten_password_is_mailed_for_whoever_has_the_address_and_the_page_tells_nobody(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock
) -> None:
    login, visitor = account(), visit()
    pages = [
        visitor.post("/partner/forgotten", {"email": email}, form_at="/partner/forgotten").text
        for email in (login.email, "nobody@nowhere.example")
    ]
    assert len({re.sub(r'value="[^"]*"', "", page) for page in pages}) == 1
    with running.begin() as session:
        mails = [
            letters_for(session, [message], running.links, running.sender).get(message.id)
            for message in session.scalars(select(Message).order_by(Message.created_at.desc()).limit(2))
        ]
        token = access_token(session, running, login.id)
    assert [mail.recipient for mail in mails if mail] == [login.email]
    other = visit()
    other.log_in(login.email, PASSWORD)
    clock.advance(timedelta(minutes=59))
    path = f"/partner/access/{token}"
    visitor.post("/partner/forgotten", {"email": login.email}, form_at="/partner/forgotten")
    with running.begin() as session:
        unused = access_token(session, running, login.id)
    assert visitor.post(path, {"password": NEW}, form_at=path).status_code == 303
    assert visit().get(f"/partner/access/{unused}").status_code == 404, "the other links work no more"
    assert other.get("/partner/").status_code == 302
    assert visitor.log_in(login.email, NEW).status_code == 302
    assert news(running, login.id) == ["password_changed"]
    for _ in range(5):
        visitor.post("/partner/forgotten", {"email": login.email}, form_at="/partner/forgotten")
    with running.begin() as session:
        links = session.scalars(select(PartnerAccessLink).where(PartnerAccessLink.account_id == login.id)).all()
        late = access_token(session, running, login.id)
    assert len(links) <= 4
    clock.advance(timedelta(hours=2))
    assert visit().get(f"/partner/access/{late}").status_code == 404


def test_the_second_step_asks_for_a_code_each_code_once_and_recovery_codes_work_once(
    running: Runtime, visit: Visit, account: Account, clock: FrozenClock
) -> None:
    login, visitor = account(), visit()
    visitor.log_in(login.email, login.password)
    assert visitor.post("/partner/account/second-step/begin", {"confirmed": "wrong"}).status_code == 422
    shown = visitor.post("/partner/account/second-step/begin", {"confirmed": PASSWORD}).text
    secret = re.search(r">([A-Z2-7]{32})<", shown)
    assert secret
    assert "data:image/svg+xml;base64," in shown

    def code() -> str:
        return code_at(secret[1], int(clock.now().timestamp()) // PERIOD_SECONDS)

    assert visitor.post("/partner/account/second-step/confirm", {"code": "000000"}).status_code == 422
    page = visitor.post("/partner/account/second-step/confirm", {"code": code()}).text
    recovery = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page)
    assert len(set(recovery)) == 10
    with running.begin() as session:
        stored = session.get_one(PartnerAccount, login.id)
    assert secret[1].encode() not in bytes(stored.sealed_totp or b"")
    assert not set(recovery) & set(stored.recovery_codes)

    new = visit()
    assert new.log_in(login.email, login.password).location.startswith("/partner/login/code")
    assert new.get("/partner/").status_code == 302
    used = new.post("/partner/login/code", {"code": code()}, form_at="/partner/login/code")
    assert used.status_code == 422
    clock.advance(timedelta(seconds=PERIOD_SECONDS))
    assert new.post("/partner/login/code", {"code": code()}, form_at="/partner/login/code").location == "/partner/"
    assert new.get("/partner/").status_code == 200
    for expected in (302, 422):
        lost = visit()
        lost.log_in(login.email, login.password)
        sent = lost.post("/partner/login/code", {"code": recovery[0].upper()}, form_at="/partner/login/code")
        assert sent.status_code == expected
    assert new.post("/partner/account/second-step/end", {"confirmed": PASSWORD}).status_code == 303
    assert news(running, login.id) == ["second_step_on", "recovery_code_used", "second_step_off"]
    assert visit().log_in(login.email, login.password).location == "/partner/"

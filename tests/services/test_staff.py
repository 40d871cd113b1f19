"""Staff accounts: good addresses, strong passwords, hashes the log-in library verifies."""

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from flask_security import Security, SQLAlchemySessionUserDatastore, verify_password
from flask_security.password_util import PasswordUtil
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from webapp.domain.clock import SystemClock
from webapp.domain.errors import Refused
from webapp.models import AuditEntry, StaffAccount, StaffRole
from webapp.services.password import hash_password, password_problems
from webapp.services.staff import ROLES, create_staff, seed_roles

GOOD = "correct horse battery staple"


def create(session: Session, email: str = "ada@example.org", password: str = GOOD, *roles: str) -> StaffAccount:
    staff_id = create_staff(
        session, SystemClock(), email=email, password=password, roles=roles or ("owner",), actor="test"
    )
    return session.get_one(StaffAccount, staff_id)


def refusal(session: Session, email: str, password: str, *roles: str) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        create_staff(session, SystemClock(), email=email, password=password, roles=roles, actor="test")
    return {problem.where: str(problem) for problem in caught.value.problems}


def test_an_account_has_its_roles_and_an_entry_in_the_audit(session: Session) -> None:
    account = create(session, " Ada@Example.org ", GOOD, "support", "analyst", "support")
    assert account.email == "ada@example.org"
    assert account.active
    assert {role.name for role in account.roles} == {"support", "analyst"}
    assert len(account.fs_uniquifier) == 64
    entry = session.execute(select(AuditEntry).where(AuditEntry.object_id == str(account.id))).scalar_one()
    assert (entry.action, entry.actor, entry.before) == ("staff.create", "test", None)
    assert GOOD not in str(entry.after)
    assert account.password is not None
    assert account.password not in str(entry.after)


def test_every_role_is_seeded_once(session: Session) -> None:
    seed_roles(session)
    seed_roles(session)
    assert sorted(session.scalars(select(StaffRole.name))) == sorted(ROLES)


def test_every_reason_is_told_at_once(session: Session) -> None:
    told = refusal(session, "not an address", "short", "king")
    assert set(told) == {"email", "password", "role"}
    assert "12 characters" in told["password"]
    assert "catalog_editor" in told["role"]


def test_an_address_is_taken_whatever_its_case(session: Session) -> None:
    create(session)
    assert "There is an account" in refusal(session, "ADA@example.org", GOOD, "owner")["email"]


def test_an_account_without_a_role_is_refused(session: Session) -> None:
    assert "no role" in refusal(session, "ada@example.org", GOOD)["role"]


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "eleven char",
        "password12345",
        "Password-Password",
        "aaaaaaaaaaaaaaaa",
        "abcdefghijklmnop",
        "123456789012",
        "qwertyqwerty123",
        "programmatch2026",
        "ada.lovelace@example.org",
        "letmeinletmein",
        "x" * 129,
    ],
)
def test_weak_passwords_are_refused_with_what_to_do(password: str) -> None:
    problems = password_problems(password, about=("ada.lovelace@example.org",))
    assert len(problems) == 1
    assert problems[0].remedy
    assert password not in str(problems[0])


@pytest.mark.parametrize("password", [GOOD, "xk2-9Qv!tr_Lm4", "Grüße aus Köln und Bonn", "пароль из пяти слов ночью"])
def test_strong_passwords_are_taken(password: str) -> None:
    assert password_problems(password) == []


def test_the_hash_is_argon2id_as_owasp_asks() -> None:
    parameters = extract_parameters(hash_password(GOOD))
    assert (parameters.type.name, parameters.time_cost, parameters.parallelism) == ("ID", 2, 1)
    assert parameters.memory_cost >= 19 * 1024


def test_the_hash_is_of_the_normal_form_of_the_password() -> None:
    composed, decomposed = "café au lait noir", "cafe\u0301 au lait noir"
    assert PasswordHasher().verify(hash_password(composed), decomposed)


def test_the_log_in_library_verifies_the_hash() -> None:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="for this test only, long enough",
        SECURITY_PASSWORD_SALT="salt",
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
    )
    Security(app, SQLAlchemySessionUserDatastore(scoped_session(sessionmaker()), StaffAccount, StaffRole))
    with app.app_context():
        normal = PasswordUtil(app).normalize("café au lait noir")
        assert verify_password(normal, hash_password("café au lait noir"))
        assert not verify_password("another password", hash_password("café au lait noir"))

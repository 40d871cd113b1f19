"""Staff accounts: made on the command line or by an owner, never by signing up."""

import itertools
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from uuid import UUID

from argon2 import PasswordHasher
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import new_id
from webapp.models import StaffAccount, StaffRole
from webapp.services import audit

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "owner": "Everything, staff accounts among it.",
        "catalog_editor": "Imports and edits listings.",
        "partner_manager": "Partners, their terms and their deliveries.",
        "support": "Students' submissions, mails and withdrawals.",
        "analyst": "Reports without personal details.",
    }
)
"""Every role there is, with what it is for."""

SHORTEST, LONGEST = 12, 128

# Argon2id, 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet. The log-in library verifies such a hash as
# it stands when SECURITY_PASSWORD_SINGLE_HASH names argon2.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# fmt: off
_COMMON_PARTS = (
    "password", "passw0rd", "qwerty", "qwertz", "azerty", "letmein", "welcome", "iloveyou", "admin",
    "administrator", "changeme", "secret", "dragon", "monkey", "football", "baseball", "sunshine", "princess",
    "superman", "batman", "master", "trustno1", "shadow", "michael", "login", "starwars", "hello", "freedom",
    "whatever", "abc123", "123456", "1q2w3e4r", "asdfgh", "zxcvbn", "program", "match", "programmatch",
    "staff", "university", "student",
)
# fmt: on


def create_staff(
    session: Session, clock: Clock, *, email: str, password: str, roles: Iterable[str], actor: str, active: bool = True
) -> UUID:
    """Create an account; its id. Refused with every reason: bad address, address taken, weak password, unknown role."""
    problems: list[Problem] = []
    address = _checked_address(session, email, problems)
    problems += password_problems(password, about=(email,))
    wanted = list(dict.fromkeys(roles))
    for role in wanted:
        if role not in ROLES:
            problems.append(Problem("role", f"{role[:40]} is not a role.", "Use " + ", ".join(ROLES) + "."))
    if not wanted:
        problems.append(Problem("role", "The account would have no role.", "Use " + ", ".join(ROLES) + "."))
    if problems:
        raise Refused(*problems)
    seed_roles(session)
    account = StaffAccount(
        id=new_id(),
        email=address,
        password=hash_password(password),
        active=active,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=clock.now(),
        roles=list(session.scalars(select(StaffRole).where(StaffRole.name.in_(wanted)))),
    )
    session.add(account)
    session.flush()
    audit.record(
        session,
        clock,
        staff_id=None,
        actor=actor,
        action="staff.create",
        object_type="staff_account",
        object_id=str(account.id),
        after={"email": address, "roles": wanted, "active": active},
    )
    return account.id


def seed_roles(session: Session) -> None:
    """Make sure every role has its row. Safe to repeat, and at the same time as another."""
    rows = [{"id": new_id(), "name": name, "description": description} for name, description in ROLES.items()]
    session.execute(insert(StaffRole).values(rows).on_conflict_do_nothing(index_elements=["name"]))


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, in the normal form (NFKD) in which the log-in library verifies it."""
    return _HASHER.hash(unicodedata.normalize("NFKD", password))


def password_problems(password: str, *, about: Iterable[str] = ()) -> list[Problem]:
    """Why a password will not do: too short, too long, common, or made of the words in `about` (the address)."""
    if len(password) < SHORTEST:
        remedy = f"Use {SHORTEST} characters or more; four unrelated words do well."
        return [Problem("password", f"It has only {len(password)} characters.", remedy)]
    if len(password) > LONGEST:
        return [Problem("password", f"It has {len(password)} characters.", f"Use at most {LONGEST}.")]
    known = [*_COMMON_PARTS, *(part for text in about for part in text.casefold().replace("@", ".").split("."))]
    if _is_guessable(password.casefold(), known):
        return [Problem("password", "It is easy to guess.", "Use four or more unrelated words, or a random one.")]
    return []


def _is_guessable(folded: str, known: Iterable[str]) -> bool:
    """Whether too little is left once known words are taken out, counting each different character once."""
    rest = folded
    for part in sorted(known, key=len, reverse=True):
        if len(part) >= 3:
            rest = rest.replace(part, "")
    return len(set(rest)) < 6 or len(rest) < SHORTEST // 2 or _is_a_run(folded)


def _is_a_run(folded: str) -> bool:
    """Whether most characters follow from the one before: abcdefgh, 987654, aaaaaa."""
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(folded)]
    return sum(step in (-1, 0, 1) for step in steps) * 3 >= len(steps) * 2


def _checked_address(session: Session, email: str, problems: list[Problem]) -> str:
    try:
        # Reserved names such as .test are for trying things out: the address is typed by staff, and not mailed unasked.
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        problems.append(Problem("email", f"It is not an e-mail address: {error}", "Check its spelling."))
        return ""
    address: str = checked.normalized.lower()
    taken = session.execute(select(StaffAccount.id).where(func.lower(StaffAccount.email) == address)).first()
    if taken is not None:
        problems.append(Problem("email", "There is an account with this address.", "Use another address."))
    return address

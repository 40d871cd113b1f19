"""What tests do with accounts of staff: set the second step up, read their mail and their trail."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from tests.admin.conftest import Visitor
from tests.factories.staff import StaffLogin
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.one_time_code import PERIOD_SECONDS, RECOVERY_CODES, code_at
from webapp.models import AuditEntry, Message, StaffAccessLink, StaffAccount
from webapp.services.letter import letters_for

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

"""Delivery methods to try things with, and what came of a delivery."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.delivery import Channel
from webapp.domain.delivery_method import Wanted
from webapp.domain.message import Template
from webapp.models import CapCounter, Delivery, Lead, Message

URL = "https://crm.larkspur.example/leads?key=k-123"
FIELDS = [
    {"name": "FullName", "computed": "full_name"},
    {"name": "Email", "from": "student.email", "required": True},
    {"name": "State", "from": "student.state", "values": {"CA": "California"}},
    {"name": "Source", "constant": "Program Match"},
]
POST = Wanted(Channel.FORM_POST, url=URL, config={"fields": FIELDS})
PORTAL = Wanted(Channel.PORTAL)
FILE = Wanted(Channel.CSV_BATCH, config={"fields": FIELDS, "times": ["06:00"]})
MAIL = Wanted(Channel.EMAIL, config={"address": "admissions@larkspur.example", "link_only": False})
Add = Callable[..., UUID]
Work = Callable[[], Lead]


def the_delivery(session: Session) -> Delivery:
    session.expire_all()
    return session.scalars(select(Delivery)).one()


def used(session: Session) -> list[int]:
    return list(session.scalars(select(CapCounter.used)))


def mails(session: Session, template: Template) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.template == template)))


def the_delivery_of(session: Session, delivery_id: UUID) -> Delivery:
    return session.get_one(Delivery, delivery_id, populate_existing=True)

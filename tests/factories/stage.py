"""A small product in one process: real database, real services, workers that are called instead of waited for."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import retry_policy
from webapp.domain.links import Links
from webapp.domain.notice import NoticeStatus
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.gateways.sealing import Seal
from webapp.models import Delivery, Lead, Message, PartnerNotice
from webapp.services import delivery, lead, message, notice
from webapp.services.handover import Outside
from webapp.services.letter import Sender
from webapp.services.submission import Stored

SECRET = "a secret for tests that is long enough"
SENDER = Sender("matches@match.example", "1 Main Street, Springfield")


@dataclass
class Stage:
    """Everything commits: use it on a database of its own."""

    engine: Engine
    clock: FrozenClock
    webhook: FakeWebhook
    mail: FakeMail

    @property
    def links(self) -> Links:
        return Links("https://match.example", SECRET)

    @property
    def outside(self) -> Outside:
        return Outside(self.webhook, Seal(SECRET), self.links, retry_policy(60, (60, 300)), lambda: 0.0)

    def mailing(self, connections: int = 1) -> message.Outside:
        """What `message.send_all` needs of the world: mails are tried again after a minute, then after five."""
        return message.Outside(self.mail, self.links, SENDER, retry_policy(60, (60, 300)), lambda: 0.0, connections)

    @contextmanager
    def _begun(self) -> Any:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @property
    def begin(self) -> Callable[[], AbstractContextManager[Session]]:
        return self._begun

    def schools(self, *names: str) -> list[School]:
        with self.begin() as session:
            return [make_school(session, Seal(SECRET), name=name, daily_cap=9) for name in names]

    def request(self, schools: list[School], **more: Any) -> Stored:
        with self.begin() as session:
            return submit_request(session, self.clock, self.links, schools, **more)

    def leads(self, stored: Stored) -> list[UUID]:
        with self.begin() as session:
            return list(
                session.scalars(select(Lead.id).where(Lead.prospect_id == stored.prospect_id).order_by(Lead.id))
            )

    def release(self, lead_id: UUID) -> None:
        with self.begin() as session:
            lead.release(session, self.clock, lead_id)

    def deliver(self, lead_id: UUID) -> None:
        with self.begin() as session:
            delivery_id = session.execute(select(Delivery.id).where(Delivery.lead_id == lead_id)).scalar_one()
        delivery.attempt(self.begin, self.clock, self.outside, delivery_id)

    def tell(self) -> None:
        """One try at every notice that waits, then every mail that waits."""
        with self.begin() as session:
            waiting = session.scalars(
                select(PartnerNotice.id).where(PartnerNotice.status == NoticeStatus.PENDING)
            ).all()
        for notice_id in waiting:
            notice.tell(self.begin, self.clock, self.outside, notice_id)
        self.send_mails()

    def send_mails(self) -> None:
        outside = message.Outside(self.mail, self.links, SENDER, retry_policy(60, (60,)), lambda: 0.0)
        with self.begin() as session:
            waiting = session.scalars(select(Message.id).where(Message.due_at.is_not(None))).all()
        for message_id in waiting:
            message.send(self.begin, self.clock, outside, message_id)

    def one(self, model: type[Any], **where: Any) -> Any:
        """The one row of `model`, read anew."""
        with self.begin() as session:
            return session.execute(select(model).filter_by(**where)).scalar_one()

    def all(self, model: type[Any]) -> list[Any]:
        with self.begin() as session:
            return list(session.scalars(select(model)).all())


@contextmanager
def staged(url: str, at: datetime, mail: FakeMail) -> Iterator[Stage]:
    """The stage on one database, its clock at that moment."""
    engine = create_engine(url)
    yield Stage(engine, FrozenClock(at), FakeWebhook(), mail)
    engine.dispose()

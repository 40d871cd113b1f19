"""Requests that a link be mailed: taken down the same way whether or not the address is known, answered by a worker."""

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.events import EventKind
from webapp.domain.ids import address_key, new_id
from webapp.domain.link_request import LINK_MAIL_WINDOW, MOST_LINK_MAILS, LinkPurpose
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.models import LinkRequest, Prospect
from webapp.services import message, outbox


def ask(session: Session, clock: Clock, links: Links, address: str) -> None:
    """Somebody wants the ways back into the pages of `address`.

    What is written, and how long it takes, does not depend on whether the address is known: the look-up is a worker's.
    """
    request = note(session, clock, address_key(links.secret, address), LinkPurpose.MY_DATA)
    outbox.add(session, EventKind.LINK_REQUESTED, [request.id], due_at=clock.now())


def note(session: Session, clock: Clock, email_key: bytes, purpose: LinkPurpose) -> LinkRequest:
    """Write down that a link was asked for."""
    answered = clock.now() if purpose is LinkPurpose.CONFIRM_ADDRESS else None
    request = LinkRequest(id=new_id(), email_key=email_key, purpose=purpose, at=clock.now(), answered_at=answered)
    session.add(request)
    session.flush()
    return request


def is_one_too_many(session: Session, request: LinkRequest) -> bool:
    """Whether the address had been asked for so often by then that it gets no further mail that others can cause."""
    asked = session.execute(
        select(func.count())
        .select_from(LinkRequest)
        .where(LinkRequest.email_key == request.email_key)
        .where(LinkRequest.at > request.at - LINK_MAIL_WINDOW, LinkRequest.at <= request.at)
    ).scalar_one()
    return asked > MOST_LINK_MAILS


def answer(session: Session, clock: Clock, request_id: UUID) -> None:
    """Mail the links, if the address is known and was not asked for too often. Harmless to call twice."""
    request = session.execute(
        select(LinkRequest).where(LinkRequest.id == request_id).with_for_update()
    ).scalar_one_or_none()
    if request is None or request.answered_at is not None:
        return
    request.answered_at = clock.now()
    newest = session.execute(
        select(Prospect.id)
        .where(Prospect.email_key == request.email_key, Prospect.erased_at.is_(None))
        .order_by(Prospect.created_at.desc(), Prospect.id.desc())
        .limit(1)
    ).scalar()
    if newest is None or is_one_too_many(session, request):
        return
    message.queue(
        session,
        key=f"link_request:{request.id}",
        message_class=MessageClass.TRANSACTIONAL,
        template=Template.MY_DATA_LINKS,
        at=clock.now(),
        prospect_id=newest,
    )


def purge(session: Session, clock: Clock) -> int:
    """Delete requests that no longer count; the number deleted."""
    gone = session.execute(
        delete(LinkRequest)
        .where(LinkRequest.at < clock.now() - LINK_MAIL_WINDOW)
        .returning(LinkRequest.at)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())

"""Resume links as rows: how long they and their addresses are kept, and how many there may be."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.request import open_draft
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import Refused
from webapp.domain.ids import token_hash
from webapp.domain.links import Links
from webapp.domain.message import MessageStatus
from webapp.gateways.errors import GatewayError, Permanent, Retryable
from webapp.gateways.fakes import FakeMail
from webapp.models import Draft, Message, ResumeLink
from webapp.services import draft, message, resume_link
from webapp.services.message import Outside
from webapp.services.resume_link import ADDRESS_KEPT, FLOOD_WINDOW, MOST_MAILS_OF_DRAFT, MOST_OF_DRAFT, MOST_TO_ADDRESS
from webapp.services.transaction import Begin

KEEP = timedelta(days=30)
ADDRESS = "ana@student.example"


def test_only_the_hash_of_256_bits_is_stored(session: Session, clock: FrozenClock, links: Links) -> None:
    made = resume_link.make(session, clock, links, open_draft(session, clock, links), keep=KEEP)
    row = session.get_one(ResumeLink, made.id)
    assert len(made.token) == 43
    assert row.token_hash == token_hash(made.token)
    assert made.token not in str(vars(row))


def test_the_draft_is_kept_as_long_as_the_link(session: Session, clock: FrozenClock, links: Links) -> None:
    draft_id = open_draft(session, clock, links)
    made = resume_link.make(session, clock, links, draft_id, keep=KEEP)
    assert session.get_one(Draft, draft_id).expires_at == made.expires_at
    draft.save_step(session, clock, draft_id, "goal", {"words": "Teach."}, keep=timedelta(days=1))
    assert session.get_one(Draft, draft_id).expires_at == made.expires_at


@pytest.mark.parametrize("error", [None, Permanent("refused", text="no such mailbox")])
def test_the_address_goes_with_the_end_of_its_mail(
    session: Session,
    begin: Begin,
    clock: FrozenClock,
    links: Links,
    message_outside: Outside,
    mail: FakeMail,
    error: GatewayError | None,
) -> None:
    made = resume_link.make(session, clock, links, open_draft(session, clock, links), keep=KEEP, address=ADDRESS)
    row = session.scalars(select(Message)).one()
    mail.fail_next(Retryable("busy", text="try later"))
    message.send(begin, clock, message_outside, row.id)
    assert _status(session, row) is MessageStatus.DEFERRED
    assert session.get_one(ResumeLink, made.id).email == ADDRESS
    clock.advance(timedelta(hours=1))
    mail.fail_next(*([error] if error else []))
    message.send(begin, clock, message_outside, row.id)
    wanted = MessageStatus.HANDED_OVER if error is None else MessageStatus.FAILED
    assert _status(session, row) is wanted
    assert session.get_one(ResumeLink, made.id).email is None


def test_a_mail_sent_again_by_staff_has_nowhere_to_go(
    session: Session, begin: Begin, clock: FrozenClock, links: Links, message_outside: Outside, mail: FakeMail
) -> None:
    resume_link.make(session, clock, links, open_draft(session, clock, links), keep=KEEP, address=ADDRESS)
    row = session.scalars(select(Message)).one()
    mail.fail_next(Permanent("refused", text="no such mailbox"))
    message.send(begin, clock, message_outside, row.id)
    message.resend(session, clock, row.id)
    message.send(begin, clock, message_outside, row.id)
    assert (row.status, row.reason) == (MessageStatus.SUPPRESSED, "recipient_erased")


def test_addresses_and_their_marks_are_forgotten_in_time(session: Session, clock: FrozenClock, links: Links) -> None:
    made = resume_link.make(session, clock, links, open_draft(session, clock, links), keep=KEEP, address=ADDRESS)
    steps = ((FLOOD_WINDOW, (True, False)), (ADDRESS_KEPT - FLOOD_WINDOW, (False, False)))
    for wait, (address, key) in steps:
        clock.advance(wait)
        assert resume_link.purge(session, clock) == 0
        session.expire_all()
        row = session.get_one(ResumeLink, made.id)
        assert (row.email is not None, row.email_key is not None) == (address, key)
    clock.advance(KEEP)
    assert resume_link.purge(session, clock) == 1


def test_too_many_are_refused_and_a_day_later_allowed(session: Session, clock: FrozenClock, links: Links) -> None:
    for _ in range(MOST_TO_ADDRESS):
        resume_link.make(session, clock, links, open_draft(session, clock, links), keep=KEEP, address=ADDRESS)
    draft_id = open_draft(session, clock, links)
    with pytest.raises(Refused, match="this address"):
        resume_link.make(session, clock, links, draft_id, keep=KEEP, address=ADDRESS.upper())
    for number in range(MOST_MAILS_OF_DRAFT):
        resume_link.make(session, clock, links, draft_id, keep=KEEP, address=f"a{number}@student.example")
    with pytest.raises(Refused, match="this form"):
        resume_link.make(session, clock, links, draft_id, keep=KEEP, address="z@student.example")
    for _ in range(MOST_OF_DRAFT - MOST_MAILS_OF_DRAFT):
        resume_link.make(session, clock, links, draft_id, keep=KEEP)
    with pytest.raises(Refused, match="many links"):
        resume_link.make(session, clock, links, draft_id, keep=KEEP)
    clock.advance(FLOOD_WINDOW)
    resume_link.make(session, clock, links, draft_id, keep=KEEP, address=ADDRESS)


def test_the_version_revokes(session: Session, clock: FrozenClock, links: Links) -> None:
    made = resume_link.make(session, clock, links, open_draft(session, clock, links), keep=KEEP)
    assert resume_link.find(session, clock, made.token)
    assert resume_link.switch_off(session, links, made.token)
    assert resume_link.find(session, clock, made.token) is None
    assert not resume_link.switch_off(session, links, made.token)


def _status(session: Session, row: Message) -> MessageStatus:
    session.refresh(row)
    return row.status

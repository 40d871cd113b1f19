"""The development inbox: mails are kept in a table instead of being sent."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, insert
from sqlalchemy.orm import Session

from webapp.gateways.mail import OutgoingMail
from webapp.models import InboxMail
from webapp.services.transaction import Begin


def store_in_inbox(begin: Begin, mail: OutgoingMail) -> None:
    """Keep `mail`, in a transaction of its own, as a mail server would."""
    with begin() as session:
        session.execute(
            insert(InboxMail).values(
                message_header_id=mail.message_id,
                sender=mail.sender.address,
                recipient=mail.recipient,
                subject=mail.subject,
                headers=dict(mail.headers),
                text=mail.text,
                html=mail.html,
            )
        )


def forget(session: Session, message_ids: Sequence[UUID]) -> None:
    """Delete the mails of these messages."""
    session.execute(
        delete(InboxMail)
        # The header is `<id@host>`.
        .where(func.substr(InboxMail.message_header_id, 2, 36).in_([str(each) for each in message_ids]))
        .execution_options(synchronize_session=False)
    )

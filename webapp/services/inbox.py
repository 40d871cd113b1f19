"""The development inbox: mails are kept in a table instead of being sent."""

from sqlalchemy import insert

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

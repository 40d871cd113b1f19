"""What the demo schools received, newest first."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Partner, ReceivedPosting


@dataclass(frozen=True, slots=True)
class Posting:
    """One lead as a school received it; `document` is its JSON, indented for reading."""

    id: UUID
    received_at: datetime
    legal_name: str
    webhook_id: str
    document: str


def latest_postings(session: Session, *, limit: int) -> list[Posting]:
    """The newest `limit` leads that demo schools received."""
    rows = session.execute(
        select(ReceivedPosting, Partner.legal_name)
        .join(Partner, Partner.slug == ReceivedPosting.partner_slug)
        .order_by(ReceivedPosting.received_at.desc(), ReceivedPosting.id.desc())
        .limit(limit)
    )
    return [
        Posting(row.id, row.received_at, legal_name, row.webhook_id, _indented(row.body)) for row, legal_name in rows
    ]


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body

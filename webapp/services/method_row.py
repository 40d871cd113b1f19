"""The row of one delivery method, held for a change. Apart from `delivery_method`, which sends leads again."""

from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.models import PartnerEndpoint


def get_locked(session: Session, method_id: UUID, *, partner_id: UUID | None = None) -> PartnerEndpoint:
    """The method, locked; with `partner_id` only if it is that partner's. NotFound without it, or when removed."""
    method = session.get(PartnerEndpoint, method_id, with_for_update={"key_share": True}, populate_existing=True)
    is_theirs = method is not None and partner_id in (None, method.partner_id)
    if method is None or not is_theirs or method.removed_at is not None:
        raise NotFound("There is no such delivery method.")
    return method

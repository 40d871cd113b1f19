"""How far notices reached the partners: by partner, and one by one."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, SENDERS, needs_role, staff
from webapp.context import runtime
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.queries.leads import partner_names
from webapp.queries.propagation import list_notices, list_propagation
from webapp.ui.lists import chosen, chosen_id, cursor, page_links

blueprint = Blueprint("notices", __name__, url_prefix="/notices")

PARTNERS_SHOWN = 25
KINDS = {NoticeKind.WITHDRAWN: "Withdrawn", NoticeKind.CORRECTED: "Corrected", NoticeKind.ERASED: "Erased"}


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Who was told, who confirmed, who could not be told; and the notices themselves, the newest first."""
    partner_id, status, built = chosen_id("partner"), chosen("status", NoticeStatus), runtime()
    with built.begin() as session:
        partners = list_propagation(session, partner_id=partner_id)
        page = list_notices(session, partner_id=partner_id, status=status, cursor=cursor())
        names = partner_names(session)
    return render_template(
        "admin/notices.html",
        partners=partners[:PARTNERS_SHOWN],
        left_out=max(0, len(partners) - PARTNERS_SHOWN),
        page=page,
        partner_id=partner_id,
        status=status,
        statuses=NoticeStatus,
        names=names,
        now=built.clock.now(),
        looks=words.NOTICE_LOOKS,
        kinds=KINDS,
        reason_words=words.reason_words,
        may_change=staff().may(SENDERS),
        **page_links(page),
    )

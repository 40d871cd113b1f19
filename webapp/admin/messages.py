"""Messages: every mail, and every try at sending it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import bulk_acts, words
from webapp.admin.guard import EVERYONE, SEES_PEOPLE, SENDERS, needs_role, staff
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.bulk_act import MOST_AT_ONCE, BulkKind
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.message import MessageClass, MessageStatus
from webapp.domain.staff_list import StaffList
from webapp.queries.messages import (
    MessageDetail,
    MessageFilter,
    count_messages,
    get_message,
    list_messages,
    message_ids,
    message_state,
)
from webapp.services import message as messages
from webapp.ui.lists import chosen, chosen_day, cursor, kept_args, page_links

blueprint = Blueprint("messages", __name__, url_prefix="/messages")

_STOPPED = "No more mail goes to this address."
_MAY_GO_AGAIN = (MessageStatus.FAILED, MessageStatus.UNCERTAIN)


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Messages, newest first."""
    wanted = _wanted()
    with runtime().begin() as session:
        desk = desk_of(
            session, StaffList.MESSAGES, lambda asked: count_messages(session, _wanted(asked), most=COUNTED_TO)
        )
        if desk.opens_with:
            return redirect(desk.opens_with)
        page = list_messages(session, wanted, cursor=cursor())
    return render_template(
        "admin/messages.html",
        page=page,
        wanted=wanted,
        desk=desk,
        message_looks=words.MESSAGE_LOOKS,
        class_labels=words.CLASS_LABELS,
        template_labels=words.TEMPLATE_LABELS,
        reason_words=words.reason_words,
        acts=_acts() if staff().may(SENDERS) else [],
        bulk_url=url_for(".bulk", **kept_args()),
        **page_links(page),
    )


@blueprint.post("/bulk")
@rate_limited("30/minute")
@needs_role(SENDERS)
def bulk() -> ResponseReturnValue:
    """Show what would happen to several mails that failed or were put off."""
    ids, left_out = bulk_acts.ticked(), 0
    if bulk_acts.wants_all():
        with runtime().begin() as session:
            wanted = _wanted()
            ids = message_ids(session, wanted, most=MOST_AT_ONCE)
            left_out = count_messages(session, wanted) - len(ids) if len(ids) == MOST_AT_ONCE else 0
    return bulk_acts.plan([BulkKind.RESEND], ids, left_out, url_for(".index", **kept_args()))


def _acts() -> list[dict[str, Any]]:
    return [{"kind": BulkKind.RESEND.value, "label": bulk_acts.LABELS[BulkKind.RESEND], "whys": []}]


def _wanted(asked: Mapping[str, str] | None = None) -> MessageFilter:
    """What the address, or a saved view, narrows the list to."""
    return MessageFilter(
        status=chosen("status", MessageStatus, asked),
        message_class=chosen("class", MessageClass, asked),
        since=chosen_day("since", asked),
        until=chosen_day("until", asked, after=True),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One message. Shows who it goes to, so looking at it is written down."""
    with runtime().begin() as session:
        message = get_message(session, row_id)
        sees_people = staff().may(SEES_PEOPLE)
        if sees_people:
            write_down(session, "viewed", "message", str(row_id))
    return render_template(
        "admin/message.html",
        message=message,
        events=_timeline(message),
        sees_people=sees_people,
        look=words.MESSAGE_LOOKS[message.row.status],
        can_resend=staff().may(SENDERS) and message.row.status in _MAY_GO_AGAIN,
        is_uncertain=message.row.status is MessageStatus.UNCERTAIN,
        outcome_looks=words.OUTCOME_LOOKS,
        class_labels=words.CLASS_LABELS,
        template_labels=words.TEMPLATE_LABELS,
        reason_words=words.reason_words,
    )


@blueprint.get("/<uuid:row_id>/resend")
@needs_role(SENDERS)
def confirm(row_id: UUID) -> ResponseReturnValue:
    """Ask before an uncertain message goes again: the recipient may get it twice."""
    with runtime().begin() as session:
        message = get_message(session, row_id)
    if message.row.status is not MessageStatus.UNCERTAIN:
        return redirect(url_for("admin.messages.detail", row_id=row_id))
    return render_template("admin/resend.html", message=message, template_labels=words.TEMPLATE_LABELS)


@blueprint.post("/<uuid:row_id>/resend")
@rate_limited("60/minute")
@needs_role(SENDERS)
def resend(row_id: UUID) -> ResponseReturnValue:
    """Send a failed message again; an uncertain one only after the question was answered."""
    built = runtime()
    back = redirect(url_for("admin.messages.detail", row_id=row_id))
    try:
        with built.begin() as session:
            before = message_state(session, row_id)
            if before["status"] == MessageStatus.UNCERTAIN and request.form.get("twice") != "yes":
                return redirect(url_for("admin.messages.confirm", row_id=row_id))
            messages.resend(session, built.clock, row_id)
            session.flush()
            write_down(session, "resent", "message", str(row_id), before=before, after=message_state(session, row_id))
    except (Refused, InvalidTransition):
        flash("Only a failed or uncertain message can be sent again. This one has moved on.", "error")
        return back
    built.wake_up.nudge()
    flash("It is sent again.", "good")
    return back


def _timeline(message: MessageDetail) -> list[dict[str, Any]]:
    """Everything that is on record of one mail, in order: made, tried, handed over, and what came back."""
    events: list[dict[str, Any]] = [{"title": "Queued", "at": message.row.created_at}]
    for attempt in message.attempts:
        title, tone = words.OUTCOME_LOOKS[attempt.outcome]
        state = {"good": "done", "error": "bad"}.get(tone, "current")
        text = words.reason_words(attempt.reason)
        events.append(
            {"title": f"Try {attempt.number}: {title}", "at": attempt.started_at, "text": text, "state": state}
        )
    for report in message.reports:
        title, state = words.REPORT_LOOKS[report.kind] if report.kind else ("A mail came back", "current")
        parts = [report.status_code, report.diagnosis, _STOPPED if report.outcome == "address_stopped" else None]
        events.append({"title": title, "at": report.received_at, "text": " ".join(filter(None, parts)), "state": state})
    return sorted(events, key=lambda event: event["at"])

"""Acts upon many: what would happen, the button that lets it begin, and how far it came."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import SENDERS, needs_role
from webapp.admin.trail import actor, write_down
from webapp.context import rate_limited, runtime
from webapp.domain.bulk_act import MOST_AT_ONCE, OBJECTS, BulkKind, BulkStatus, ItemStatus
from webapp.domain.errors import Refused
from webapp.queries.bulk_act import get_bulk_act, list_bulk_acts
from webapp.services import bulk_act
from webapp.ui.lists import cursor, page_links
from webapp.ui.refusals import tell

blueprint = Blueprint("bulk_acts", __name__, url_prefix="/bulk-acts")

AT_ONCE: Final = 25
"""So many are done while somebody waits for the page; a worker does the rest."""
LABELS: Final = {
    BulkKind.RELEASE: "Release to the partner",
    BulkKind.END: "End and tell the student",
    BulkKind.MARK_INVALID: "Mark invalid and tell the student",
    BulkKind.REPLAY: "Send again",
    BulkKind.RESEND: "Send again, or now",
}
WHAT_HAPPENS: Final = {
    BulkKind.RELEASE: "Each goes to its partner now, or waits for a place in a cap; what held it is not asked again.",
    BulkKind.END: "Each ends. The school gets nothing, and the student is told why.",
    BulkKind.MARK_INVALID: "Each student is asked to correct their details; their lead comes back here when they have.",
    BulkKind.REPLAY: "Each starts over with all its methods and retries, under its webhook-id, and is billed once.",
    BulkKind.RESEND: "Each mail that failed starts over; each that was put off is tried now.",
}
NOUNS: Final = {"lead": ("lead", "leads"), "delivery": ("delivery", "deliveries"), "message": ("message", "messages")}
_PAGES: Final = {
    "lead": "admin.leads.detail",
    "delivery": "admin.deliveries.detail",
    "message": "admin.messages.detail",
}
LOOKS: Final = {
    BulkStatus.PLANNED: ("Not begun", "neutral"),
    BulkStatus.RUNNING: ("Under way", "accent"),
    BulkStatus.DONE: ("Done", "good"),
}


def ticked() -> list[UUID]:
    """The ids that were ticked in a list. What is no id is nothing."""
    found = []
    for text in request.form.getlist("row")[:MOST_AT_ONCE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def wants_all() -> bool:
    """Whether all that match were chosen, and not those that are ticked."""
    return request.form.get("which") == "all"


def plan(kinds: Sequence[BulkKind], ids: Sequence[UUID], left_out: int, otherwise: str) -> ResponseReturnValue:
    """Write down what the form asks for and show what would happen; back to `otherwise` when it asks for nothing."""
    built = runtime()
    kind = next((each for each in kinds if each == request.form.get("act")), None)
    if kind is None:
        flash("Choose what to do.", "error")
        return redirect(otherwise, 303)
    choice = request.form.get(f"{kind}_why") or None
    try:
        with built.begin() as session:
            made = bulk_act.plan(session, built.clock, kind, ids, by=actor(), choice=choice, left_out=left_out)
            write_down(session, "planned", "bulk_act", str(made), after={"kind": kind, "count": len(ids)})
    except Refused as refusal:
        tell(refusal)
        return redirect(otherwise, 303)
    return redirect(url_for("admin.bulk_acts.detail", row_id=made), 303)


@blueprint.get("")
@needs_role(SENDERS)
def index() -> ResponseReturnValue:
    """What was done to many, newest first."""
    with runtime().begin() as session:
        page = list_bulk_acts(session, cursor=cursor())
    return render_template(
        "admin/bulk_acts.html", page=page, labels=LABELS, looks=LOOKS, statuses=ItemStatus, **page_links(page)
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(SENDERS)
def detail(row_id: UUID) -> ResponseReturnValue:
    """What would happen, or how far it came."""
    with runtime().begin() as session:
        found = get_bulk_act(session, row_id)
    noun = OBJECTS[found.row.kind]
    return render_template(
        "admin/bulk_act.html",
        act=found.row,
        found=found,
        label=LABELS[found.row.kind],
        what=WHAT_HAPPENS[found.row.kind],
        why=_why(found.row.kind, found.row.choice),
        one=NOUNS[noun][0],
        many=NOUNS[noun][1],
        page_of=_PAGES[noun],
        look=LOOKS[found.row.status],
        waiting=found.row.counts.get(ItemStatus.WAITING, 0),
        done=found.row.counts.get(ItemStatus.DONE, 0),
        refused=found.row.counts.get(ItemStatus.REFUSED, 0),
        most=MOST_AT_ONCE,
    )


@blueprint.post("/<uuid:row_id>/start")
@rate_limited("30/minute")
@needs_role(SENDERS)
def start(row_id: UUID) -> ResponseReturnValue:
    """Let it begin. Pressing twice lets it begin once."""
    built = runtime()
    with built.begin() as session:
        begun = bulk_act.start(session, built.clock, row_id, by=actor())
        if begun:
            before, after = {"status": BulkStatus.PLANNED.value}, {"status": BulkStatus.RUNNING.value}
            write_down(session, "started", "bulk_act", str(row_id), before=before, after=after)
    if begun:
        bulk_act.work(built.begin, built.clock, row_id, most=AT_ONCE, seconds=5)
        built.wake_up.nudge()
    else:
        flash("It was begun before, so nothing was done twice.", "info")
    return redirect(url_for("admin.bulk_acts.detail", row_id=row_id), 303)


def _why(kind: BulkKind, choice: str | None) -> str:
    if kind is BulkKind.END:
        return next((told for code, told in words.ENDING_WORDS.items() if code == choice), "")
    if kind is BulkKind.MARK_INVALID:
        return next((told for code, told in words.FINDING_WORDS.items() if code == choice), "")
    return ""

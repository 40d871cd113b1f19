"""Working through a queue: what a page of one of its things shows of it, and where an act upon one leads."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.staff_queue import StaffQueue
from webapp.queries.staff_queue import find_next, find_place

LABELS: Final = {
    StaffQueue.CAUTION: "Caution",
    StaffQueue.DUPLICATES: "Duplicates",
    StaffQueue.HOLDS: "Other holds",
    StaffQueue.RETURNS: "Returns",
    StaffQueue.COMPLAINTS: "Complaints",
    StaffQueue.DEAD_LETTERS: "Dead letters",
}
LISTS: Final[dict[StaffQueue, tuple[str, dict[str, str]]]] = {
    StaffQueue.CAUTION: ("admin.review.index", {"queue": "caution"}),
    StaffQueue.DUPLICATES: ("admin.review.index", {"queue": "duplicates"}),
    StaffQueue.HOLDS: ("admin.review.index", {"queue": "holds"}),
    StaffQueue.RETURNS: ("admin.returns.index", {"status": "requested"}),
    StaffQueue.COMPLAINTS: ("admin.complaints.index", {}),
    StaffQueue.DEAD_LETTERS: ("admin.redeliveries.index", {}),
}
"""The list of each, as an endpoint and what its address asks for."""
_PAGES: Final = {
    StaffQueue.CAUTION: "admin.leads.detail",
    StaffQueue.DUPLICATES: "admin.leads.detail",
    StaffQueue.HOLDS: "admin.leads.detail",
    StaffQueue.RETURNS: "admin.returns.detail",
    StaffQueue.COMPLAINTS: "admin.leads.detail",
    StaffQueue.DEAD_LETTERS: "admin.deliveries.detail",
}


@dataclass(frozen=True, slots=True)
class Walk:
    """What a page shows of the queue that it was reached from. Addresses are None at the ends."""

    queue: StaffQueue
    label: str
    count: int
    list_url: str
    before_url: str | None
    after_url: str | None


def list_url(queue: StaffQueue) -> str:
    """The address of the list of a queue."""
    endpoint, asks = LISTS[queue]
    return url_for(endpoint, **asks)  # type: ignore[arg-type]  # what addresses ask for is text


def page_url(queue: StaffQueue, row_id: UUID) -> str:
    """The address of one thing of a queue, from where one can walk on."""
    return url_for(_PAGES[queue], row_id=row_id, queue=queue.value)


def asked_queue() -> StaffQueue | None:
    """The queue that the page's address, or the form that was sent, names."""
    told = request.form.get("queue") or request.args.get("queue") or ""
    return StaffQueue(told) if told in set(StaffQueue) else None


def walk_at(row_id: UUID, endpoint: str) -> Walk | None:
    """The queue that the page at `endpoint` was reached from, if it was."""
    queue = asked_queue()
    if queue is None or _PAGES[queue] != endpoint:
        return None
    with runtime().begin() as session:
        place = find_place(session, queue, row_id, runtime().clock.now())
    return Walk(
        queue=queue,
        label=LABELS[queue],
        count=place.count,
        list_url=list_url(queue),
        before_url=page_url(queue, place.before) if place.before else None,
        after_url=page_url(queue, place.after) if place.after else None,
    )


def onward(row_id: UUID, otherwise: str) -> ResponseReturnValue:
    """After an act: to the next thing of the queue it was done from, to its list after the last; else `otherwise`."""
    queue = asked_queue()
    if queue is None:
        return redirect(otherwise, 303)
    with runtime().begin() as session:
        following = find_next(session, queue, row_id, runtime().clock.now())
    if following is None:
        flash(f"That was the last one of the queue “{LABELS[queue]}”.", "info")
        return redirect(list_url(queue), 303)
    return redirect(page_url(queue, following), 303)

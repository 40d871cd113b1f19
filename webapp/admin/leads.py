"""Leads: who was introduced to whom, how far it came, and what staff may do about it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import bulk_acts, words
from webapp.admin.forms import ComplaintForm, MarkInvalidForm
from webapp.admin.guard import EVERYONE, SEES_PEOPLE, SENDERS, needs_role, staff
from webapp.admin.lead_story import story_of, timeline
from webapp.admin.queue_walk import LABELS, asked_queue, onward, walk_at
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.admin.submissions import match_view
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.bulk_act import MOST_AT_ONCE, BulkKind
from webapp.domain.complaint import COMPLAINT_WORDS
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.finding import FOUND_BY_STAFF, Finding
from webapp.domain.lead import AWAITING_CONFIRMATION, LeadStatus
from webapp.domain.profile_words import answers_in_words, contact_in_words
from webapp.domain.staff_list import StaffList
from webapp.domain.staff_queue import HELD_QUEUES
from webapp.domain.standing import Reader, Standing, Times, standing_of
from webapp.queries.audit import trail_of
from webapp.queries.complaint import find_complaint
from webapp.queries.leads import (
    LeadDetail,
    LeadFilter,
    count_leads,
    get_lead,
    lead_ids,
    lead_state,
    list_leads,
    partner_names,
)
from webapp.queries.notice import notice_state
from webapp.services import lead as leads
from webapp.services import notice as notices
from webapp.services import redelivery
from webapp.ui.formats import format_datetime
from webapp.ui.lists import chosen, chosen_day, chosen_id, chosen_person, cursor, kept_args, page_links

blueprint = Blueprint("leads", __name__, url_prefix="/leads")

_HELD_ACTS = (BulkKind.RELEASE, BulkKind.END, BulkKind.MARK_INVALID)


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Leads, newest first."""
    wanted, queue = _wanted(), asked_queue()
    with runtime().begin() as session:
        desk = desk_of(session, StaffList.LEADS, lambda asked: count_leads(session, _wanted(asked), most=COUNTED_TO))
        if desk.opens_with:
            return redirect(desk.opens_with)
        page = list_leads(session, wanted, cursor=cursor())
        partners = partner_names(session)
    return render_template(
        "admin/leads.html",
        page=page,
        wanted=wanted,
        desk=desk,
        queue=LABELS[queue] if queue else None,
        partners=partners,
        lead_looks=words.LEAD_LOOKS,
        lead_look=words.lead_look,
        reason_words=words.reason_words,
        acts=held_acts() if staff().may(SENDERS) else [],
        bulk_url=url_for(".bulk", **kept_args()),
        **page_links(page),
    )


@blueprint.post("/bulk")
@rate_limited("30/minute")
@needs_role(SENDERS)
def bulk() -> ResponseReturnValue:
    """Show what would happen to several leads that are held for review."""
    ids, left_out = bulk_acts.ticked(), 0
    if bulk_acts.wants_all():
        with runtime().begin() as session:
            wanted = _wanted()
            ids = lead_ids(session, wanted, most=MOST_AT_ONCE)
            left_out = count_leads(session, wanted) - len(ids) if len(ids) == MOST_AT_ONCE else 0
    return bulk_acts.plan(_HELD_ACTS, ids, left_out, url_for(".index", **kept_args()))


def held_acts() -> list[dict[str, Any]]:
    """What may be done to leads that are held for review, as the form asks for it."""
    found = [(finding.value, words.FINDING_WORDS[finding]) for finding in FOUND_BY_STAFF]
    whys: dict[BulkKind, tuple[str, list[tuple[str, str]]]] = {
        BulkKind.END: ("Why they end", [(code.value, told) for code, told in words.ENDING_WORDS.items()]),
        BulkKind.MARK_INVALID: ("What is wrong", found),
    }
    return [
        {
            "kind": kind.value,
            "label": bulk_acts.LABELS[kind],
            "why": whys[kind][0] if kind in whys else "",
            "whys": whys[kind][1] if kind in whys else [],
        }
        for kind in _HELD_ACTS
    ]


def _wanted(asked: Mapping[str, str] | None = None) -> LeadFilter:
    """What the address, or a saved view, narrows the list to."""
    told = request.args if asked is None else asked
    queue = asked_queue() if asked is None else None
    return LeadFilter(
        status=chosen("status", LeadStatus, asked),
        partner_id=chosen_id("partner", asked),
        program_id=told.get("program") or None,
        person=chosen_person() if asked is None else None,
        reasons=HELD_QUEUES.get(queue) if queue else None,
        since=chosen_day("since", asked),
        until=chosen_day("until", asked, after=True),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One lead. Looking at personal data is written down."""
    with runtime().begin() as session:
        lead = get_lead(session, row_id)
        complaint = find_complaint(session, row_id)
        trail = trail_of(session, story_of(lead))
        sees_people = staff().may(SEES_PEOPLE)
        if sees_people:
            write_down(session, "viewed", "lead", str(row_id))
    may_send = staff().may(SENDERS)
    return render_template(
        "admin/lead.html",
        lead=lead,
        walk=walk_at(row_id, "admin.leads.detail"),
        student=lead.student if sees_people else None,
        contact=contact_in_words(lead.channels, lead.preferences),
        answers=answers_in_words(lead.answers) if sees_people else None,
        look=words.lead_look(lead.status, lead.reason),
        standing=standing(lead),
        story=timeline(lead, trail),
        match=match_view(lead.match),
        consents=lead.consents.of_lead(row_id),
        can_release=may_send and _waits_for_staff(lead),
        invalid_form=MarkInvalidForm(formdata=None),
        endings=words.ENDING_WORDS,
        complaint=COMPLAINT_WORDS[complaint.kind] if complaint else None,
        complained_at=complaint.at if complaint else None,
        complaint_form=ComplaintForm(formdata=None),
        may_complain=may_send and complaint is None and lead.delivered_at is not None and not lead.test,
        screening=screening_facts(lead),
        can_replay=may_send and lead.status is LeadStatus.FAILED and lead.delivery is not None,
        may_send=may_send,
        notice_looks=words.NOTICE_LOOKS,
        notice_labels=words.NOTICE_LABELS,
        delivery_looks=words.DELIVERY_LOOKS,
        outcome_looks=words.OUTCOME_LOOKS,
        message_looks=words.MESSAGE_LOOKS,
        template_labels=words.TEMPLATE_LABELS,
        reason_words=words.reason_words,
    )


@blueprint.post("/<uuid:row_id>/release")
@rate_limited("60/minute")
@needs_role(SENDERS)
def release(row_id: UUID) -> ResponseReturnValue:
    """Let a lead that was held for review go on its way."""
    built = runtime()
    try:
        with built.begin() as session:
            before = lead_state(session, row_id)
            leads.release_from_review(session, built.clock, row_id)
            session.flush()
            after = lead_state(session, row_id)
            write_down(session, "released", "lead", str(row_id), before=before, after=after)
    except (Refused, InvalidTransition):
        flash("This lead is no longer held for review, so nothing was changed.", "error")
    else:
        built.wake_up.nudge()
        flash("Released. It goes to the partner now, or waits for a free place in its cap.", "good")
    return back_from(row_id)


@blueprint.post("/<uuid:row_id>/invalid")
@rate_limited("60/minute")
@needs_role(SENDERS)
def mark_invalid(row_id: UUID) -> ResponseReturnValue:
    """Say that the details of a lead that was held for review cannot be right; the student is told what to correct."""
    built, form = runtime(), MarkInvalidForm()
    with built.begin() as session:
        before = lead_state(session, row_id)
    if not form.validate():
        flash("Choose what is wrong. Nothing was changed.", "error")
        return redirect(url_for("admin.leads.detail", row_id=row_id, queue=request.args.get("queue")))
    try:
        with built.begin() as session:
            leads.mark_invalid(session, built.clock, row_id, Finding(str(form.finding.data)))
            session.flush()
            after = lead_state(session, row_id)
            write_down(session, "marked_invalid", "lead", str(row_id), before=before, after=after)
    except (Refused, InvalidTransition):
        flash("This lead is no longer held for review, so nothing was changed.", "error")
    else:
        built.wake_up.nudge()
        flash("Marked invalid. The student is told what to correct, and it comes back to you when they have.", "good")
    return back_from(row_id)


@blueprint.post("/<uuid:row_id>/replay")
@rate_limited("60/minute")
@needs_role(SENDERS)
def replay(row_id: UUID) -> ResponseReturnValue:
    """Send a lead whose delivery failed again."""
    with runtime().begin() as session:
        delivery = get_lead(session, row_id).delivery
    if delivery is None:
        flash("This lead has no delivery to send again.", "error")
    else:
        send_again(delivery.row.id, row_id)
    return redirect(url_for("admin.leads.detail", row_id=row_id))


@blueprint.post("/<uuid:row_id>/notices/<uuid:notice_id>/replay")
@rate_limited("60/minute")
@needs_role(SENDERS)
def replay_notice(row_id: UUID, notice_id: UUID) -> ResponseReturnValue:
    """Have a partner told again what it could not be told."""
    built = runtime()
    try:
        with built.begin() as session:
            before = notice_state(session, notice_id, lead_id=row_id)
            notices.replay(session, built.clock, notice_id)
            session.flush()
            after = notice_state(session, notice_id, lead_id=row_id)
            write_down(session, "replayed", "notice", str(notice_id), before=before, after=after)
    except Refused as refusal:
        flash(f"{refusal.problems[0].what} Nothing was changed.", "error")
    else:
        built.wake_up.nudge()
        flash("The partner is told again, with a full set of retries.", "good")
    return redirect(url_for("admin.leads.detail", row_id=row_id))


def back_from(row_id: UUID) -> ResponseReturnValue:
    """To the list that the button was on, to the next of the queue it was pressed in, or to the lead's page."""
    if request.form.get("back") == "review":
        return redirect(url_for("admin.review.index", queue=request.form.get("list") or None), 303)
    return onward(row_id, url_for("admin.leads.detail", row_id=row_id))


def send_again(delivery_id: UUID, lead_id: UUID) -> None:
    """Replay one delivery, write it down, and tell whoever pressed the button what happened."""
    built = runtime()
    try:
        with built.begin() as session:
            before = lead_state(session, lead_id)
            redelivery.replay(session, built.clock, delivery_id)
            session.flush()
            after = lead_state(session, lead_id)
            write_down(session, "replayed", "delivery", str(delivery_id), before=before, after=after)
    except Refused as refusal:
        problem = refusal.problems[0]
        flash(" ".join(part for part in (problem.what, problem.remedy, "So nothing was changed.") if part), "error")
    except InvalidTransition:
        flash("This delivery has moved on, so nothing was changed.", "error")
    else:
        built.wake_up.nudge()
        flash("It is sent again, with a full set of retries.", "good")


def _waits_for_staff(lead: LeadDetail) -> bool:
    """Whether it is held for a person of ours, and not until the student confirms their address."""
    return lead.status is LeadStatus.HELD_REVIEW and lead.reason != AWAITING_CONFIRMATION


def screening_facts(lead: LeadDetail) -> dict[str, Any]:
    """How the details looked, and the other leads that this one may repeat, in words."""
    known = {finding.value: told for finding, told in words.FINDING_WORDS.items()}
    return {
        "look": words.GRADE_LOOKS[lead.grade] if lead.grade else None,
        "findings": [known.get(code, code.replace("_", " ")) for code in lead.findings],
        "repeats": [
            {
                "lead_id": each.lead_id,
                "partner": each.partner,
                "level": words.LEVEL_WORDS[each.level],
                "same": "same " + ", ".join(words.MATCH_WORDS[kind] for kind in each.matched_by),
            }
            for each in lead.duplicates
        ],
    }


def standing(lead: LeadDetail) -> Standing:
    """Why the lead is not delivered (yet), and what happens next."""
    row = lead.delivery.row if lead.delivery else None
    is_tried = row is not None and row.status is DeliveryStatus.PENDING and row.attempts_made > 0
    times = Times(
        undo_until=lead.undo_until,
        due_at=lead.due_at,
        retry_at=row.due_at if row is not None and is_tried else None,
        expires_at=lead.expires_at,
    )
    return standing_of(
        Reader.STAFF,
        lead.status,
        lead.reason,
        times,
        partner=lead.partner,
        say=format_datetime,
        was_sent=lead.delivered_at is not None or bool(lead.notices),
    )

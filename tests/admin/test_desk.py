"""Lists as staff want them: the search box, kept views, acts upon many, queues that are walked through."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.admin.conftest import Visitor, ask_for_one
from tests.factories.lead import delivery_of, fail_delivery, message_of, put_lead, put_message
from tests.factories.school import School, make_school
from webapp.bootstrap import Runtime
from webapp.domain.actor import Actor
from webapp.domain.bulk_act import BulkKind, BulkStatus, ItemStatus
from webapp.domain.clock import FrozenClock
from webapp.domain.complaint import ComplaintKind
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import AWAITING_CONFIRMATION, REASONS, LeadStatus
from webapp.domain.message import MessageStatus
from webapp.domain.staff_queue import HELD_QUEUES, StaffQueue, queue_of
from webapp.models import AuditEntry, BulkAct, Delivery, Lead, LeadEvent, Message, SavedView
from webapp.queries.bulk_act import get_bulk_act
from webapp.queries.due import due_bulk_acts
from webapp.queries.staff_queue import count_queues, find_next, find_place
from webapp.services import bulk_act, lead_return

LoggedIn = Callable[..., Visitor]
HELD = [(LeadStatus.QUEUED, "undo_window_over"), (LeadStatus.HELD_REVIEW, "duplicate_in_window")]


def ask(running: Runtime, school: School) -> UUID:
    """One lead of a new student; its id."""
    return ask_for_one(running, school)[0]


def hold(running: Runtime, lead_ids: Sequence[UUID], reason: str = "duplicate_in_window") -> None:
    with running.begin() as session:
        for lead_id in lead_ids:
            steps = [HELD[0], (LeadStatus.HELD_REVIEW, reason)]
            put_lead(session, lead_id, steps, running.clock.now())


def actor(running: Runtime) -> Actor:
    with running.begin() as session:
        entry = session.execute(select(AuditEntry.staff_id, AuditEntry.actor).where(AuditEntry.staff_id.is_not(None)))
        staff_id, email = entry.first() or (None, "")
    assert staff_id is not None
    return Actor(email, staff_id=staff_id, remote_address="198.51.100.9")


def statuses(running: Runtime, lead_ids: Sequence[UUID]) -> list[LeadStatus]:
    with running.begin() as session:
        return [session.get_one(Lead, each).status for each in lead_ids]


class TestSearch:
    def test_people_partners_institutions_and_programs_by_the_beginning_of_their_words(
        self, logged_in: LoggedIn, running: Runtime
    ) -> None:
        mark = "Q" + new_id().hex[-9:]
        with running.begin() as session:
            school = make_school(session, running.seal, name=f"Larkspur {mark}")
        lead_id = ask(running, school)
        with running.begin() as session:
            who = session.get_one(Lead, lead_id).prospect
            who.first_name, who.last_name, who.phone = "Zoë-Marie", f"O’Ångström {mark}", "+14155550177"
            submission = session.get_one(Lead, lead_id).submission_id
            webhook_id = session.execute(select(Delivery.webhook_id).where(Delivery.lead_id == lead_id)).scalar_one()
        support, analyst = logged_in("support"), logged_in("analyst")
        for words in (f"zoe ang {mark}", f"{mark[:8]} MARIE", f"O'Angstrom {mark.lower()}"):
            found = support.post("/admin/find", {"text": words}).text
            assert f"/admin/submissions/{submission}" in found, words
            assert f"/admin/leads/{lead_id}" in found, words
            assert "1 person" in found, words
            assert f"/admin/submissions/{submission}" not in analyst.post("/admin/find", {"text": words}).text
        for number in ("(415) 555-0177", "+1 415 555 0177"):
            assert f"/admin/submissions/{submission}" in support.post("/admin/find", {"text": number}).text
        found = analyst.post("/admin/find", {"text": f"lark {mark[:7]}"}).text
        for shown in ("1 institution", "1 program", school.program_id):
            assert shown in found
        assert "1 partner" in analyst.post("/admin/find", {"text": mark[:7]}).text
        assert analyst.post("/admin/find", {"text": webhook_id}).location == (
            f"/admin/deliveries/{self._delivery(running, lead_id)}"
        )
        assert school.program_id in analyst.post("/admin/find", {"text": school.program_id}).text
        # Whose data was shown is written down; what was typed is not.
        with running.begin() as session:
            entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "searched")).all()
            mine = [each for each in entries if str(submission) in (each.after or {}).get("shown", [])]
            assert len(mine) == 5
            assert mark.lower() not in str([(each.after, each.object_id) for each in mine]).lower()

    def _delivery(self, running: Runtime, lead_id: UUID) -> UUID:
        with running.begin() as session:
            return delivery_of(session, lead_id)


class TestViews:
    def test_a_view_is_kept_counted_shared_opened_with_renamed_and_deleted(
        self, logged_in: LoggedIn, running: Runtime, school: School
    ) -> None:
        ada, bea = logged_in("support"), logged_in("analyst")
        hold(running, [ask(running, school) for _ in range(3)])
        ask(running, school)
        here = f"?status=held_review&partner={school.partner_id}"
        page = f"/admin/leads{here}"
        kept = ada.post(f"/admin/views/leads{here}&person=00ff&page=x", {"name": " Ours ", "shared": "y"})
        assert kept.location.startswith("/admin/leads?")
        shown = ada.get(page).text
        assert re.search(r'aria-current="page"[^>]*>Ours<span class="count">3</span>', shown)
        assert re.search(r">Ours<span", bea.get("/admin/leads").text)
        with running.begin() as session:
            view = session.execute(select(SavedView).where(SavedView.name == "Ours")).scalar_one()
            view_id, filters = view.id, view.filters
        assert filters == {"status": "held_review", "partner": str(school.partner_id)}
        ada.post(f"/admin/views/leads{here}", {"name": "Ours"})
        assert "You have a view" in ada.get(page).text
        # Whoever opens the list with it is led there, and may still see the whole.
        bea.post("/admin/views/leads/choose", {"view": str(view_id)})
        assert bea.get("/admin/leads").location.startswith("/admin/leads?")
        assert bea.get("/admin/leads?view=all").status_code == 200
        for path in ("change", "delete"):
            assert (
                bea.post(f"/admin/views/{view_id}/{path}", {"name": "Mine"}, form_at="/admin/audit").status_code == 404
            )
        ada.post(f"/admin/views/{view_id}/change", {"name": "To look at"})
        assert "To look at" in ada.get(page).text
        assert "To look at" not in bea.get("/admin/leads?view=all").text
        ada.post(f"/admin/views/{view_id}/delete")
        assert bea.get("/admin/leads").status_code == 200
        with running.begin() as session:
            told = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == str(view_id))).all()
            assert sorted(told) == ["changed", "deleted", "saved"]

    def test_columns_are_remembered_for_each_reader_and_list(
        self, logged_in: LoggedIn, running: Runtime, school: School
    ) -> None:
        ask(running, school)
        ada, bea = logged_in(), logged_in()
        ada.post("/admin/views/leads/choose", {"do": "columns", "column": ["partner", "status"]})
        heads = [re.findall(r'role="columnheader"[^>]*>([^<]+)<', who.get("/admin/leads").text) for who in (ada, bea)]
        assert [each.strip() for each in heads[0]] == ["Lead", "Partner", "Status"]
        assert [each.strip() for each in heads[1]][-1] == "Next step due"
        assert 'data-label="Program"' not in ada.get("/admin/leads").text
        for path in ("deliveries", "messages", "submissions", "programs", "partners", "audit"):
            ada.post(f"/admin/views/{path}/choose", {"do": "columns"})
            page = ada.get(f"/admin/{path}")
            assert (page.status_code, page.text.count("data-label=")) == (200, 0), path


class TestBulkActs:
    def test_the_preview_says_how_many_and_why_not_and_the_act_happens_once(
        self, logged_in: LoggedIn, running: Runtime, school: School
    ) -> None:
        clerk = logged_in("support")
        ids = [ask(running, school) for _ in range(4)]
        hold(running, ids[:2])
        hold(running, ids[2:3], AWAITING_CONFIRMATION)
        planned = clerk.post("/admin/leads/bulk", {"act": "release", "which": "ticked", "row": [str(x) for x in ids]})
        preview = clerk.get(planned.location).text
        assert statuses(running, ids[:2]) == [LeadStatus.HELD_REVIEW] * 2
        for told in ("Release to the partner: 2 leads", "undo window", "confirm their address"):
            assert told in preview
        with running.begin() as session:  # one moves on between the preview and the button
            put_lead(session, ids[1], [(LeadStatus.WITHDRAWN, "withdrawn_by_student")], running.clock.now())
        for _ in range(2):
            clerk.post(f"{planned.location}/start", form_at=planned.location.replace("bulk-acts", "bulk-acts"))
        done = clerk.get(planned.location).text
        assert "Done" in done
        assert "is not held for review" in done
        assert LeadStatus.HELD_REVIEW not in statuses(running, ids[:1])
        with running.begin() as session:
            entries = session.scalars(select(AuditEntry).where(AuditEntry.object_id == str(ids[0]))).all()
            released = [each for each in entries if each.action == "released"]
            assert [each.before["status"] for each in released if each.before] == ["held_review"]
            assert session.execute(
                select(func.count()).where(LeadEvent.lead_id == ids[0], LeadEvent.reason == "released_by_staff")
            ).scalar_one() in (0, 1)
            act = session.get_one(BulkAct, UUID(planned.location.rpartition("/")[2]))
            assert (act.status, act.finished_at is not None) == (BulkStatus.DONE, True)

    def test_all_that_match_are_ended_and_the_rest_is_left_alone(
        self, logged_in: LoggedIn, running: Runtime, school: School
    ) -> None:
        clerk = logged_in("support")
        ids = [ask(running, school) for _ in range(30)]
        hold(running, ids[:29])
        where = f"/admin/leads/bulk?status=held_review&partner={school.partner_id}"
        assert clerk.post(where, {"act": "end", "which": "all"}).location.startswith("/admin/leads?")
        planned = clerk.post(where, {"act": "end", "which": "all", "end_why": "ended_as_repeat"}).location
        clerk.post(f"{planned}/start")
        assert "4 of 29" not in clerk.get(planned).text
        # Twenty-five are done at once; whatever goes on with the rest does it once, from several sides.
        act_id = UUID(planned.rpartition("/")[2])
        assert "still to do" in clerk.get(planned).text.lower()
        with running.begin() as session:
            assert act_id in due_bulk_acts(session, running.clock.now(), grace=timedelta(0), limit=99)
        workers = [Thread(target=bulk_act.work, args=(running.begin, running.clock, act_id)) for _ in range(3)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        assert statuses(running, ids) == [LeadStatus.FILTERED] * 29 + [LeadStatus.UNDO_WINDOW]
        with running.begin() as session:
            row = get_bulk_act(session, act_id).row
            ended = select(func.count()).where(LeadEvent.lead_id.in_(ids), LeadEvent.reason == "ended_as_repeat")
            assert session.execute(ended).scalar_one() == 29
        assert (row.status, row.counts) == (BulkStatus.DONE, {ItemStatus.DONE: 29})

    def test_dead_letters_are_replayed_and_mails_sent_again(
        self, logged_in: LoggedIn, running: Runtime, school: School
    ) -> None:
        clerk = logged_in("support")
        ids = [ask(running, school) for _ in range(4)]
        with running.begin() as session:
            fail_delivery(session, ids[0], at=running.clock.now())
            deliveries = [delivery_of(session, each) for each in ids[:2]]
            messages = [message_of(session, session.get_one(Lead, each).submission_id) for each in ids]
            for message_id, (status, reason) in zip(
                messages,
                [
                    (MessageStatus.FAILED, "retries_used_up"),
                    (MessageStatus.DEFERRED, "server_busy"),
                    (MessageStatus.UNCERTAIN, "worker_lost_while_sending"),
                    (MessageStatus.HANDED_OVER, "handed_over"),
                ],
                strict=True,
            ):
                put_message(session, message_id, status, reason)
            later = running.clock.now() + timedelta(hours=4)
            session.get_one(Message, messages[1]).due_at = later
        for path, rows, told in (
            ("deliveries/bulk", deliveries, "Send again: 1 delivery"),
            ("messages/bulk", messages, "Send again, or now: 2 messages"),
        ):
            act = {"deliveries/bulk": "replay", "messages/bulk": "resend"}[path]
            planned = clerk.post(f"/admin/{path}", {"act": act, "which": "ticked", "row": [str(x) for x in rows]})
            assert told in clerk.get(planned.location).text
            clerk.post(f"{planned.location}/start")
        assert statuses(running, ids[:1]) != [LeadStatus.FAILED]
        with running.begin() as session:
            found = [session.get_one(Message, each) for each in messages]
            assert [each.status for each in found[:2]] == [MessageStatus.PENDING, MessageStatus.DEFERRED]
            assert [each.due_at for each in found[:2]] == [running.clock.now()] * 2
            assert [each.status for each in found[2:]] == [MessageStatus.UNCERTAIN, MessageStatus.HANDED_OVER]

    def test_what_makes_no_sense_is_refused(self, logged_in: LoggedIn, running: Runtime, school: School) -> None:
        logged_in().get(f"/admin/leads/{ask(running, school)}")
        by = actor(running)
        for kind, ids, choice in (
            (BulkKind.RELEASE, [], None),
            (BulkKind.END, [new_id()], "because"),
            (BulkKind.MARK_INVALID, [new_id()], None),
            (BulkKind.RELEASE, [new_id() for _ in range(10_001)], None),
        ):
            with pytest.raises(Refused), running.begin() as session:
                bulk_act.plan(session, running.clock, kind, ids, by=by, choice=choice)
        with running.begin() as session:
            act_id = bulk_act.plan(session, running.clock, BulkKind.REPLAY, [new_id()], by=by)
            assert get_bulk_act(session, act_id).refusals == (("There is no such delivery.", 1),)

    def test_what_was_planned_and_not_started_goes_after_a_day(self, running: Runtime) -> None:
        clock = FrozenClock(running.clock.now())
        with running.begin() as session:
            planned, started = (
                bulk_act.plan(session, clock, BulkKind.REPLAY, [new_id()], by=actor(running)) for _ in range(2)
            )
            bulk_act.start(session, clock, started, by=actor(running))
            bulk_act.purge(session, clock)
            assert get_bulk_act(session, planned).row.total == 1
            clock.advance(bulk_act.PLANNED_FOR + timedelta(seconds=1))
            assert bulk_act.purge(session, clock) >= 1
            assert get_bulk_act(session, started).row.total == 1
            with pytest.raises(NotFound):
                get_bulk_act(session, planned)


class TestQueues:
    def test_each_reason_is_in_one_queue(self) -> None:
        named = [reason for reasons in HELD_QUEUES.values() for reason in reasons]
        assert sorted(named) == sorted(REASONS[LeadStatus.HELD_REVIEW] - {AWAITING_CONFIRMATION})
        assert queue_of("details_doubtful") is StaffQueue.CAUTION
        assert queue_of("of an older release") is StaffQueue.HOLDS

    def test_a_queue_is_walked_through_and_the_counts_are_right_at_once(
        self, logged_in: LoggedIn, running: Runtime, school: School
    ) -> None:
        clerk = logged_in("support")
        with running.begin() as session:
            before = count_queues(session, running.clock.now())
        ids = []
        for _ in range(3):
            running.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]  # a frozen clock
            ids.append(ask(running, school))
        hold(running, ids, "filter_unknown")
        self._make_oldest(running, ids)
        first, second, third = ids
        with running.begin() as session:
            now = running.clock.now()
            assert count_queues(session, now)[StaffQueue.HOLDS] == before[StaffQueue.HOLDS] + 3
            assert find_place(session, StaffQueue.HOLDS, first, now).before is None
            place = find_place(session, StaffQueue.HOLDS, second, now)
            assert (place.before, place.after) == (first, third)
        page = clerk.get(f"/admin/leads/{second}?queue=holds").text
        assert f'href="/admin/leads/{third}?queue=holds" data-key="n"' in page
        assert f'href="/admin/leads/{first}?queue=holds" data-key="p"' in page
        went = clerk.post(f"/admin/leads/{second}/release?queue=holds")
        assert went.location == f"/admin/leads/{third}?queue=holds"
        went = clerk.post(f"/admin/review/{third}/end?queue=holds", {"why": "ended_as_unfit"})
        with running.begin() as session:
            now = running.clock.now()
            assert count_queues(session, now)[StaffQueue.HOLDS] == before[StaffQueue.HOLDS] + 1
            following = find_next(session, StaffQueue.HOLDS, third, now)
        assert went.location == f"/admin/leads/{following}?queue=holds"
        shown = clerk.get("/admin/review?queue=holds").text
        assert (
            f'aria-current="page"><span>Other holds</span><span class="count">{before[StaffQueue.HOLDS] + 1}' in shown
        )

    def test_dead_letters_returns_and_complaints_wait_until_somebody_acts(
        self, logged_in: LoggedIn, running: Runtime, school: School
    ) -> None:
        clerk = logged_in()
        failed, complained = ask(running, school), ask(running, school)
        with running.begin() as session:
            before = count_queues(session, running.clock.now())
            fail_delivery(session, failed, at=running.clock.now())
            dead = delivery_of(session, failed)
            session.get_one(Lead, complained).delivered_at = running.clock.now()
            put_lead(session, complained, [*HELD[:1], (LeadStatus.DELIVERED, "accepted")], running.clock.now())
            lead_return.complain(
                session, running.clock, complained, kind=ComplaintKind.TOO_MANY_CONTACTS, actor="the student"
            )
        running.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]  # a frozen clock
        assert self._more(running, before) == {StaffQueue.DEAD_LETTERS: 1, StaffQueue.COMPLAINTS: 1}
        assert f"/admin/leads/{complained}?queue=complaints" in clerk.get("/admin/complaints").text
        clerk.get(f"/admin/leads/{complained}?queue=complaints")
        clerk.post(f"/admin/deliveries/{dead}/replay?queue=dead_letters")
        assert self._more(running, before) == {}

    def _make_oldest(self, running: Runtime, ids: Sequence[UUID]) -> None:
        with running.begin() as session:
            for number, lead_id in enumerate(ids):
                session.get_one(Lead, lead_id).created_at = running.clock.now() - timedelta(days=9, minutes=-number)

    def _more(self, running: Runtime, before: dict[StaffQueue, int]) -> dict[StaffQueue, int]:
        with running.begin() as session:
            now = count_queues(session, running.clock.now())
        return {queue: now[queue] - before[queue] for queue in StaffQueue if now[queue] != before[queue]}


def test_the_pages_about_a_partner_have_tabs(logged_in: LoggedIn, school: School) -> None:
    owner = logged_in()
    page = owner.get(f"/admin/partners/{school.partner_id}/terms").text
    tabs = re.search(r'aria-label="About this partner">.*?</nav>', page, re.DOTALL)
    assert tabs is not None
    links = re.findall(r'href="([^"]+)"', tabs[0])
    assert len(links) == 10
    for link in links:
        own = owner.get(link)
        assert own.status_code == 200, link
        assert own.text.count('aria-label="About this partner"') == 1, link
    assert re.findall(r'aria-current="page">([^<]+)<', tabs[0]) == ["Terms"]
    assert "About this partner" not in owner.get("/admin/partners").text

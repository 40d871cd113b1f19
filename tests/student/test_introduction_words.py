"""Wherever an introduction can stand, and for whatever reason, the student reads plain words."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeGuard
from uuid import uuid4

import pytest

from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.lead import LEAD_LIFECYCLE, REASONS, LeadStatus
from webapp.queries.my_data import Introduction, LeadStep
from webapp.student.introduction_words import standing, timeline, why

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
UNKNOWN = "a_reason_of_next_year"
SERVICES = Path(__file__).resolve().parents[2] / "webapp" / "services"
WRITERS = ("lead", "routing", "delivery", "batch")
ANSWERS = ("http_200", "http_302", "http_404", "http_409", "http_410", "Program closed </b> for applicants")
CASES = [(status, reason) for status in LeadStatus for reason in (*sorted(REASONS[status]), *ANSWERS, UNKNOWN)]


def introduction(*steps: LeadStep) -> Introduction:
    """An introduction that went through `steps`."""
    last = steps[-1]
    return Introduction(
        lead_id=uuid4(),
        legal_name="Larkspur Institute, Inc.",
        program_name="M.S. in Data Science",
        institution="Larkspur Institute",
        status=last.status,
        reason=last.reason,
        channels=("email",),
        preferences=ContactPreferences(),
        answers=(),
        test=False,
        created_at=NOW,
        undo_until=NOW + timedelta(minutes=10),
        expires_at=NOW + timedelta(days=30),
        due_at=last.until,
        delivered_at=None,
        steps=steps,
        consent=None,
    )


@pytest.mark.parametrize(("status", "reason"), CASES)
def test_no_status_and_no_reason_lacks_words(status: LeadStatus, reason: str) -> None:
    until = NOW + timedelta(hours=9) if status in (LeadStatus.HELD_CAP, LeadStatus.HELD_SCHEDULE) else None
    lead = introduction(LeadStep(NOW, LeadStatus.UNDO_WINDOW, "submitted"), LeadStep(NOW, status, reason, until))
    words = standing(lead)
    told = [words.label, words.meaning, words.next_step]
    told += [text for event in timeline(lead, NOW) for text in (event.title, event.text) if text]
    for text in told:
        assert text
        assert not re.search(r"[{}<>_]|http", text), text
    for sentence in (words.meaning, words.next_step, why(lead.steps[-1])):
        assert sentence.endswith(".")
    events = list(timeline(lead, NOW))
    assert sum(event.state == "current" for event in events) <= 1
    if until:
        assert "November 25, 2026, 21:00 UTC" in words.next_step
        assert "November 25, 2026, 21:00 UTC" in why(lead.steps[-1])
        assert until in [event.at for event in events]
    is_over = not LEAD_LIFECYCLE.roads[status]
    assert not is_over or not any(event.state == "todo" for event in events)


def test_each_known_reason_has_words_of_its_own_where_it_tells_more_than_the_status() -> None:
    for status in (LeadStatus.QUEUED, LeadStatus.FAILED, LeadStatus.EXPIRED):
        told = [why(LeadStep(NOW, status, reason)) for reason in REASONS[status] if not reason.endswith("_refused")]
        assert len(set(told)) == len(told), status


def test_the_reasons_are_those_that_the_services_write() -> None:
    known = set().union(*REASONS.values())
    written = {reason for name in WRITERS for reason in reasons_written(SERVICES / f"{name}.py")}
    assert written - known == set()
    assert {"no_endpoint", "retries_used_up", "undo_window_over", "in_portal", "in_batch_file"} <= written


def _is_obstacle(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Obstacle"


def reasons_written(path: Path) -> Iterator[str]:
    """The codes given or assigned as `reason` in a file, or given to an obstacle."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Obstacle":
            yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))
        is_given = isinstance(node, ast.keyword) and node.arg == "reason"
        is_assigned = isinstance(node, ast.Assign) and any("reason" in ast.unparse(each) for each in node.targets)
        if isinstance(node, ast.keyword | ast.Assign) and (is_given or is_assigned):
            for each in ast.walk(node.value):
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and "_" in each.value:
                    yield each.value


def test_a_hold_that_is_over_no_longer_says_now() -> None:
    held = LeadStep(NOW, LeadStatus.HELD_CAP, "cap_full", NOW + timedelta(hours=9))
    lead = introduction(
        LeadStep(NOW, LeadStatus.UNDO_WINDOW, "submitted"),
        held,
        LeadStep(NOW, LeadStatus.QUEUED, "hold_over"),
        LeadStep(NOW, LeadStatus.DELIVERING, "delivery_started"),
        LeadStep(NOW, LeadStatus.DELIVERED, "http_200"),
    )
    told = [(event.title, event.state) for event in timeline(lead, NOW)]
    assert told == [
        ("You asked to be introduced", "done"),
        ("Held back: the school's limit is reached", "done"),
        ("Sending to Larkspur Institute, Inc.", "done"),
        ("Larkspur Institute, Inc. has it", "done"),
    ]

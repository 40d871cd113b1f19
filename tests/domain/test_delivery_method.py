"""Delivery methods' settings: faults told at once, due times over clock changes, files without formulas."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from webapp.domain.cell import guard
from webapp.domain.delivery import Channel
from webapp.domain.delivery_method import CsvConfig, Limits, body_for, csv_of, read_config
from webapp.domain.errors import Refused
from webapp.domain.field_map import read_fields

FIELDS = [{"name": "E-mail", "from": "student.email", "required": True}]
ZONE = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Channel.WEBHOOK, {}),
        (Channel.WEBHOOK, {"answers": [{"means": "error", "contains": "busy"}]}),
        (Channel.JSON_POST, {"fields": FIELDS, "credential_header": "X-Api-Key"}),
        (Channel.FORM_POST, {"fields": FIELDS}),
        (Channel.EMAIL, {"address": "leads@school.example", "link_only": False}),
        (Channel.CSV_BATCH, {"fields": FIELDS, "times": ["06:00", "18:30"], "days": [0, 4]}),
        (Channel.PORTAL, {}),
    ],
)
def test_settings_are_read_and_written_back(kind: Channel, told: dict[str, Any]) -> None:
    config = read_config(kind, told)
    assert read_config(kind, config.to_json()) == config


@pytest.mark.parametrize(
    ("kind", "told", "where"),
    [
        (Channel.WEBHOOK, {"answers": 3, "speed": 9}, {"answers", "speed"}),
        (Channel.JSON_POST, {"credential_header": "Webhook-Id"}, {"fields", "credential_header"}),
        (Channel.FORM_POST, {"fields": FIELDS, "credential_header": "X\r\nHost"}, {"credential_header"}),
        (Channel.EMAIL, {"address": "a@b.example, c@d.example", "link_only": "no"}, {"address", "link_only"}),
        (Channel.CSV_BATCH, {"fields": FIELDS, "times": ["6am"], "days": []}, {"times", "days"}),
        (Channel.PORTAL, {"address": "x"}, {"address"}),
    ],
)
def test_every_fault_is_told_at_once(kind: Channel, told: dict[str, Any], where: set[str]) -> None:
    with pytest.raises(Refused) as refused:
        read_config(kind, told)
    assert {problem.where for problem in refused.value.problems} == where
    assert all(problem.remedy for problem in refused.value.problems)


def test_limits_have_bounds() -> None:
    assert Limits().problems() == []
    assert {problem.where for problem in Limits(0, 99).problems()} == {"per_minute", "at_once"}


@pytest.mark.parametrize(
    ("now", "times", "days", "due"),
    [
        ("2026-11-22T15:00", ["06:00"], [0, 1, 2, 3, 4, 5, 6], "2026-11-23T11:00"),
        ("2026-11-23T11:00", ["06:00"], [0, 1, 2, 3, 4, 5, 6], "2026-11-24T11:00"),  # later than now, not at it
        ("2026-11-22T15:00", ["06:00", "18:30"], [0], "2026-11-23T11:00"),
        ("2026-11-23T15:00", ["06:00"], [0], "2026-11-30T11:00"),
        ("2026-03-08T06:00", ["02:30"], [6], "2026-03-08T07:30"),  # skipped in spring: 03:30 local
        ("2026-11-01T05:00", ["01:30"], [6], "2026-11-01T05:30"),  # twice in autumn: the first
        ("2026-11-01T05:45", ["01:30"], [6], "2026-11-08T06:30"),
    ],
)
def test_due_times_are_local_to_the_partner(now: str, times: list[str], days: list[int], due: str) -> None:
    config = read_config(Channel.CSV_BATCH, {"fields": FIELDS, "times": times, "days": days})
    assert isinstance(config, CsvConfig)
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert config.next_due(at, ZONE) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_no_cell_of_a_file_runs_as_a_formula() -> None:
    naughty = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", 'a"b,c\nd', "Zoë \x00", "'=1"]
    fields = read_fields([{"name": "=name", "from": "student.first_name"}, {"name": "phone", "from": "student.phone"}])
    content = csv_of(fields, [{"student": {"first_name": text, "phone": "+14155550123"}} for text in naughty])
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert header == ["'=name", "phone"]
    assert len(rows) == len(naughty)
    for cell in (cell for row in [header, *rows] for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    assert rows[6][0] == 'a"b,c\nd'
    assert guard("=1") == rows[-1][0] or rows[-1][0].startswith("'")


def test_a_preview_is_what_is_sent_and_tells_what_is_missing() -> None:
    config = read_config(Channel.FORM_POST, {"fields": FIELDS})
    body = body_for(Channel.FORM_POST, config, {"student": {"email": "a+b@student.example"}})
    assert (body.content, body.content_type) == (
        b"E-mail=a%2Bb%40student.example",
        "application/x-www-form-urlencoded",
    )
    assert not body.problems
    assert [problem.where for problem in body_for(Channel.JSON_POST, config, {}).problems] == ["E-mail"]
    assert body_for(Channel.WEBHOOK, read_config(Channel.WEBHOOK, {}), {"a": "ü"}).content == '{"a":"ü"}'.encode()

"""Dashboards: every page, its span and its files say what the tables say."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import func, select, update

from tests.admin.conftest import NOW, Asked, Visitor
from webapp.admin.dashboards import DASHBOARDS
from webapp.admin.panel import COUNT, PERCENT, SECONDS, WORDS, Column, Panel, csv_of
from webapp.admin.span import RANGES
from webapp.admin.student_panels import STEPS
from webapp.bootstrap import Runtime
from webapp.models import Lead, Partner
from webapp.student.answers import STEPS as FORM_STEPS
from webapp.student.form import REVIEW


def table(page: str, caption: str) -> list[list[str]]:
    """The cells of the table under a caption, row by row."""
    found = re.search(rf'<caption class="visually-hidden">{caption}</caption>(.*?)</table>', page, re.S)
    assert found is not None, caption
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", found[1], re.S)[1:]
    return [
        [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)] for row in rows
    ]


def test_each_dashboard_opens_and_its_files_hold_what_the_page_shows(
    logged_in: Callable[..., Visitor], asked: Asked, running: Runtime
) -> None:
    with running.begin() as session:
        partner_id = session.get_one(Lead, asked.lead_id).partner_id
        session.execute(update(Partner).where(Partner.id == partner_id).values(display_name="=1+1 & <b>Elm</b>"))
        leads = session.scalar(select(func.count()).select_from(Lead).where(Lead.counts, Lead.created_at <= NOW))
    analyst = logged_in("analyst")
    files = 0
    for name in DASHBOARDS:
        page = analyst.get(f"/admin/dashboards/{name}?range=90")
        assert page.status_code == 200, name
        assert "style=" not in page.text
        for path in re.findall(r'href="(/admin/dashboards/[^"]+\.csv[^"]*)"', page.text):
            answer = analyst.get(path.replace("&amp;", "&"))
            rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            assert len(rows) > 1
            assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
            files += 1
    assert files >= 8
    partners = analyst.get("/admin/dashboards/partners?range=90").text
    rows = table(partners, "Leads by partner and status")
    assert rows[-1][:2] == ["All", f"{leads:,}"] or len(rows) == 1
    assert sum(int(row[1].replace(",", "")) for row in rows if row[0] != "All") == leads
    assert "&lt;b&gt;Elm&lt;/b&gt;" in partners
    # On a telephone each row is a card, and each figure has its heading beside it.
    assert re.search(r'<td role="cell" data-label="Leads">[\d,]+</td>', partners)
    assert rows[0][0].startswith("1. "), "as beneath its column"
    csv_rows = analyst.get("/admin/dashboards/partners/partners.csv?range=90").text
    assert "'=1+1 & <b>Elm</b>" in csv_rows
    one = analyst.get(f"/admin/dashboards/partners?range=90&partner={partner_id}")
    assert "by program and status" in one.text


def test_a_span_is_what_the_form_asks_for_or_says_why_not(logged_in: Callable[..., Visitor]) -> None:
    analyst = logged_in("analyst")
    for days in RANGES:
        begins = NOW.date() - timedelta(days=int(days) - 1)
        assert f"{int(days):,} days of UTC" in analyst.get(f"/admin/dashboards/returns?range={days}").text
        assert f'value="{begins}"' in analyst.get(f"/admin/dashboards/returns?range={days}").text
    between = "/admin/dashboards/returns?range=between&from={}&to={}"
    page = analyst.get(between.format("2026-10-01", "2026-10-07")).text
    assert "October 1, 2026 to October 7, 2026, 7 days of UTC" in page
    assert "No return was asked for in these days." in page
    for first, last, words in (
        ("2026-10-07", "2026-10-01", "after the last one"),
        ("2026-10-07", "", "Give both days"),
        ("<script>", "2026-10-01", "Give both days"),
        (date.max.isoformat(), date.max.isoformat(), "still to come"),
        ("0001-01-01", "2026-10-01", "more than three years"),
    ):
        assert words in analyst.get(between.format(first, last)).text
    assert "no such range" in analyst.get("/admin/dashboards/returns?range=x").text
    assert analyst.get("/admin/dashboards/form/nothing.csv").status_code == 404


def test_the_steps_are_those_of_the_form() -> None:
    assert tuple(STEPS) == (*(step.slug for step in FORM_STEPS), REVIEW)


def test_a_file_has_plain_numbers_with_their_units() -> None:
    columns = (Column("Step", WORDS), Column("Forms", COUNT), Column("Share", PERCENT), Column("Time", SECONDS))
    rows = (("+1 555", 1234, 0.3333, 90.0), ("Goal", 0, None, 10**9))
    panel = Panel("steps", "Steps", "", columns, rows, "None.")
    assert csv_of(panel).removeprefix("\ufeff").splitlines() == [
        "Step,Forms,Share (%),Time (seconds)",
        "'+1 555,1234,33.33,90",
        "Goal,0,,longer",
    ]
    assert panel.told() == [["+1 555", "1,234", "33.3%", "90 s"], ["Goal", "0", "", "longer"]]

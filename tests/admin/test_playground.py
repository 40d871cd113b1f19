"""The playground and the versions of the weights: the shell's numbers, every reason told, every change kept."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from tests.admin.conftest import Visitor
from tests.admin.test_browser import enter, owner
from tests.browser import LiveServer, axe_violations, overflows
from tests.factories.back_office import PROFILE, Office
from tests.factories.staff import StaffLogin
from webapp.bootstrap import Runtime
from webapp.cli.main import main
from webapp.domain.persona import personas
from webapp.domain.profile import Criterion, Priority
from webapp.domain.weights_version import WeightsOrigin
from webapp.matching.weights import DEFAULT_WEIGHTS
from webapp.models import AuditEntry, VersionCause, WeightsTrial
from webapp.queries.weights import list_versions, live_weights
from webapp.services import live_weights as held
from webapp.services import snapshot, weights, weights_trial
from webapp.services.catalog_version import count_published, new_version

__all__ = ["owner"]

CAREER = next(each for each in personas() if each.profile.priorities.of(Criterion.COST) is Priority.MUST)


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch: pytest.MonkeyPatch, running: Runtime) -> None:
    """Tests before these may have published listings a moment ago, or put some into the tables without a version."""
    with running.begin() as session:
        count_published(session, new_version(session, VersionCause.EDIT))
    monkeypatch.setattr(held, "RECHECK_SECONDS", 0.0)
    monkeypatch.setattr(snapshot, "RECHECK_SECONDS", 0.0)
    monkeypatch.setattr(snapshot, "PATIENCE_SECONDS", 60.0)


def asked(visitor: Visitor, **sent: object) -> str:
    answer = visitor.post("/admin/playground", dict(sent), form_at="/admin/playground")
    assert answer.status_code == 200, answer.text
    return answer.text


def audit(running: Runtime, action: str) -> AuditEntry:
    with running.begin() as session:
        newest = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).limit(1)
        return session.scalars(newest).one()


def test_the_numbers_are_those_of_the_shell_byte_for_byte(
    office: Office, running: Runtime, logged_in: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(running.settings.database_url))
    monkeypatch.setenv("SECRET_KEY", "a secret that only tests know, long enough")
    visitor = logged_in("analyst")
    for profile in (json.dumps(PROFILE), json.dumps(CAREER.profile.to_json()), "{}"):
        path = tmp_path / "profile.json"
        path.write_text(profile)
        said = CliRunner().invoke(main, ["match", "--profile", str(path), "--json"])
        assert said.exit_code == 0, said.output
        sent = {"csrf_token": visitor.token("/admin/playground"), "profile": profile, "as": "json"}
        answer = visitor.client.post("/admin/playground", data=sent)
        assert answer.data == said.stdout.encode()
        page = re.sub(r"<td [^>]*>", "<td>", asked(visitor, profile=profile))
        for match in json.loads(said.stdout)["matches"]:
            assert f"<td>{match['score']:.3f}</td>" in page
            for points in match["contributions"].values():
                assert f"<td>{points:.3f}</td>" in page


def test_a_persona_and_a_submission_are_opened_by_address_and_a_look_is_written_down(
    office: Office, running: Runtime, logged_in: Callable[..., Visitor]
) -> None:
    visitor = logged_in("catalog_editor")
    page = visitor.get(f"/admin/playground?persona={CAREER.name}")
    assert CAREER.story in page.text.replace("&#39;", "'")
    assert "left out by a must" in page.text
    page = visitor.get(f"/admin/playground?submission={office.submission_id}")
    assert page.status_code == 200
    assert "@student.example" not in page.text
    seen = audit(running, "viewed")
    assert (seen.object_type, seen.object_id) == ("submission", str(office.submission_id))
    for wrong in ("submission=01890000-0000-7000-8000-000000000000", "submission=x"):
        assert visitor.get(f"/admin/playground?{wrong}").status_code == 404
    for sent in ({"profile": "{"}, {"profile": '{"goal": {"pay": 1}}'}, {"submission": "x"}, {"persona": "nobody"}):
        answer = visitor.post("/admin/playground", dict(sent), form_at="/admin/playground")
        assert answer.status_code == 422, sent
    assert (
        "goal.pay"
        in visitor.post("/admin/playground", {"profile": '{"goal": {"pay": 1}}'}, form_at="/admin/playground").text
    )


def test_why_not_names_the_rule_with_its_numbers_or_the_place(
    office: Office, logged_in: Callable[..., Visitor]
) -> None:
    visitor = logged_in("support")
    profile = {
        "goal": {"occupation": "15-2051", "credentials": ["master"]},
        "practical": {"budget_usd": 30000, "state": "IL"},
        "priorities": {"cost": "must"},
    }
    sent: dict[str, Any] = {"profile": json.dumps(profile), "part": "why"}
    dear = asked(visitor, **sent, program="demo-emberlyn-msmlp")
    assert "Left out by cost" in dear
    assert "Cost is a must: budget $30,000; for this program it would have to be $64,700." in dear
    assert re.search(r"With budget \$64,700: place \d+", dear)
    assert re.search(r"With cost important instead of a must: (place \d+|further down)", dear)
    found = asked(visitor, **sent, program="Emberlyn")
    assert "Which of these?" in found or "Left out by" in found
    assert "No published program has “zzz”" in asked(visitor, **sent, program="zzz")
    inside = asked(visitor, **sent, program=re.search(r'match-marks">.*?<code>([^<]+)<', found)[1])  # type: ignore[index]  # ten are shown
    assert "At place 1 of the list." in inside


STRANGE = ("\x00", "\ud800", "<script>alert(1)</script>", "'; DROP TABLE programs; --", "%00{{7*7}}\u202e")


def test_strange_texts_break_nothing_and_run_nothing(office: Office, logged_in: Callable[..., Visitor]) -> None:
    visitor = logged_in("analyst")
    token = visitor.token("/admin/playground")
    for text in STRANGE:
        odd = json.dumps({"goal": {"words": text, "interests": [text]}})
        raw = text.encode("utf-8", "surrogatepass")
        for field in ("persona", "submission", "program", "profile", "criteria_cost", "part"):
            sent = {"csrf_token": token, "profile": odd, "part": "why", field: raw}
            answer = visitor.client.post("/admin/playground", data=sent)
            assert answer.status_code in (200, 422), (text, field)
            assert "<script>" not in answer.text
        upload = {"csrf_token": token, "file": (BytesIO(odd.encode()), "profile.json")}
        assert visitor.client.post("/admin/playground", data=upload).status_code in (200, 422)


def other_weights(cost: str = "7") -> dict[str, object]:
    return {"part": "weights", "criteria_cost": cost}


def test_weights_are_tried_kept_published_and_taken_back(
    office: Office, running: Runtime, logged_in: Callable[..., Visitor]
) -> None:
    editor, analyst = logged_in("catalog_editor"), logged_in("analyst")
    page = asked(editor, persona=CAREER.name, **other_weights())
    for told in ("This list", "Agreement at 5, all 84 personas", "Lists compared", "Keep as a proposal"):
        assert told in page
    assert "Keep as a proposal" not in asked(analyst, **other_weights())
    assert "These are the weights that are live" in asked(editor, **other_weights("2"))
    wrong = editor.post("/admin/playground", other_weights("21"), form_at="/admin/playground")
    assert wrong.status_code == 422

    hidden = dict(re.findall(r'type="hidden" name="((?:criteria|priorities|unasked)_\w+|vague)" value="([^"]+)"', page))
    assert len(hidden) == 16
    before = audit_count(running)
    wordless = editor.post("/admin/weights", {**hidden, "note": " "})
    assert wordless.status_code == 422
    assert re.search(r'name="criteria_cost"[^>]*value="7', wordless.text), "what was tried is not lost"
    assert audit_count(running) == before
    kept = urlsplit(editor.post("/admin/weights", {**hidden, "note": "Price counts for more."}).location).path
    assert audit(running, "proposed").after["criteria"]["cost"] == 7  # type: ignore[index]  # it was written
    assert "A worker is at it" in editor.get(kept).text
    with running.begin() as session:
        trial = session.scalars(select(WeightsTrial).order_by(WeightsTrial.id.desc())).first()
        assert trial is not None
    weights_trial.carry_out(running.begin, running.clock, running.snapshot.current(), trial.id)
    shown = editor.get(kept).text
    assert "Worked out" in shown
    counts = re.search(r'stat-value">(\d+)</p>\s*<p class="stat-note">of (\d+) asked', shown)
    assert counts is not None
    assert 3 <= int(counts[1]) <= int(counts[2])
    assert "of weights to decide on" in editor.get("/admin/").text
    assert "Publish in place of" not in analyst.get(kept).text

    live = re.search(r'name="live"[^>]*value="([^"]+)"', shown)[1]  # type: ignore[index]  # the form is there
    stale = editor.post(f"{kept}/publish", {"note": "Good.", "live": "2026-10-1"}, form_at=kept)
    assert stale.status_code == 303
    assert "went live meanwhile" in editor.get(kept).text
    editor.post(f"{kept}/publish", {"note": "Agreed on Monday.", "live": live}, form_at=kept)
    entry = audit(running, "published")
    assert entry.before
    assert entry.after
    assert (entry.before["version"], entry.before["criteria"]["cost"]) == (live, 2)
    assert (entry.after["criteria"]["cost"], entry.after["note"]) == (7, "Agreed on Monday.")
    assert f"weights {entry.after['version']}." in visitor_text(editor, "/how-we-rank")
    assert running.weights.current().version == entry.after["version"]

    with running.begin() as session:
        first = list_versions(session)[-1].id
    editor.post(f"/admin/weights/{first}/go-back", form_at="/admin/weights")
    assert audit(running, "reverted").after["criteria"]["cost"] == 2  # type: ignore[index]  # it was written
    with running.begin() as session:
        assert live_weights(session).to_json()["criteria"]["cost"] == 2
    again = urlsplit(editor.post("/admin/weights", {**hidden, "note": "Once more."}).location).path
    editor.post(f"{again}/discard", form_at=again)
    assert "Thrown away" in editor.get(again).text


def test_what_was_learned_stands_beside_a_learned_proposal(
    office: Office, running: Runtime, logged_in: Callable[..., Visitor]
) -> None:
    figures = DEFAULT_WEIGHTS.to_json()
    figures["criteria"]["outcomes"] = 0.6
    evidence = {
        "lists": 1840,
        "lists_seen": 9120,
        "live": "2026-11-3",
        "since": "2026-08-01",
        "until": "2026-11-21",
        "propensity": {"power": 0.93, "basis": "told by 2,114 groups of alike programs"},
        "gain": {"mean": 0.0123, "low": 0.0041, "high": 0.0204},
        "says": "An introduction counts 1.",
    }
    with running.begin() as session:
        row_id = weights.propose(
            session,
            running.clock,
            figures,
            note="Learned.",
            actor="command line",
            origin=WeightsOrigin.LEARNED,
            evidence=evidence,
        )
    page = logged_in("analyst").get(f"/admin/weights/{row_id}").text
    for words in ("learned from what students did", "+0.0123", "99 % sure: +0.0041 to +0.0204", "1,840", "0.93"):
        assert words in page
    with running.begin() as session:
        weights.discard(session, running.clock, row_id)


def audit_count(running: Runtime) -> int:
    with running.begin() as session:
        return len(session.scalars(select(AuditEntry.id).where(AuditEntry.object_type == "weights")).all())


def visitor_text(visitor: Visitor, path: str) -> str:
    return " ".join(visitor.get(path).text.split())


@pytest.mark.browser
def test_the_pages_read_well(
    app: Flask,
    office: Office,
    owner: StaffLogin,
    live_server: Callable[[Any], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
) -> None:
    page = new_page()
    enter(page, live_server(app).url, owner)
    page.get_by_role("link", name="Playground").click()
    page.get_by_label("Demo persona").select_option(CAREER.name)
    page.get_by_role("button", name="Rank", exact=True).click()
    page.get_by_label("Program", exact=True).fill("demo-emberlyn-msmlp")
    page.get_by_role("button", name="Ask").click()
    page.get_by_text("What it would take").wait_for()
    page.get_by_label("Cost", exact=True).fill("6")
    page.get_by_role("button", name="Compare with the live ones").click()
    assert axe_violations(page) == []
    page.get_by_label("Note").fill("Price counts for more.")
    page.get_by_role("button", name="Keep as a proposal").click()
    page.get_by_role("heading", name="Publish").wait_for()
    for width, dark in ((1280, True), (390, False)):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        assert axe_violations(page) == []
        assert overflows(page) == 0
    page.goto(f"{page.url.split('/admin')[0]}/admin/playground?persona={CAREER.name}&program=demo-emberlyn-msmlp")
    assert overflows(page) == 0
    assert axe_violations(page) == []
    assert faults == []

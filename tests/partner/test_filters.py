"""A school reads, changes and tries its filter, and sets its screening, without script and each within its role."""

from collections.abc import Callable

from sqlalchemy import update

from tests.factories.portal import put_lead_in
from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.domain.partner_role import PartnerRole
from webapp.models import Submission
from webapp.queries.partner_filter import get_scope, list_versions
from webapp.queries.screening_policy import screening_of
from webapp.services import partner as partners

TEXT = '# Where\nrequire practical.state in ("CA", "WA")\n'


def test_a_rule_is_put_together_named_switched_and_tried(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    staff = logged_in(PartnerRole.ADMISSIONS)
    rows: dict[str, object] = {"effect": "require", "join": "all", "add": "practical.state", "act": "add", "version": 0}
    page = staff.post("/partner/filters/rule", rows, form_at="/partner/filters/edit")
    assert page.status_code == 200
    assert "California (CA)" in page.text
    row: dict[str, object] = {**rows, "field_0": "practical.state", "ask_0": "one_of", "act": "save", "name": "Where"}
    wrong = staff.post("/partner/filters/rule", row, form_at="/partner/filters/edit")
    assert (wrong.status_code, "Choose or write what it is compared with." in wrong.text) == (422, True)
    full: dict[str, object] = {**row, "values_0": ["CA", "WA"]}
    tried = staff.post("/partner/filters/rule", {**full, "act": "try"}, form_at="/partner/filters/edit")
    assert "Put this filter in force" in tried.text
    assert staff.post("/partner/filters/rule", full, form_at="/partner/filters/edit").status_code == 303
    with running.begin() as session:
        scope = get_scope(session, school.partner_id)
        assert (scope.text, scope.version) == (TEXT, 1)
        lead_id = put_lead_in(session, running, school, LeadStatus.DELIVERED)
        unseen = put_lead_in(session, running, school, LeadStatus.HELD_CAP)
        session.execute(update(Submission).values(profile={"practical": {"state": "TX"}}))
    page = staff.post("/partner/filters/trial", {"text": TEXT, "lead": lead_id}, form_at="/partner/filters/trial")
    assert "This lead would be excluded by rule 1" in page.text
    assert "State TX (you said: only CA, WA)." in page.text
    assert "2 would have been excluded" in page.text
    refused = staff.post("/partner/filters/trial", {"text": TEXT, "lead": unseen}, form_at="/partner/filters/trial")
    assert refused.status_code == 404
    example = {"text": TEXT, "example": "y", "fact_0": "WA"}
    assert "This lead passes" in staff.post("/partner/filters/trial", example, form_at="/partner/filters/trial").text

    at = {"rule": 0, "version": 1, "on": ""}
    staff.post("/partner/filters/switch", at, form_at="/partner/filters")
    stale = staff.client.post(
        "/partner/filters/remove", data={**at, "csrf_token": staff.token("/partner/filters")}, follow_redirects=True
    )
    assert "changed the filter meanwhile" in stale.text
    bad = staff.post(
        "/partner/filters/text",
        {"text": "require practical.state = TX", "on_unknown": "pass", "version": 2},
        form_at="/partner/filters/edit",
    )
    assert (bad.status_code, "Line 1, column 27" in bad.text) == (422, True)
    with running.begin() as session:
        assert [version.version for version in list_versions(session, school.partner_id)] == [2, 1]
        assert get_scope(session, school.partner_id).text == TEXT.replace("require", "#off require")
    assert "filter" in logged_in().get("/partner/activity").text

    reader = logged_in(PartnerRole.READ_ONLY)
    page = reader.get("/partner/filters")
    assert ("Only where state is one of CA, WA." in page.text, "Switch" in page.text) == (True, False)
    # A reader is shown no lead's answers, and so tries examples only.
    assert "One of the last leads" not in reader.get("/partner/filters/trial").text


def test_owners_set_the_screening_and_complaints_stay_ours(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    owner = logged_in()
    sent: dict[str, object] = {
        "match_sets": ["email", "phone"],
        "partner_days": "60",
        "system_days": "0",
        "confirmed_email_only": "y",
        "complaint_percent": "100",
        "partner_holds": "y",
    }
    assert (
        owner.post("/partner/screening", {**sent, "partner_days": "-1"}, form_at="/partner/screening").status_code
        == 422
    )
    assert owner.post("/partner/screening", sent, form_at="/partner/screening").status_code == 303
    with running.begin() as session:
        held = screening_of(session, school.partner_id)
    assert (held.match_sets, held.partner_days, held.confirmed_email_only) == (("email", "phone"), 60, True)
    assert (held.in_flight_holds, held.cautions_hold, held.complaint_percent) == (False, False, 5)
    page = logged_in(PartnerRole.ADMISSIONS).get("/partner/screening").text
    assert ("Confirmed ones only" in page, "Save" in page) == (True, False)


def test_a_pause_for_complaints_says_so_and_is_not_theirs_to_lift(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    owner = logged_in()
    assert owner.get(f"/partner/filters/edit?group={new_id()}").status_code == 404
    assert owner.get("/partner/filters/edit?rule=7").status_code == 404
    owner.post("/partner/settings/pause", form_at="/partner/settings")
    assert "You paused your leads" in owner.get("/partner/").text
    with running.begin() as session:
        partners.move(session, running.clock, school.partner_id, PartnerStatus.LIVE, reason="ready", actor="ada")
        partners.move(
            session, running.clock, school.partner_id, PartnerStatus.PAUSED, reason="complaints", actor="rate"
        )
    assert "Paused by us: complaints" in owner.get("/partner/").text
    page = owner.get("/partner/settings").text
    assert ("for complaints of students" in page, "/partner/settings/resume" in page) == (True, False)
    answer = owner.client.post(
        "/partner/settings/resume", data={"csrf_token": owner.token("/partner/settings")}, follow_redirects=True
    )
    assert "You cannot resume this by yourselves" in answer.text

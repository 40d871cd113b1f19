"""What staff do about how leads reach a partner: methods, tests, keys, sending again; each is written down."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.admin.conftest import Visitor
from tests.factories.portal import put_lead_in
from tests.factories.school import School, make_school
from webapp.bootstrap import Runtime, replace_parts
from webapp.domain.api_key import Scope
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.gateways.fakes import FakeWebhook, an_answer
from webapp.models import AuditEntry, LeadEvent
from webapp.queries.api_key import list_api_keys
from webapp.queries.delivery_method import list_methods
from webapp.services.api_key import create_key


@pytest.fixture
def webhook() -> FakeWebhook:
    return FakeWebhook()


@pytest.fixture
def running(running: Runtime, webhook: FakeWebhook) -> Runtime:
    return replace_parts(running, webhook=webhook)


@pytest.fixture
def school(running: Runtime) -> School:
    with running.begin() as session:
        return make_school(session, running.seal, name=f"Larkspur{new_id().hex[-8:]}")


def test_a_manager_sets_a_method_up_tries_it_and_changes_its_secret(
    logged_in: Callable[..., Visitor], running: Runtime, school: School, webhook: FakeWebhook
) -> None:
    manager, at = logged_in("partner_manager"), f"/admin/partners/{school.partner_id}/delivery-methods"
    sent: dict[str, object] = {"kind": "json_post", "name": "CRM", "at_once": "2"}
    sent |= {"url": "https://crm.larkspur.example/x"}
    sent |= {"map_0_name": "contact.mail", "map_0_source": "from:student.email", "do": "save"}
    shown = manager.post(f"{at}/new", {**sent, "url": "", "do": "preview"}, form_at=f"{at}/new?kind=json_post").text
    assert "{&#34;contact&#34;:{&#34;mail&#34;:&#34;sample.student@student.example&#34;}}" in shown
    assert "whsec_" in manager.post(f"{at}/new", sent, form_at=f"{at}/new?kind=json_post").text
    with running.begin() as session:
        made = list_methods(session, school.partner_id)[-1]
    one = f"{at}/{made.id}"
    assert (made.name, made.limits.at_once) == ("CRM", 2)
    webhook.answer_next(an_answer(409, b"known"))
    assert "Taken as: Known already" in manager.post(f"{one}/test", form_at=f"{one}/test").text
    assert manager.get(f"{one}/test/sample").mimetype == "application/json"
    manager.post(f"{one}/secret/change", {"overlap": "day"}, form_at=one)
    assert "Two secrets are in force" in manager.get(one).text
    for done in ("secret/end-overlap", "earlier", "disable"):
        assert manager.post(f"{one}/{done}", form_at=at).status_code == 303
    assert "We switched it off." in manager.get(at).text
    for done in ("enable", "remove"):
        assert manager.post(f"{one}/{done}", form_at=one).status_code == 303
    with running.begin() as session:
        trail = session.scalars(select(AuditEntry).where(AuditEntry.object_id == str(made.id))).all()
        assert len(trail) == 8
        assert {entry.staff_id is not None for entry in trail} == {True}
        assert {entry.partner_id for entry in trail} == {None}  # ours, so it is not in the school's own activity
    other = make_other(running)
    assert manager.get(f"/admin/partners/{other.partner_id}/delivery-methods/{school.endpoint_id}").status_code == 404


def make_other(running: Runtime) -> School:
    with running.begin() as session:
        return make_school(session, running.seal, name=f"Other{new_id().hex[-8:]}")


def test_support_sends_again_and_a_manager_revokes_a_key(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    with running.begin() as session:
        lead_id = put_lead_in(session, running, school, LeadStatus.FAILED)
        create_key(
            session,
            running.clock,
            partner_id=school.partner_id,
            name="CRM",
            scopes=[Scope.MATCHES],
            test=True,
            actor="mira@school.example",
        )
    support, at = logged_in("support"), f"/admin/partners/{school.partner_id}"
    assert "Every retry failed." in support.get(f"/admin/send-again?partner={school.partner_id}").text
    asked: dict[str, object] = {"what": "failed", "since": "2026-11-01"}
    shown = support.post(f"{at}/send-again", {**asked, "do": "show"}, form_at=f"{at}/send-again").text
    assert "1 delivery would be sent again" in shown
    support.post(f"{at}/send-again", {**asked, "do": "send"}, form_at=f"{at}/send-again")
    with running.begin() as session:
        reasons = session.scalars(select(LeadEvent.reason).where(LeadEvent.lead_id == lead_id)).all()
        key = list_api_keys(session, school.partner_id)[0]
    assert "replayed_by_staff" in reasons
    assert "Revoke</button>" not in support.get(f"{at}/api-keys").text
    manager = logged_in("partner_manager")
    manager.post(f"{at}/api-keys/{key.id}/revoke", form_at=f"{at}/api-keys")
    assert "Revoked" in support.get(f"{at}/api-keys").text

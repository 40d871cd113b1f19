"""How leads reach a school, set by its own people: the form without script, previews, tests, secrets, and who may."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime, replace_parts
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import Channel
from webapp.domain.partner_role import PartnerRole
from webapp.gateways.fakes import FakeWebhook, an_answer
from webapp.models import AuditEntry, PartnerEndpoint
from webapp.queries.delivery_method import MethodRow, list_methods

BASE = "/partner/delivery-methods"


@pytest.fixture
def webhook() -> FakeWebhook:
    return FakeWebhook()


@pytest.fixture
def running(portal_runtime: Runtime, clock: FrozenClock, webhook: FakeWebhook) -> Runtime:
    return replace_parts(portal_runtime, clock=clock, webhook=webhook)


def filled(page: str) -> MultiDict[str, str]:
    """What a browser would send of the form that saves a method."""
    form = re.search(r'<form class="method-form".*?</form>', page, re.DOTALL)
    assert form is not None
    sent: MultiDict[str, str] = MultiDict()
    for tag in re.findall(r"<input[^>]*>", form[0]):
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if told.get("type") not in ("checkbox", "radio") or " checked" in tag:
            sent.add(told["name"], unescape(told.get("value", "")))
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', inside)
        sent.add(name, chosen[1] if chosen else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL):
        sent.add(name, unescape(text.strip()))
    return sent


def test_a_form_post_is_mapped_previewed_tried_saved_and_tested_without_script(
    logged_in: Callable[..., Visitor], running: Runtime, school: School, webhook: FakeWebhook
) -> None:
    visitor = logged_in(PartnerRole.ADMISSIONS)
    sent = filled(visitor.get(f"{BASE}/new?kind=form_post").text)
    sent["name"], sent["url"] = "Slate", "https://crm.larkspur.example/leads?key=k-123"
    sent["credential_header"], sent["credential"] = "X-Api-Key", "s3cret"
    sent["map_0_source"] = "computed:full_name"
    sent["map_6_name"], sent["map_6_source"], sent["map_6_values"] = "State", "from:student.state", "CA = California"
    sent["map_7_name"], sent["map_7_source"], sent["map_7_text"] = "source", "constant", "Program <Match>"
    sent["rule_0_means"], sent["rule_0_path"], sent["rule_0_equals"] = "duplicate", "result.code", "DUP, known"
    more = visitor.client.post(f"{BASE}/new", data={**sent, "do": "fields"})
    assert "map_11_name" in more.text
    assert 'value="Slate"' in more.text
    shown = visitor.client.post(f"{BASE}/new", data={**sent, "do": "preview"}).text
    assert "State=California" in shown
    assert "source=Program+%3CMatch%3E" in shown
    assert "x-api-key: [not shown]" in shown
    assert "k-123" not in shown.replace('value="https://crm.larkspur.example/leads?key=k-123"', "")
    assert "s3cret" not in shown
    tried = {**sent, "do": "try", "try_status": "200", "try_body": '{"result": {"code": "known"}}'}
    assert "Known already" in visitor.client.post(f"{BASE}/new", data=tried).text
    assert "By rule 1." in visitor.client.post(f"{BASE}/new", data=tried).text
    assert "Accepted" in visitor.client.post(f"{BASE}/new", data={**tried, "try_body": "fine"}).text
    made = visitor.client.post(f"{BASE}/new", data={**sent, "do": "save"})
    assert made.status_code == 200
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", made.text)
    assert secret is not None
    with running.begin() as session:
        row = list_methods(session, school.partner_id)[-1]
        stored = session.get_one(PartnerEndpoint, row.id)
        assert running.seal.open(stored.sealed_credential or b"") == "s3cret"
    assert [field["name"] for field in row.config["fields"]][-2:] == ["State", "source"]
    assert row.config["answers"] == [{"means": "duplicate", "path": "result.code", "equals": ["DUP", "known"]}]
    again = filled(visitor.get(f"{BASE}/{row.id}/edit").text)
    kept = {name: value for name, value in sent.items() if value and name not in ("credential", "csrf_token", "kind")}
    assert {name: again.get(name) for name in kept} == kept
    page = visitor.get(f"{BASE}/{row.id}").text
    assert secret[0] not in page
    assert "k-123" not in page
    webhook.answer_next(an_answer(200, b'{"result": {"code": "DUP"}, "x": "<script>"}'))
    went = visitor.post(f"{BASE}/{row.id}/test", form_at=f"{BASE}/{row.id}/test").text
    assert "Taken as: Known already" in went
    assert "Rule 1 decided" in went
    assert "&lt;script&gt;" in went
    assert webhook.posted[0].url.endswith("?key=k-123")
    assert parse_qs(webhook.posted[0].body.decode())["State"] == ["California"]
    assert dict(webhook.posted[0].headers) == {"X-Api-Key": "s3cret"}
    file = visitor.get(f"{BASE}/{row.id}/test/sample")
    assert (file.headers["Content-Disposition"], b"State=California" in file.data) == (
        'attachment; filename="sample-lead.txt"',
        True,
    )


def test_an_address_inside_a_network_is_refused_in_words(logged_in: Callable[..., Visitor]) -> None:
    visitor = logged_in()
    sent = filled(visitor.get(f"{BASE}/new?kind=webhook").text)
    for url in ("https://10.0.0.8/x", "https://169.254.169.254/", "http://crm.example/", "https://[::1]/"):
        sent["url"] = url
        answer = visitor.client.post(f"{BASE}/new", data=sent)
        assert answer.status_code == 422
        assert 'id="url-error"' in answer.text


def test_what_is_wrong_with_a_map_stands_beside_its_row(logged_in: Callable[..., Visitor]) -> None:
    visitor = logged_in()
    sent = filled(visitor.get(f"{BASE}/new?kind=json_post").text)
    sent["url"] = "https://crm.larkspur.example/x"
    sent["map_1_source"], sent["map_1_text"] = "other", "student.ssn"
    sent["map_3_values"] = "no sign"
    answer = visitor.client.post(f"{BASE}/new", data={**sent, "do": "preview"})
    assert answer.status_code == 422
    assert "Write “no sign” as" in answer.text
    del sent["map_3_values"]
    answer = visitor.client.post(f"{BASE}/new", data={**sent, "do": "preview"})
    assert answer.status_code == 422
    assert 'id="map_1_name-error"' in answer.text


def test_every_other_kind_is_added_changed_put_first_switched_off_and_on_and_removed(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    visitor = logged_in()
    for kind in (Channel.EMAIL, Channel.CSV_BATCH, Channel.PORTAL, Channel.WEBHOOK):
        added = added_and_removed(visitor, running, school, kind)
        with running.begin() as session:
            done = session.scalars(
                select(AuditEntry.action).where(AuditEntry.object_id == str(added.id)).order_by(AuditEntry.id)
            ).all()
        assert done == ["added", "changed", "put earlier", "switched off", "switched on", "removed"]
    last = f"{BASE}/{school.endpoint_id}"
    refused = visitor.client.post(f"{last}/remove", data={"csrf_token": visitor.token(last)}, follow_redirects=True)
    assert "only one" in refused.text


def added_and_removed(visitor: Visitor, running: Runtime, school: School, kind: Channel) -> MethodRow:
    """The method of `kind` that was added, after all that can be done with it was done."""

    def methods() -> tuple[MethodRow, ...]:
        with running.begin() as session:
            return list_methods(session, school.partner_id)

    sent = filled(visitor.get(f"{BASE}/new?kind={kind}").text)
    sent["address"], sent["times"] = "leads@larkspur.example", "06:00, 14:30"
    sent["url"] = "https://crm.larkspur.example/leads"
    assert visitor.client.post(f"{BASE}/new", data=sent).status_code in (200, 303)
    first, added = methods()
    assert (added.kind, added.in_use) == (kind, True)
    at = f"{BASE}/{added.id}"
    changed = {**filled(visitor.get(f"{at}/edit").text), "name": "Ours"}
    assert visitor.client.post(f"{at}/edit", data=changed).status_code == 303
    visitor.post(f"{at}/earlier", form_at=BASE)
    assert [each.id for each in methods()] == [added.id, first.id]
    visitor.post(f"{at}/disable", form_at=at)
    assert methods()[0].disabled_reason == "disabled_by_partner"
    assert "The school switched it off." in visitor.get(BASE).text
    visitor.post(f"{at}/enable", form_at=at)
    assert methods()[0].disabled_at is None
    visitor.post(f"{at}/remove", form_at=at)
    assert [each.id for each in methods()] == [first.id]
    return added


def test_a_secret_is_changed_with_an_overlap_that_the_page_tells_of(
    logged_in: Callable[..., Visitor], school: School, clock: FrozenClock
) -> None:
    visitor, at = logged_in(), f"{BASE}/{school.endpoint_id}"
    made = visitor.post(f"{at}/secret/change", {"overlap": "week"}, form_at=at)
    page = visitor.get(at).text
    assert "Two secrets are in force" in page
    assert "2026-12-02T14:05:00" in page
    assert re.search(r"whsec_[A-Za-z0-9+/]{20}", made.text)
    assert not re.search(r"whsec_[A-Za-z0-9+/]{20}", page)
    visitor.post(f"{at}/secret/end-overlap", form_at=at)
    assert "One secret is in force" in visitor.get(at).text
    visitor.post(f"{at}/secret/change", {"overlap": "day"}, form_at=at)
    clock.advance(timedelta(days=2))
    assert "One secret is in force" in logged_in().get(at).text


def test_who_reads_only_sees_methods_and_changes_none(logged_in: Callable[..., Visitor], school: School) -> None:
    reader, at = logged_in(PartnerRole.READ_ONLY), f"{BASE}/{school.endpoint_id}"
    for path in (BASE, at, "/partner/send-again"):
        page = reader.get(path)
        assert page.status_code == 200
        assert "/test" not in page.text
        assert page.text.count('method="post"') == 1  # to log out
    for path in (f"{at}/edit", f"{at}/test", f"{BASE}/new", "/partner/api-keys"):
        assert reader.get(path).status_code == 403

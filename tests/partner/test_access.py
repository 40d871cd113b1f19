"""Every route of the portal is guarded: by a mark, by the role, by the partner of whoever asks."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.factories.portal import MemberLogin, make_invoices, put_lead_in
from tests.factories.school import School
from tests.factories.staff import make_staff
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.context import RATE_LIMIT_MARK
from webapp.domain.api_key import Scope
from webapp.domain.lead import LeadStatus
from webapp.domain.partner_role import (
    CHANGES_LIMITS,
    EVERYONE,
    OWNERS,
    SEES_PEOPLE,
    SETS_DELIVERY,
    WORKS_WITH_LEADS,
    PartnerRole,
)
from webapp.partner.guard import PUBLIC_MARK, ROLES_MARK
from webapp.queries.consent_certificate import find_certificate_of_lead
from webapp.queries.partner_leads import get_partner_lead
from webapp.services.api_key import create_key

OPEN = {
    "partner.login.form",
    "partner.login.log_in",
    "partner.login.code_form",
    "partner.login.check_code",
    "partner.access.forgotten",
    "partner.access.ask",
    "partner.access.form",
    "partner.access.set_password",
    "partner.notices.show",
    "partner.notices.confirm",
    "partner.status.show",
    "partner.status.record",
}
POSTS: dict[str, frozenset[PartnerRole]] = {
    "partner.login.log_out": EVERYONE,
    "partner.account.change_password": EVERYONE,
    "partner.account.begin": EVERYONE,
    "partner.account.confirm": EVERYONE,
    "partner.account.end": EVERYONE,
    "partner.leads.export": SEES_PEOPLE,
    "partner.team.invite": OWNERS,
    "partner.team.change_role": OWNERS,
    "partner.team.remove": OWNERS,
    "partner.filters.keep_rule": SEES_PEOPLE,
    "partner.filters.keep_text": SEES_PEOPLE,
    "partner.filters.switch": SEES_PEOPLE,
    "partner.filters.remove": SEES_PEOPLE,
    "partner.filters.try_out": EVERYONE,
    "partner.screening.change": OWNERS,
    "partner.setting.change": OWNERS,
    "partner.setting.pause": OWNERS,
    "partner.setting.resume": OWNERS,
    "partner.limits.add_cap": CHANGES_LIMITS,
    "partner.limits.change_cap": CHANGES_LIMITS,
    "partner.limits.remove_cap": CHANGES_LIMITS,
    "partner.limits.approve": OWNERS,
    "partner.limits.decline": OWNERS,
    "partner.limits.take_back": CHANGES_LIMITS,
    "partner.limits.set_hours": CHANGES_LIMITS,
    "partner.limits.set_group_hours": CHANGES_LIMITS,
    "partner.limits.remove_group_hours": CHANGES_LIMITS,
    "partner.method_settings.create": SETS_DELIVERY,
    "partner.method_settings.change": SETS_DELIVERY,
    "partner.delivery_methods.put_earlier": SETS_DELIVERY,
    "partner.delivery_methods.disable": SETS_DELIVERY,
    "partner.delivery_methods.enable": SETS_DELIVERY,
    "partner.delivery_methods.remove": SETS_DELIVERY,
    "partner.sample_leads.send": SETS_DELIVERY,
    "partner.signing_secrets.rotate": SETS_DELIVERY,
    "partner.signing_secrets.end": SETS_DELIVERY,
    "partner.redeliveries.several": SETS_DELIVERY,
    "partner.redeliveries.one": SETS_DELIVERY,
    "partner.api_keys.create": OWNERS,
    "partner.api_keys.revoke": OWNERS,
    "partner.funnel.say": WORKS_WITH_LEADS,
    "partner.funnel.put_right": WORKS_WITH_LEADS,
    "partner.joint_step.take": WORKS_WITH_LEADS,
    "partner.status_file.send": WORKS_WITH_LEADS,
    "partner.returns.ask": WORKS_WITH_LEADS,
}
Ids = dict[str, object]


def rules(app: Flask) -> Iterator[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/partner")]
    assert len(found) > 25
    yield from found


def path_of(app: Flask, rule: Rule, ids: Ids) -> str:
    noun = rule.endpoint.split(".")[1]
    values = {"row_id": ids.get(noun, "01890000-0000-7000-8000-000000000000"), "token": "A" * 43}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments})


@pytest.fixture
def another(running: Runtime, new_school: Callable[[], School], account: Callable[..., MemberLogin]) -> Ids:
    """One of each thing that belongs to another partner."""
    other = new_school()
    with running.begin() as session:
        lead_id = put_lead_in(session, running, other, LeadStatus.DELIVERED)
        found = get_partner_lead(session, other.partner_id, lead_id)
        key_id, _ = create_key(
            session, running.clock, partner_id=other.partner_id, name="x", scopes=[Scope.MATCHES], test=True, actor="x"
        )
        record = find_certificate_of_lead(session, other.partner_id, lead_id)
        (invoice_id,) = make_invoices(session, running, other.partner_id, lead_id)
    member = account(of=other)
    delivery_id, methods = (
        found.deliveries[0].id,
        ("delivery_methods", "method_settings", "sample_leads", "signing_secrets"),
    )
    return {
        **dict.fromkeys(methods, other.endpoint_id),
        "leads": lead_id,
        "funnel": lead_id,
        "returns": lead_id,
        "invoices": invoice_id,
        "deliveries": delivery_id,
        "redeliveries": delivery_id,
        "api_keys": key_id,
        "consents": record,
        "team": member.id,
    }


def test_every_view_says_who_may_open_it_and_only_the_way_in_is_open(app: Flask) -> None:
    views = {rule.endpoint: app.view_functions[rule.endpoint] for rule in rules(app)}
    assert {name for name, view in views.items() if hasattr(view, PUBLIC_MARK)} == OPEN
    unmarked = {name for name, view in views.items() if name not in OPEN and not getattr(view, ROLES_MARK, None)}
    assert unmarked == set()
    posts = {rule.endpoint for rule in rules(app) if "POST" in (rule.methods or ())}
    assert posts - OPEN == set(POSTS)
    assert {name: getattr(views[name], ROLES_MARK) for name in POSTS} == POSTS
    assert [name for name in posts if not getattr(views[name], RATE_LIMIT_MARK, None)] == []


def test_nothing_is_open_without_logging_in_nor_to_staff(
    app: Flask, running: Runtime, visit: Callable[[], Visitor], logged_in: Callable[..., Visitor]
) -> None:
    stranger, clerk = visit(), visit()
    with running.begin() as session:
        staff = make_staff(session, running.clock, "owner")
    sent = {"email": staff.email, "password": staff.password, "csrf_token": clerk.token("/admin/login")}
    assert clerk.client.post("/admin/login", data=sent).status_code == 302
    assert clerk.get("/admin/").status_code == 200
    for visitor in (stranger, clerk):
        token = visitor.token()
        for rule in rules(app):
            if rule.endpoint in OPEN:
                continue
            path = path_of(app, rule, {})
            if "GET" in (rule.methods or ()):
                answer = visitor.get(path)
                assert (answer.status_code, answer.location.split("?")[0]) == (302, "/partner/login"), path
            if "POST" in (rule.methods or ()):
                assert visitor.client.post(path, data={"csrf_token": token}).status_code == 401, path
    assert visit().log_in(staff.email, staff.password).status_code == 422
    owner = logged_in()
    assert owner.get("/admin/leads").location.startswith("/admin/login")


@pytest.mark.parametrize("role", list(PartnerRole))
def test_nothing_of_another_partner_is_found_by_anybody(
    app: Flask, logged_in: Callable[..., Visitor], another: Ids, role: PartnerRole
) -> None:
    """Generated from the routes: each that takes an id, with one that is another partner's, and each with each role."""
    visitor, tried = logged_in(role), 0
    for rule in rules(app):
        if rule.endpoint in OPEN or rule.endpoint == "partner.login.log_out":
            continue
        allowed = getattr(app.view_functions[rule.endpoint], ROLES_MARK)
        path = path_of(app, rule, another)
        for method in {"GET", "POST"} & set(rule.methods or ()):
            status = (visitor.get(path) if method == "GET" else visitor.post(path)).status_code
            if role not in allowed:
                assert status == 403, f"{role} {method} {path}"
            elif rule.arguments:
                tried += 1
                assert status == 404, f"{role} {method} {path}"
            else:
                assert status < 400 or status == 422, f"{role} {method} {path} answered {status}"
    assert tried >= 3


def test_every_post_without_its_token_is_refused(app: Flask, logged_in: Callable[..., Visitor]) -> None:
    owner = logged_in()
    for rule in rules(app):
        if "POST" in (rule.methods or ()):
            assert owner.client.post(path_of(app, rule, {}), data={"x": "y"}).status_code == 400, rule.rule


def test_nonsense_in_addresses_is_not_found(logged_in: Callable[..., Visitor]) -> None:
    owner = logged_in()
    for path in ("leads?status=sold", "leads?status=held_cap", "leads?page=x", "leads?from=1-1", "leads?kind=x"):
        assert owner.get(f"/partner/{path}").status_code == 404, path
    for path in ("deliveries?status=x", "activity?page=eyJ4Ijp9", "leads?to=9999-12-31"):
        assert owner.get(f"/partner/{path}").status_code == 404, path

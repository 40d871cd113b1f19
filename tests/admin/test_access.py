"""Every route of the back office has its guard, its token and its limit; every role gets what is its own."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.admin.conftest import Asked, Visitor
from webapp.admin.guard import PUBLIC_MARK, ROLES_MARK
from webapp.context import RATE_LIMIT_MARK
from webapp.domain.staff_role import EVERYONE, IMPORTERS, OWNERS, PARTNER_MANAGERS, SENDERS, Role
from webapp.services.staff import ROLES

POSTS: dict[str, frozenset[Role]] = {
    "admin.login.log_out": EVERYONE,
    "admin.proof.prove": EVERYONE,
    "admin.account.change_password": EVERYONE,
    "admin.account.end_log_in": EVERYONE,
    "admin.account.end_others": EVERYONE,
    "admin.second_step.begin": EVERYONE,
    "admin.second_step.confirm": EVERYONE,
    "admin.second_step.make_recovery_codes": EVERYONE,
    "admin.second_step.end": EVERYONE,
    "admin.staff.invite": OWNERS,
    "admin.staff.require_second_step": OWNERS,
    "admin.staff.change_roles": OWNERS,
    "admin.staff.mail_password_link": OWNERS,
    "admin.staff.reset_second_step": OWNERS,
    "admin.staff.disable": OWNERS,
    "admin.staff.enable": OWNERS,
    "admin.search.find": EVERYONE,
    "admin.saved_views.save": EVERYONE,
    "admin.saved_views.change": EVERYONE,
    "admin.saved_views.delete": EVERYONE,
    "admin.saved_views.choose": EVERYONE,
    "admin.bulk_acts.start": SENDERS,
    "admin.leads.bulk": SENDERS,
    "admin.deliveries.bulk": SENDERS,
    "admin.messages.bulk": SENDERS,
    "admin.leads.release": SENDERS,
    "admin.leads.mark_invalid": SENDERS,
    "admin.leads.replay": SENDERS,
    "admin.review.end": SENDERS,
    "admin.complaints.record": SENDERS,
    "admin.seeds.plant": PARTNER_MANAGERS,
    "admin.seeds.record": SENDERS,
    "admin.partner_filters.keep_rule": PARTNER_MANAGERS,
    "admin.partner_filters.keep_text": PARTNER_MANAGERS,
    "admin.partner_filters.switch": PARTNER_MANAGERS,
    "admin.partner_filters.remove": PARTNER_MANAGERS,
    "admin.partner_filters.try_out": EVERYONE,
    "admin.partner_screening.change": PARTNER_MANAGERS,
    "admin.leads.replay_notice": SENDERS,
    "admin.deliveries.replay": SENDERS,
    "admin.deliveries.redeliver": SENDERS,
    "admin.redeliveries.several": SENDERS,
    "admin.method_settings.create": PARTNER_MANAGERS,
    "admin.method_settings.change": PARTNER_MANAGERS,
    "admin.delivery_methods.put_earlier": PARTNER_MANAGERS,
    "admin.delivery_methods.disable": PARTNER_MANAGERS,
    "admin.delivery_methods.enable": PARTNER_MANAGERS,
    "admin.delivery_methods.remove": PARTNER_MANAGERS,
    "admin.sample_leads.send": PARTNER_MANAGERS,
    "admin.signing_secrets.rotate": PARTNER_MANAGERS,
    "admin.signing_secrets.end": PARTNER_MANAGERS,
    "admin.api_keys.revoke": PARTNER_MANAGERS,
    "admin.partner_team.invite": PARTNER_MANAGERS,
    "admin.partner_team.change_role": PARTNER_MANAGERS,
    "admin.partner_team.mail_password_link": PARTNER_MANAGERS,
    "admin.partner_team.reset_second_step": PARTNER_MANAGERS,
    "admin.partner_team.remove": PARTNER_MANAGERS,
    "admin.messages.resend": SENDERS,
    "admin.mails.overrule": OWNERS,
    "admin.suppressions.find": SENDERS,
    "admin.suppressions.add": SENDERS,
    "admin.suppressions.lift": SENDERS,
    "admin.programs.create": IMPORTERS,
    "admin.programs.edit": IMPORTERS,
    "admin.programs.move": IMPORTERS,
    "admin.programs.restore_revision": IMPORTERS,
    "admin.programs.verify": IMPORTERS,
    "admin.listing_drafts.save": IMPORTERS,
    "admin.listing_drafts.ask_for": IMPORTERS,
    "admin.listing_drafts.send_back": IMPORTERS,
    "admin.listing_drafts.publish": IMPORTERS,
    "admin.listing_drafts.discard": IMPORTERS,
    "admin.program_proposals.take_up": IMPORTERS,
    "admin.program_proposals.accept_removal": IMPORTERS,
    "admin.program_proposals.decline": IMPORTERS,
    "admin.imports.send": IMPORTERS,
    "admin.imports.send_ipeds": IMPORTERS,
    "admin.imports.undo": IMPORTERS,
    "admin.imports.choose_columns": IMPORTERS,
    "admin.imports.choose_institutions": IMPORTERS,
    "admin.imports.allow": IMPORTERS,
    "admin.imports.check": IMPORTERS,
    "admin.imports.apply": IMPORTERS,
    "admin.imports.discard": IMPORTERS,
    "admin.partners.create": PARTNER_MANAGERS,
    "admin.partners.change": PARTNER_MANAGERS,
    "admin.partners.move": PARTNER_MANAGERS,
    "admin.program_groups.add_institution": PARTNER_MANAGERS,
    "admin.program_groups.remove_institution": PARTNER_MANAGERS,
    "admin.program_groups.create": PARTNER_MANAGERS,
    "admin.program_groups.rename": PARTNER_MANAGERS,
    "admin.program_groups.put": PARTNER_MANAGERS,
    "admin.program_groups.remove": PARTNER_MANAGERS,
    "admin.terms.agree": PARTNER_MANAGERS,
    "admin.limits.add_cap": PARTNER_MANAGERS,
    "admin.limits.change_cap": PARTNER_MANAGERS,
    "admin.limits.remove_cap": PARTNER_MANAGERS,
    "admin.limits.set_hours": PARTNER_MANAGERS,
    "admin.limits.set_group_hours": PARTNER_MANAGERS,
    "admin.limits.remove_group_hours": PARTNER_MANAGERS,
    "admin.returns.approve": PARTNER_MANAGERS,
    "admin.returns.deny": PARTNER_MANAGERS,
    "admin.invoices.pay": PARTNER_MANAGERS,
    "admin.operations.turn_off": OWNERS,
    "admin.operations.turn_on": OWNERS,
    "admin.privacy_requests.record": SENDERS,
    "admin.privacy_requests.extend": SENDERS,
    "admin.privacy_requests.carry_out": SENDERS,
    "admin.privacy_requests.close": SENDERS,
    "admin.retention_runs.preview": SENDERS,
    "admin.publishers.create": PARTNER_MANAGERS,
    "admin.publishers.change": PARTNER_MANAGERS,
    "admin.publishers.move": PARTNER_MANAGERS,
    "admin.playground.ask": EVERYONE,
    "admin.weights.propose": IMPORTERS,
    "admin.weights.publish": IMPORTERS,
    "admin.weights.go_back": IMPORTERS,
    "admin.weights.discard": IMPORTERS,
    "admin.weights.try_again": IMPORTERS,
}


def rules_of(app: Flask) -> Iterator[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")]
    assert len(found) > 20
    yield from found


def path_of(app: Flask, rule: Rule) -> str:
    nothing = "01890000-0000-7000-8000-000000000000"
    values = {
        **dict.fromkeys(("row_id", "notice_id", "institution_id", "group_id", "cap_id"), nothing),
        **dict.fromkeys(("method_id", "key_id", "account_id"), nothing),
        "token": "A" * 43,
        "status": "live",
        "name": "no_such_mail",
        "switch": "mail",
        "figure": "returned",
        "paper": "rejects",
        "program_id": "no-such-program",
        "move": "archive",
        "until": 1,
        "table": "no_such_table",
        "which": "leads",
    }
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments})


def test_the_roles_are_those_that_accounts_can_have() -> None:
    assert {role.value for role in Role} == set(ROLES)


def test_every_view_says_who_may_open_it_and_only_the_way_in_is_open(app: Flask) -> None:
    views = {rule.endpoint: app.view_functions[rule.endpoint] for rule in rules_of(app)}
    assert {name for name, view in views.items() if hasattr(view, PUBLIC_MARK)} == {
        "admin.login.form",
        "admin.login.log_in",
        "admin.login.code_form",
        "admin.login.check_code",
        "admin.access.forgotten",
        "admin.access.ask",
        "admin.access.form",
        "admin.access.set_password",
    }
    unmarked = {
        name for name, view in views.items() if not hasattr(view, PUBLIC_MARK) and not getattr(view, ROLES_MARK, None)
    }
    assert unmarked == set()


def test_every_post_is_in_the_matrix_and_has_a_rate_limit(app: Flask) -> None:
    posts = {
        rule.endpoint: app.view_functions[rule.endpoint] for rule in rules_of(app) if "POST" in (rule.methods or ())
    }
    assert {name for name, view in posts.items() if not hasattr(view, PUBLIC_MARK)} == set(POSTS)
    assert {name: getattr(view, ROLES_MARK) for name, view in posts.items() if name in POSTS} == POSTS
    assert [name for name, view in posts.items() if not getattr(view, RATE_LIMIT_MARK, None)] == []


def test_nothing_is_open_without_logging_in(app: Flask, visit: Callable[[], Visitor]) -> None:
    visitor = visit()
    token = visitor.token()
    for rule in rules_of(app):
        if hasattr(app.view_functions[rule.endpoint], PUBLIC_MARK):
            continue
        path = path_of(app, rule)
        if "GET" in (rule.methods or ()):
            answer = visitor.get(path)
            assert (answer.status_code, answer.location.split("?")[0]) == (302, "/admin/login"), path
        if "POST" in (rule.methods or ()):
            assert visitor.client.post(path, data={"csrf_token": token}).status_code == 401, path


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_matrix_says(app: Flask, logged_in: Callable[..., Visitor], role: Role) -> None:
    visitor = logged_in(role.value)
    for rule in rules_of(app):
        if hasattr(app.view_functions[rule.endpoint], PUBLIC_MARK) or "GET" not in (rule.methods or ()):
            continue  # each form is really sent in `test_every_post.py`
        allowed = getattr(app.view_functions[rule.endpoint], ROLES_MARK)
        path = path_of(app, rule)
        status = visitor.get(path).status_code
        assert (status != 403) is (role in allowed), f"{role} {path} answered {status}"
        assert status < 500, path


def test_every_post_without_its_token_is_refused(app: Flask, logged_in: Callable[..., Visitor]) -> None:
    owner = logged_in()
    for rule in rules_of(app):
        if "POST" in (rule.methods or ()):
            assert owner.client.post(path_of(app, rule), data={"x": "y"}).status_code == 400, rule.rule


def test_ids_of_nothing_are_not_found(app: Flask, logged_in: Callable[..., Visitor]) -> None:
    owner = logged_in()
    for rule in rules_of(app):
        if rule.arguments in ({"switch"}, {"which"}):
            continue  # one of few words in the address, and nobody's id
        if rule.arguments and "GET" in (rule.methods or ()):
            assert owner.get(path_of(app, rule)).status_code == 404, rule.rule
        elif rule.arguments and rule.endpoint != "admin.account.end_log_in":  # says that it has ended already
            assert owner.post(path_of(app, rule)).status_code == 404, rule.rule
    for path in (
        "leads?status=sold",
        "leads?partner=x",
        "leads?page=x",
        "submissions?person=zz",
        "messages?class=spam",
    ):
        assert owner.get(f"/admin/{path}").status_code == 404, path


def test_somebody_whose_work_needs_no_names_is_shown_none(logged_in: Callable[..., Visitor], asked: Asked) -> None:
    for role, sees in ((Role.SUPPORT, True), (Role.ANALYST, False), (Role.CATALOG_EDITOR, False)):
        visitor = logged_in(role.value)
        for path in (f"/admin/submissions/{asked.submission_id}", f"/admin/leads/{asked.lead_id}"):
            page = visitor.get(path)
            assert page.status_code == 200
            assert ("@student.example" in page.text) is sees, f"{role} {path}"


def test_lists_hold_no_personal_data(logged_in: Callable[..., Visitor], asked: Asked) -> None:
    owner = logged_in()
    for path in ("", "submissions", "leads", "messages", "deliveries", "audit"):
        page = owner.get(f"/admin/{path}").text
        assert "@student.example" not in page
        assert "Silva" not in page


def test_pages_carry_the_strict_headers(logged_in: Callable[..., Visitor]) -> None:
    answer = logged_in().get("/admin/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in answer.text
    assert "<script>" not in answer.text

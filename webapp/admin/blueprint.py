"""The back office, put together: one guard before everything, one blueprint for each noun."""

from typing import Any

from flask import Blueprint, Flask, current_app, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import exceptions

from webapp.admin import (
    access,
    account,
    api_keys,
    audit,
    complaints,
    dashboards,
    deliveries,
    delivery_methods,
    imports,
    invoices,
    leads,
    limits,
    listing_drafts,
    login,
    mails,
    messages,
    method_settings,
    notices,
    operations,
    overview,
    partner_filters,
    partner_screening,
    partners,
    playground,
    privacy_requests,
    program_groups,
    program_proposals,
    programs,
    proof,
    publishers,
    redeliveries,
    retention_runs,
    returns,
    review,
    sample_leads,
    scorecard,
    second_step,
    seeds,
    signing_secrets,
    staff,
    submissions,
    suppressions,
    terms,
    weights,
)
from webapp.admin.guard import Staff, check_request, find_staff
from webapp.context import runtime
from webapp.domain.errors import NotFound
from webapp.domain.staff_role import OWNERS, ROLE_LABELS
from webapp.queries.review import count_review

NAVIGATION: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Service", (("Overview", "overview"), ("Dashboards", "dashboards"), ("Operations", "operations"))),
    ("Students", (("Submissions", "submissions"), ("Leads", "leads"), ("Review", "review"))),
    ("Mail", (("Messages", "messages"), ("Suppressions", "suppressions"), ("Mails", "mails"))),
    ("Hand-over", (("Deliveries", "deliveries"), ("Send again", "redeliveries"))),
    ("Partners", (("Partners", "partners"), ("Returns", "returns"), ("Invoices", "invoices"))),
    ("Conduct", (("Scorecard", "scorecard"), ("Seeds", "seeds"), ("Complaints", "complaints"))),
    ("Catalog", (("Programs", "programs"), ("Proposals", "program_proposals"), ("Imports", "imports"))),
    ("Publishers", (("Publishers", "publishers"),)),
    ("Ranking", (("Playground", "playground"), ("Weights", "weights"))),
    ("Access", (("Your account", "account"), ("Staff", "staff"))),
    ("Privacy", (("Requests", "privacy_requests"), ("Notices", "notices"), ("Retention", "retention_runs"))),
    ("Trace", (("Audit log", "audit"),)),
)
_WITHIN: dict[str, tuple[str, ...]] = {
    "account": ("second_step", "proof"),
    "partners": (
        *("program_groups", "terms", "limits", "partner_filters", "partner_screening"),
        *("delivery_methods", "method_settings", "sample_leads", "signing_secrets", "api_keys"),
    ),
    "programs": ("listing_drafts",),
}
"""Pages that stand under another entry of the navigation."""
_FOR_OWNERS = frozenset({"staff"})
"""Entries that others would only be refused at."""
_NOUNS = (
    *(
        overview,
        dashboards,
        operations,
        login,
        submissions,
        leads,
        review,
        messages,
        suppressions,
        mails,
        deliveries,
        redeliveries,
    ),
    *(partners, program_groups, terms, limits, partner_filters, partner_screening),
    *(delivery_methods, method_settings, sample_leads, signing_secrets, api_keys),
    *(returns, invoices, scorecard, seeds, complaints),
    *(programs, listing_drafts, program_proposals, imports, publishers, playground, weights),
    *(privacy_requests, notices, retention_runs, audit),
    *(access, proof, account, second_step, staff),
)


def install_admin(app: Flask) -> None:
    """Mount the back office at /admin."""
    admin = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
    admin.before_request(login.load_staff)
    admin.before_request(check_request)
    admin.register_error_handler(NotFound, _missing)
    admin.context_processor(_page_parts)
    for noun in _NOUNS:
        admin.register_blueprint(noun.blueprint)
    login.install_login(app)
    app.register_blueprint(admin)


def _missing(_error: NotFound) -> ResponseReturnValue:
    return current_app.handle_user_exception(exceptions.NotFound())


def _page_parts() -> dict[str, Any]:
    who = find_staff()
    return {"admin_nav": _navigation(who) if who else [], "staff": who, "staff_roles": _role_words(who)}


def _navigation(who: Staff) -> list[dict[str, Any]]:
    with runtime().begin() as session:
        waiting = count_review(session)
    return [
        {
            "label": group,
            "group": [
                {
                    "label": name,
                    "url": url_for(f"admin.{noun}.index"),
                    "count": waiting if noun == "review" else None,
                    "current": str(request.endpoint).startswith(
                        tuple(f"admin.{each}." for each in (noun, *_WITHIN.get(noun, ())))
                    ),
                }
                for name, noun in entries
                if noun not in _FOR_OWNERS or who.may(OWNERS)
            ],
        }
        for group, entries in NAVIGATION
    ]


def _role_words(who: Staff | None) -> str:
    return ", ".join(words for role, words in ROLE_LABELS.items() if who and role in who.roles) or "No role"

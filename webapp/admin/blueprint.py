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
    bulk_acts,
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
    partner_team,
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
    saved_views,
    scorecard,
    search,
    second_step,
    seeds,
    signing_secrets,
    staff,
    submissions,
    suppressions,
    terms,
    weights,
)
from webapp.admin.guard import ROLES_MARK, Staff, check_request, find_staff
from webapp.admin.queue_walk import LABELS, LISTS, asked_queue, list_url
from webapp.context import runtime
from webapp.domain.errors import NotFound
from webapp.domain.staff_queue import HELD_QUEUES, StaffQueue
from webapp.domain.staff_role import ROLE_LABELS
from webapp.queries.staff_queue import count_queues

NAVIGATION: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Service", (("Overview", "overview"), ("Dashboards", "dashboards"), ("Operations", "operations"))),
    ("Students", (("Submissions", "submissions"), ("Leads", "leads"), ("Deliveries", "deliveries"))),
    ("Mail", (("Messages", "messages"), ("Suppressions", "suppressions"), ("Mails", "mails"))),
    ("Partners", (("Partners", "partners"), ("Invoices", "invoices"))),
    ("Conduct", (("Scorecard", "scorecard"), ("Seeds", "seeds"))),
    ("Catalog", (("Programs", "programs"), ("Proposals", "program_proposals"), ("Imports", "imports"))),
    ("Publishers", (("Publishers", "publishers"),)),
    ("Ranking", (("Playground", "playground"), ("Weights", "weights"))),
    ("Privacy", (("Requests", "privacy_requests"), ("Notices", "notices"), ("Retention", "retention_runs"))),
    ("Access", (("Your account", "account"), ("Staff", "staff"))),
    ("Trace", (("Audit log", "audit"), ("Bulk acts", "bulk_acts"))),
)
"""The groups of the navigation. The queues, with their counts, stand below the first."""
_WITHIN: dict[str, tuple[str, ...]] = {
    "account": ("second_step", "proof"),
    "programs": ("listing_drafts",),
}
"""Pages that stand under another entry of the navigation. Those with the tabs of a partner stand under Partners."""
_PARTNER_TABS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Partner", "partners.detail", ("partners",)),
    ("Programs", "program_groups.index", ("program_groups",)),
    ("Terms", "terms.index", ("terms",)),
    ("Caps and hours", "limits.index", ("limits",)),
    ("Filters", "partner_filters.index", ("partner_filters",)),
    ("Screening", "partner_screening.index", ("partner_screening",)),
    ("Delivery", "delivery_methods.index", ("delivery_methods", "method_settings", "sample_leads", "signing_secrets")),
    ("Team", "partner_team.index", ("partner_team",)),
    ("API keys", "api_keys.index", ("api_keys",)),
    ("Send again", "redeliveries.of_partner", ("redeliveries",)),
)
"""The pages about one partner: words, endpoint, and the nouns whose pages stand under it."""
_NOUNS = (
    *(
        overview,
        dashboards,
        operations,
        login,
        search,
        saved_views,
        bulk_acts,
        submissions,
        leads,
        review,
        messages,
        suppressions,
        mails,
        deliveries,
        redeliveries,
    ),
    *(partners, program_groups, terms, limits, partner_filters, partner_screening, partner_team),
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
    who, tabs = find_staff(), _partner_tabs()
    return {
        "admin_nav": _navigation(who, is_of_partner=bool(tabs)) if who else [],
        "staff": who,
        "staff_roles": _role_words(who),
        "partner_tabs": tabs,
    }


def _navigation(who: Staff, *, is_of_partner: bool) -> list[dict[str, Any]]:
    here = "partners" if is_of_partner else ""
    groups = [
        {"label": group, "group": [_entry(name, noun, here) for name, noun in entries if _may_open(who, noun)]}
        for group, entries in NAVIGATION
    ]
    return [groups[0], {"label": "Queues", "group": _queues()}, *groups[1:]]


def _may_open(who: Staff, noun: str) -> bool:
    return who.may(getattr(current_app.view_functions[f"admin.{noun}.index"], ROLES_MARK))


def _entry(name: str, noun: str, here: str) -> dict[str, Any]:
    """One entry; `here` is the noun that the page belongs to, whatever its address."""
    within = tuple(f"admin.{each}." for each in (noun, *_WITHIN.get(noun, ())))
    current = (noun == here or str(request.endpoint).startswith(within)) and asked_queue() is None
    return {"label": name, "url": url_for(f"admin.{noun}.index"), "current": current}


def _partner_tabs() -> list[dict[str, Any]]:
    """The tabs of the partner whose page this is; none on other pages."""
    noun = str(request.endpoint).removeprefix("admin.").partition(".")[0]
    row_id = (request.view_args or {}).get("row_id")
    if row_id is None or not any(noun in nouns for _, _, nouns in _PARTNER_TABS):
        return []
    return [
        {"label": label, "url": url_for(f"admin.{endpoint}", row_id=row_id), "current": noun in nouns}
        for label, endpoint, nouns in _PARTNER_TABS
    ]


def _queues() -> list[dict[str, Any]]:
    with runtime().begin() as session:
        counts = count_queues(session, runtime().clock.now())
    here = asked_queue()
    return [
        {
            "label": LABELS[queue],
            "url": list_url(queue),
            "count": counts[queue],
            "current": queue is here if here else str(request.endpoint) == LISTS[queue][0] and queue not in HELD_QUEUES,
        }
        for queue in StaffQueue
    ]


def _role_words(who: Staff | None) -> str:
    return ", ".join(words for role, words in ROLE_LABELS.items() if who and role in who.roles) or "No role"

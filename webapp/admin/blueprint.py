"""The back office, put together: one guard before everything, one blueprint for each noun."""

from typing import Any

from flask import Blueprint, Flask, current_app, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import exceptions

from webapp.admin import (
    audit,
    deliveries,
    imports,
    invoices,
    leads,
    listing_drafts,
    login,
    messages,
    overview,
    partners,
    program_groups,
    program_proposals,
    programs,
    returns,
    submissions,
    terms,
)
from webapp.admin.guard import ROLE_LABELS, Staff, check_request, find_staff
from webapp.domain.errors import NotFound

NAVIGATION: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Service", (("Overview", "overview"),)),
    ("Students", (("Submissions", "submissions"), ("Leads", "leads"))),
    ("Hand-over", (("Messages", "messages"), ("Deliveries", "deliveries"))),
    ("Partners", (("Partners", "partners"), ("Returns", "returns"), ("Invoices", "invoices"))),
    ("Catalog", (("Programs", "programs"), ("Proposals", "program_proposals"), ("Imports", "imports"))),
    ("Trace", (("Audit log", "audit"),)),
)
_WITHIN: dict[str, tuple[str, ...]] = {"partners": ("program_groups", "terms"), "programs": ("listing_drafts",)}
"""Pages that stand under another entry of the navigation."""


def install_admin(app: Flask) -> None:
    """Mount the back office at /admin."""
    admin = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
    admin.before_request(login.load_staff)
    admin.before_request(check_request)
    admin.register_error_handler(NotFound, _missing)
    admin.context_processor(_page_parts)
    for noun in (
        *(overview, login, submissions, leads, messages, deliveries),
        *(
            partners,
            program_groups,
            terms,
            returns,
            invoices,
            programs,
            listing_drafts,
            program_proposals,
            imports,
            audit,
        ),
    ):
        admin.register_blueprint(noun.blueprint)
    login.install_login(app)
    app.register_blueprint(admin)


def _missing(_error: NotFound) -> ResponseReturnValue:
    return current_app.handle_user_exception(exceptions.NotFound())


def _page_parts() -> dict[str, Any]:
    who = find_staff()
    return {"admin_nav": _navigation() if who else [], "staff": who, "staff_roles": _role_words(who)}


def _navigation() -> list[dict[str, Any]]:
    return [
        {
            "label": group,
            "group": [
                {
                    "label": name,
                    "url": url_for(f"admin.{noun}.index"),
                    "current": str(request.endpoint).startswith(
                        tuple(f"admin.{each}." for each in (noun, *_WITHIN.get(noun, ())))
                    ),
                }
                for name, noun in entries
            ],
        }
        for group, entries in NAVIGATION
    ]


def _role_words(who: Staff | None) -> str:
    return ", ".join(words for role, words in ROLE_LABELS.items() if who and role in who.roles) or "No role"

"""The partner's surface, put together: one guard before everything, one blueprint for each noun."""

from typing import Any

from flask import Blueprint, Flask, current_app, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import exceptions

from webapp.domain.errors import NotFound
from webapp.domain.partner import PartnerStatus
from webapp.domain.partner_role import ROLE_LABELS
from webapp.partner import (
    access,
    account,
    activity,
    analytics,
    api_keys,
    batches,
    consents,
    deliveries,
    delivery_methods,
    filters,
    funnel,
    invoices,
    joint_step,
    leads,
    limits,
    login,
    method_settings,
    notices,
    overview,
    performance,
    redeliveries,
    returns,
    sample_leads,
    screening,
    setting,
    signing_secrets,
    status,
    status_file,
    team,
)
from webapp.partner.guard import ROLES_MARK, check_request, find_member
from webapp.services.partner_login import Member

NAVIGATION: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Leads", (("Overview", "overview"), ("Leads", "leads"), ("Files", "batches"), ("Returns", "returns"))),
    ("Delivery", (("Methods", "delivery_methods"), ("Deliveries", "deliveries"), ("Send again", "redeliveries"))),
    ("Figures", (("Analytics", "analytics"), ("Performance", "performance"), ("Invoices", "invoices"))),
    (
        "School",
        (
            ("Caps and hours", "limits"),
            ("Filters", "filters"),
            ("Screening", "screening"),
            ("Team", "team"),
            ("API keys", "api_keys"),
            ("Settings", "setting"),
            ("Activity", "activity"),
        ),
    ),
    ("You", (("Your account", "account"),)),
)
"""Every page of the navigation, in groups: its words and the noun whose `index` it is. A page that somebody's role may
not open is not shown to them."""

_WITHIN: dict[str, tuple[str, ...]] = {
    "delivery_methods": ("method_settings", "sample_leads", "signing_secrets"),
    "leads": ("funnel", "joint_step", "status_file"),
}
"""Pages that stand under another entry of the navigation."""

_NOUNS = (
    access,
    account,
    activity,
    analytics,
    api_keys,
    batches,
    consents,
    deliveries,
    delivery_methods,
    filters,
    funnel,
    invoices,
    joint_step,
    leads,
    limits,
    login,
    method_settings,
    notices,
    overview,
    redeliveries,
    sample_leads,
    screening,
    performance,
    returns,
    setting,
    signing_secrets,
    status,
    status_file,
    team,
)


def install_partner(app: Flask) -> None:
    """Mount the partner's pages on `app`. Endpoints are `partner.<module>.<view>`."""
    partner = Blueprint("partner", __name__, url_prefix="/partner", template_folder="templates")
    partner.before_request(login.load_member)
    partner.before_request(check_request)
    partner.register_error_handler(NotFound, _missing)
    partner.context_processor(_page_parts)
    for noun in _NOUNS:
        partner.register_blueprint(noun.blueprint)
    app.register_blueprint(partner)


def _missing(_error: NotFound) -> ResponseReturnValue:
    return current_app.handle_user_exception(exceptions.NotFound())


def _page_parts() -> dict[str, Any]:
    who = find_member()
    area = {
        "name": "for schools",
        "tag": who.partner if who else "For schools",
        "home": "/partner/",
        "nav": "Portal",
    }
    if who is None:
        return {"area": area, "member": None, "admin_nav": []}
    return {
        "area": area,
        "member": who,
        "member_role": ROLE_LABELS[who.role],
        "is_test_partner": who.partner_status is PartnerStatus.TEST,
        "paused_by": who.paused_by,
        "admin_nav": _navigation(who),
    }


def _navigation(who: Member) -> list[dict[str, Any]]:
    groups = [
        {
            "label": group,
            "group": [
                {
                    "label": name,
                    "url": url_for(f"partner.{noun}.index"),
                    "current": str(request.endpoint).startswith(
                        tuple(f"partner.{each}." for each in (noun, *_WITHIN.get(noun, ())))
                    ),
                }
                for name, noun in entries
                if who.role in getattr(current_app.view_functions[f"partner.{noun}.index"], ROLES_MARK)
            ],
        }
        for group, entries in NAVIGATION
    ]
    return [group for group in groups if group["group"]]

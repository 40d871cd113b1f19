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
    batches,
    consents,
    deliveries,
    funnel,
    invoices,
    joint_step,
    leads,
    login,
    notices,
    overview,
    performance,
    returns,
    setting,
    status,
    status_file,
    team,
)
from webapp.partner.guard import ROLES_MARK, check_request, find_member
from webapp.services.partner_login import Member

NAVIGATION: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Leads",
        (
            *(("Overview", "overview"), ("Leads", "leads"), ("Deliveries", "deliveries"), ("Files", "batches")),
            ("Returns", "returns"),
        ),
    ),
    ("Figures", (("Analytics", "analytics"), ("Performance", "performance"), ("Invoices", "invoices"))),
    ("School", (("Team", "team"), ("Settings", "setting"), ("Activity", "activity"))),
    ("You", (("Your account", "account"),)),
)
"""Every page of the navigation, in groups: its words and the noun whose `index` it is. A page that somebody's role may
not open is not shown to them."""

_UNDER = {"funnel": "leads", "joint_step": "leads", "status_file": "leads"}
"""Nouns whose pages belong to an entry of the navigation that has another's name."""

_NOUNS = (
    access,
    account,
    activity,
    analytics,
    batches,
    consents,
    deliveries,
    funnel,
    invoices,
    joint_step,
    leads,
    login,
    notices,
    overview,
    performance,
    returns,
    setting,
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
        "is_paused_partner": who.partner_status is PartnerStatus.PAUSED,
        "admin_nav": _navigation(who),
    }


def _navigation(who: Member) -> list[dict[str, Any]]:
    noun_here = str(request.endpoint).split(".")[1]
    here = _UNDER.get(noun_here, noun_here)
    groups = [
        {
            "label": group,
            "group": [
                {
                    "label": name,
                    "url": url_for(f"partner.{noun}.index"),
                    "current": noun == here,
                }
                for name, noun in entries
                if who.role in getattr(current_app.view_functions[f"partner.{noun}.index"], ROLES_MARK)
            ],
        }
        for group, entries in NAVIGATION
    ]
    return [group for group in groups if group["group"]]

"""How each form of the back office is really sent: from which page, with what written into it, after what else.

`EVERY_POST` names every view that takes a POST and is not open to all; `tests/admin/test_every_post.py` sends each.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from io import BytesIO
from typing import Any

from tests.admin.conftest import Visitor
from tests.admin.form_reader import links_of
from tests.factories.password import PASSWORD
from webapp.domain.bulk_act import BulkKind
from webapp.domain.clock import Clock
from webapp.domain.complaint import ComplaintKind
from webapp.domain.finding import FOUND_BY_STAFF
from webapp.domain.lead import EndedByStaff
from webapp.domain.one_time_code import PERIOD_SECONDS, code_at
from webapp.domain.persona import personas
from webapp.domain.privacy_request import PrivacyLaw, RequestKind, RequestOutcome, RequestSource
from webapp.domain.suppression import ADDED_BY_STAFF, LiftReason
from webapp.services.import_job import IPEDS_FILES

BOTH, AFTER, BEFORE = frozenset({"before", "after"}), frozenset({"after"}), frozenset({"before"})
NEITHER: frozenset[str] = frozenset()
"""Written down, but nothing that is kept became something else: who proved, began, logged out."""
_ONE_SUPPRESSION = re.compile(r"/admin/suppressions/[0-9a-f-]{36}")


@dataclass(frozen=True)
class Sent:
    """One form. `page` may hold names of `Place.names`; `told` is what its entry in the audit log holds.

    `why_silent` says why nothing is written down at all. `first` are forms sent before it, by the same person.
    """

    page: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    told: frozenset[str] = BOTH
    first: tuple[str, ...] = ()
    why_silent: str = ""
    action: str = ""
    """Where it goes, for what no page shows in this back office."""
    find_page: Callable[["Place", Visitor], str] | None = None
    make_data: Callable[["Place"], Mapping[str, Any]] | None = None


@dataclass
class Place:
    """Where the forms are: ids by name, the clock, and what the form sent last was answered."""

    names: dict[str, str]
    clock: Clock
    location: str = ""
    text: str = ""

    def page(self, path: str) -> str:
        return path.format(**self.names)


def _code(place: Place) -> Mapping[str, Any]:
    secret = re.search(r"<code class=\"digest\">([A-Z2-7]{32})</code>", place.text)
    assert secret is not None
    return {"code": code_at(secret[1], int(place.clock.now().timestamp()) // PERIOD_SECONDS)}


def _file(_place: Place) -> Mapping[str, Any]:
    header, first = files("webapp.cli").joinpath("demo/catalog.csv").read_bytes().splitlines(keepends=True)[:2]
    tried = first.replace(b"demo-", b"tried-", 1)
    return {"file": (BytesIO(header + tried), "listings.csv"), "source": "tried"}


def _ipeds_files(_place: Place) -> Mapping[str, Any]:
    return {role: (BytesIO(b"UNITID\n100654\n"), f"{role}.csv") for role in IPEDS_FILES}


def _where_it_went(place: Place, _: Visitor) -> str:
    return place.location


def _no_page(_place: Place, _visitor: Visitor) -> str:
    """The form stands on what the one before was answered."""
    return ""


def _suppression(_: Place, visitor: Visitor) -> str:
    found = visitor.post("/admin/suppressions/find", {"address": "gone@reader.example"}).location
    return next(link for link in sorted(links_of(visitor.get(found).text)) if _ONE_SUPPRESSION.fullmatch(link))


PARTNER = "/admin/partners/{partner}"
METHOD = PARTNER + "/delivery-methods/{method}"
STAFF = "/admin/staff/{colleague}"
MEMBER = PARTNER + "/team/{member}"
CHECKED = "/admin/imports/jobs/{checked_job}"
LISTING = "/admin/programs/listing/{program}"
DRAFT, IN_REVIEW = "/admin/programs/drafts/{draft}", "/admin/programs/drafts/{draft_in_review}"
PRIVACY = "/admin/privacy/{privacy_request}"
ACCOUNT, STEP = "/admin/account", "/admin/account/second-step"
LISTS_ONLY = "It looks something up and changes nothing."
EVERY_POST: dict[str, Sent] = {
    "admin.login.log_out": Sent("/admin/", told=NEITHER),
    "admin.search.find": Sent("/admin/", {"text": "bootcamp"}, why_silent=LISTS_ONLY),
    "admin.saved_views.save": Sent("/admin/partners?status=live", {"name": "Live ones"}, AFTER),
    "admin.saved_views.change": Sent(
        data={"name": "Those that pay"}, first=("admin.saved_views.save",), find_page=_where_it_went
    ),
    "admin.saved_views.delete": Sent(first=("admin.saved_views.save",), find_page=_where_it_went, told=BEFORE),
    "admin.saved_views.choose": Sent("/admin/partners", {"column": "status"}),
    "admin.proof.prove": Sent("/admin/confirm", {"password": PASSWORD}, NEITHER),
    "admin.account.change_password": Sent(
        ACCOUNT, {"current": PASSWORD, "password": "seven quiet walnut harbours"}, NEITHER
    ),
    "admin.account.end_log_in": Sent(ACCOUNT),
    "admin.account.end_others": Sent(ACCOUNT),
    "admin.second_step.begin": Sent(STEP, told=NEITHER),
    "admin.second_step.confirm": Sent(find_page=_no_page, make_data=_code, first=("admin.second_step.begin",)),
    "admin.second_step.make_recovery_codes": Sent(
        ACCOUNT, first=("admin.second_step.begin", "admin.second_step.confirm")
    ),
    "admin.second_step.end": Sent(ACCOUNT, first=("admin.second_step.begin", "admin.second_step.confirm")),
    "admin.staff.invite": Sent("/admin/staff", {"email": "new@match.example", "role": "support"}, AFTER),
    "admin.staff.require_second_step": Sent(
        "/admin/staff", first=("admin.second_step.begin", "admin.second_step.confirm")
    ),
    "admin.staff.change_roles": Sent(STAFF, {"role": "analyst"}),
    "admin.staff.mail_password_link": Sent(STAFF, told=AFTER),
    "admin.staff.reset_second_step": Sent("/admin/staff/{with_step}"),
    "admin.staff.disable": Sent(STAFF),
    "admin.staff.enable": Sent(STAFF, first=("admin.staff.disable",)),
    "admin.leads.bulk": Sent(
        "/admin/leads?status=held_review", {"which": "ticked", "row": "{held}", "act": BulkKind.RELEASE.value}, AFTER
    ),
    "admin.deliveries.bulk": Sent(
        "/admin/deliveries?status=failed", {"which": "ticked", "row": "{failed_delivery}"}, AFTER
    ),
    "admin.messages.bulk": Sent("/admin/messages", {"which": "ticked", "row": "{uncertain}"}, AFTER),
    "admin.bulk_acts.start": Sent(first=("admin.leads.bulk",), find_page=_where_it_went),
    "admin.leads.release": Sent("/admin/leads/{held}"),
    "admin.leads.mark_invalid": Sent("/admin/leads/{held}", {"finding": FOUND_BY_STAFF[0].value}),
    "admin.leads.replay": Sent("/admin/leads/{failed}"),
    "admin.leads.replay_notice": Sent("/admin/leads/{delivered}"),
    "admin.review.end": Sent("/admin/leads/{held}", {"why": next(iter(EndedByStaff)).value}),
    "admin.complaints.record": Sent("/admin/leads/{seed}", {"kind": next(iter(ComplaintKind)).value}, AFTER),
    "admin.seeds.plant": Sent(
        "/admin/seeds/new?partner={partner}",
        {
            "program": "{program}",
            "first_name": "Mia",
            "last_name": "Lang",
            "email": "mia@readers.example",
            "channels": "email",
            "max_attempts": "3",
            "field": "45",
            "education": "bachelor",
            "state": "CA",
            "postal_code": "94110",
        },
        AFTER,
    ),
    "admin.seeds.record": Sent("/admin/seeds/{seed}", {"way": "email", "day": "2026-11-22", "clock": "13:00"}, AFTER),
    "admin.partner_filters.keep_rule": Sent(PARTNER + "/filters/edit?rule=0", {"values_0": "master"}),
    "admin.partner_filters.keep_text": Sent(
        PARTNER + "/filters/edit?rule=0", {"text": "require background.education >= master\n"}
    ),
    "admin.partner_filters.switch": Sent(PARTNER + "/filters"),
    "admin.partner_filters.remove": Sent(PARTNER + "/filters"),
    "admin.partner_filters.try_out": Sent(PARTNER + "/filters/trial", why_silent=LISTS_ONLY),
    "admin.partner_screening.change": Sent(PARTNER + "/screening", {"partner_days": "60"}),
    "admin.deliveries.replay": Sent("/admin/deliveries/{failed_delivery}"),
    "admin.deliveries.redeliver": Sent("/admin/deliveries/{delivered_delivery}"),
    "admin.redeliveries.several": Sent(
        "/admin/partners/{failed_partner}/send-again", {"do": "send", "since": "2026-11-01 00:00"}, AFTER
    ),
    "admin.method_settings.create": Sent(
        PARTNER + "/delivery-methods/new?kind=form_post",
        {"name": "Second", "url": "https://crm.example/leads", "do": "save"},
        AFTER,
    ),
    "admin.method_settings.change": Sent(METHOD + "/edit", {"name": "Renamed", "do": "save"}),
    "admin.delivery_methods.put_earlier": Sent(PARTNER + "/delivery-methods", first=("admin.method_settings.create",)),
    "admin.delivery_methods.disable": Sent(METHOD),
    "admin.delivery_methods.enable": Sent(METHOD, first=("admin.delivery_methods.disable",)),
    "admin.delivery_methods.remove": Sent(METHOD, first=("admin.method_settings.create",), told=BEFORE),
    "admin.sample_leads.send": Sent(METHOD + "/test", told=AFTER),
    "admin.signing_secrets.rotate": Sent(METHOD),
    "admin.signing_secrets.end": Sent(METHOD, first=("admin.signing_secrets.rotate",)),
    "admin.partner_team.invite": Sent(PARTNER + "/team", {"email": "new@school.example", "role": "owner"}, AFTER),
    "admin.partner_team.change_role": Sent(MEMBER, {"role": "read_only"}),
    "admin.partner_team.mail_password_link": Sent(MEMBER, told=AFTER),
    "admin.partner_team.reset_second_step": Sent(MEMBER),
    "admin.partner_team.remove": Sent(MEMBER, told=BEFORE),
    "admin.api_keys.revoke": Sent(PARTNER + "/api-keys"),
    "admin.messages.resend": Sent("/admin/messages/{uncertain}/resend"),
    "admin.mails.overrule": Sent("/admin/mails", told=AFTER, action="/admin/mails/overrule"),
    "admin.suppressions.find": Sent("/admin/suppressions", {"address": "gone@reader.example"}, why_silent=LISTS_ONLY),
    "admin.suppressions.add": Sent(
        "/admin/suppressions",
        {"address": "gone@reader.example", "scope": "everything", "reason": ADDED_BY_STAFF[0].value},
        AFTER,
    ),
    "admin.suppressions.lift": Sent(
        data={"reason": next(iter(LiftReason)).value},
        told=BEFORE,
        first=("admin.suppressions.add",),
        find_page=_suppression,
    ),
    "admin.imports.send": Sent("/admin/imports", make_data=_file, told=AFTER),
    "admin.imports.send_ipeds": Sent("/admin/imports", make_data=_ipeds_files, told=AFTER),
    "admin.imports.choose_columns": Sent("/admin/imports/jobs/{unmapped_job}/columns", {"column-0": "program_id"}),
    "admin.imports.choose_institutions": Sent(CHECKED),
    "admin.imports.allow": Sent(action=CHECKED + "/allow"),
    "admin.imports.check": Sent(action=CHECKED + "/check"),
    "admin.imports.apply": Sent(CHECKED),
    "admin.imports.discard": Sent(CHECKED),
    "admin.imports.undo": Sent("/admin/imports/{import}"),
    "admin.programs.create": Sent(
        "/admin/programs/new", {"program_id": "larkspur-ms", "institution": "Larkspur", "name": "Data"}, AFTER
    ),
    "admin.programs.edit": Sent(LISTING, told=AFTER),
    "admin.programs.move": Sent(LISTING),
    "admin.programs.restore_revision": Sent("/admin/programs/listing/{changed_listing}"),
    "admin.programs.verify": Sent(LISTING),
    "admin.listing_drafts.save": Sent(DRAFT, {"name": "Data science", "then": ""}),
    "admin.listing_drafts.ask_for": Sent(DRAFT + "/requirement", {"rule": "background.education >= bachelor"}),
    "admin.listing_drafts.discard": Sent(DRAFT, told=BEFORE),
    "admin.listing_drafts.send_back": Sent(IN_REVIEW, {"note": "Say how many months it takes."}),
    "admin.listing_drafts.publish": Sent(IN_REVIEW, told=AFTER),
    "admin.program_proposals.take_up": Sent("/admin/program-proposals/{proposal}"),
    "admin.program_proposals.decline": Sent("/admin/program-proposals/{proposal}", {"reason": "It is there already."}),
    "admin.program_proposals.accept_removal": Sent("/admin/program-proposals/{removal}"),
    "admin.partners.create": Sent(
        "/admin/partners/new",
        {
            "legal_name": "Ember College, Inc.",
            "display_name": "Ember",
            "slug": "ember",
            "contact_email": "leads@ember.example",
            "time_zone": "America/New_York",
        },
        AFTER,
    ),
    "admin.partners.change": Sent(PARTNER + "/edit", {"display_name": "Renamed"}),
    "admin.partners.move": Sent(PARTNER),
    "admin.program_groups.add_institution": Sent(PARTNER + "/programs?words=a"),
    "admin.program_groups.remove_institution": Sent(PARTNER + "/programs"),
    "admin.program_groups.create": Sent(PARTNER + "/programs", {"name": "Doctorates"}),
    "admin.program_groups.rename": Sent(PARTNER + "/programs/groups/{group}", {"name": "Others"}),
    "admin.program_groups.put": Sent(PARTNER + "/programs/groups/{group}", {"program": []}),
    "admin.program_groups.remove": Sent(PARTNER + "/programs/groups/{group}"),
    "admin.terms.agree": Sent(PARTNER + "/terms", {"price": "34", "from_day": "2026-12-01"}),
    "admin.limits.add_cap": Sent(
        PARTNER + "/limits/caps/new",
        {"scope": "all", "measure": "count", "period": "day", "limit": "7", "when_full": "hold"},
        AFTER,
    ),
    "admin.limits.change_cap": Sent(PARTNER + "/limits/caps/{cap}", {"limit": "400"}),
    "admin.limits.remove_cap": Sent(PARTNER + "/limits/caps/{cap}", told=BEFORE),
    "admin.limits.set_hours": Sent(PARTNER + "/limits/hours", {"day_5": "10:00–12:00"}),
    "admin.limits.set_group_hours": Sent(PARTNER + "/limits/groups/{group}/hours", {"pace_most": "9"}),
    "admin.limits.remove_group_hours": Sent(PARTNER + "/limits/groups/{group}/hours", told=BEFORE),
    "admin.returns.approve": Sent("/admin/returns/{return}"),
    "admin.returns.deny": Sent("/admin/returns/{return}", {"words": "The number works."}),
    "admin.invoices.pay": Sent("/admin/invoices/{invoice}", {"reference": "R-1"}),
    "admin.operations.turn_off": Sent("/admin/operations", {"words": "The mail server is being moved."}),
    "admin.operations.turn_on": Sent("/admin/operations", first=("admin.operations.turn_off",)),
    "admin.publishers.create": Sent(
        "/admin/publishers/new", {"name": "Guides that only this form makes", "origins": "https://g.example"}, AFTER
    ),
    "admin.publishers.change": Sent("/admin/publishers/{publisher}/edit", {"name": "Renamed"}),
    "admin.publishers.move": Sent("/admin/publishers/{publisher}"),
    "admin.privacy_requests.record": Sent(
        "/admin/privacy/new",
        {"kind": RequestKind.ERASURE.value, "law": PrivacyLaw.GDPR.value, "source": RequestSource.LETTER.value},
        AFTER,
    ),
    "admin.privacy_requests.extend": Sent(PRIVACY, {"words": "It is in many places."}),
    "admin.privacy_requests.carry_out": Sent(PRIVACY),
    "admin.privacy_requests.close": Sent(
        PRIVACY, {"outcome": RequestOutcome.REFUSED.value, "note": "Answered by mail."}
    ),
    "admin.retention_runs.preview": Sent("/admin/retention", told=AFTER),
    "admin.playground.ask": Sent(
        "/admin/playground", {"persona": personas()[0].name, "part": "weights", "vague": "0.31"}, why_silent=LISTS_ONLY
    ),
    "admin.weights.propose": Sent(
        data={"note": "Sentences count for less."}, first=("admin.playground.ask",), find_page=_no_page
    ),
    "admin.weights.publish": Sent("/admin/weights/{proposed_weights}"),
    "admin.weights.discard": Sent("/admin/weights/{proposed_weights}"),
    "admin.weights.try_again": Sent("/admin/weights/{proposed_weights}"),
    "admin.weights.go_back": Sent("/admin/weights/{former_weights}"),
}

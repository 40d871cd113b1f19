"""Naughty strings in every text field of every form of the back office: nothing breaks, nothing runs, it stays text."""

import html
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, cycle
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Dialog, Page
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests.admin.conftest import Visitor, ask_for_one
from tests.admin.test_access import POSTS
from tests.browser import LiveServer
from tests.factories import import_centre
from tests.factories.lead import fail_delivery, put_lead
from tests.factories.limits import put_limits
from tests.factories.school import School
from tests.factories.staff import make_staff
from tests.markup import MarkupReader
from webapp.bootstrap import Runtime
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason
from webapp.domain.privacy_request import PrivacyLaw, RequestKind, RequestSource
from webapp.domain.switch import Switch
from webapp.matching.weights import Weights
from webapp.models import Cap, Institution, Lead, PartnerInstitution, SeedLead
from webapp.queries.weights import live_weights
from webapp.services import (
    lead_return,
    listing_draft,
    privacy_request,
    program_group,
    program_proposal,
    publisher,
    switch,
    weights,
)
from webapp.services.lead_return import Wish

ROUNDS = 1
WRITABLE = {"text", "search", "email", "tel", "url", "number", "date", "time", "datetime-local", "password"}
SHOWN = {
    "admin.partners.create",
    "admin.partners.change",
    "admin.program_groups.create",
    "admin.publishers.create",
    "admin.saved_views.save",
    "admin.operations.turn_off",
    "admin.search.find",
}
"""What these keep, or look for, stands on the page that they lead to."""
WITHOUT_WORDS = {
    f"admin.{noun}.{view}"
    for noun, views in {
        "account": "end_log_in end_others",
        "api_keys": "revoke",
        "bulk_acts": "start",
        "complaints": "record",
        "deliveries": "bulk redeliver replay",
        "delivery_methods": "disable enable put_earlier remove",
        "imports": "allow apply check choose_institutions discard send_ipeds undo",
        "invoices": "pay",
        "leads": "bulk mark_invalid release replay replay_notice",
        "listing_drafts": "discard publish",
        "limits": "remove_cap remove_group_hours",
        "login": "log_out",
        "mails": "overrule",
        "messages": "bulk resend",
        "operations": "turn_on",
        "partner_team": "change_role mail_password_link remove reset_second_step",
        "partner_filters": "remove switch try_out",
        "privacy_requests": "carry_out",
        "program_proposals": "accept_removal take_up",
        "program_groups": "add_institution put remove remove_institution",
        "programs": "edit move restore_revision verify",
        "publishers": "move",
        "retention_runs": "preview",
        "returns": "approve",
        "review": "end",
        "sample_leads": "send",
        "saved_views": "choose delete",
        "second_step": "begin end make_recovery_codes",
        "signing_secrets": "end rotate",
        "staff": "change_roles disable enable mail_password_link require_second_step reset_second_step",
        "suppressions": "lift",
        "weights": "discard go_back try_again",
    }.items()
    for view in views.split()
}
"""Buttons, boxes to choose from and files: there is nothing to write in. `approve` sends the field of `deny`."""
SCRIPTS = ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "javascript:alert(1)"]


@dataclass
class Form:
    """A form that posts: where to, what it would send as it stands, and the fields one writes in."""

    action: str
    page: str
    said: list[tuple[str, str]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


class Forms(MarkupReader):
    """The forms of a page that post, and those of its links that a visitor may follow."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found, self.form, self.select = page, [], None, ""
        self.groups: set[str] = set()

    found: list[Form]
    form: Form | None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "form":
            self.form = Form(told.get("action", ""), self.page) if told.get("method") == "post" else None
            if self.form:
                self.found.append(self.form)
        elif self.form is None:
            return
        elif tag == "textarea" or (tag == "input" and told.get("type", "text") in WRITABLE):
            self.form.written.append(name)
        elif tag == "input" and told.get("type") in ("radio", "checkbox"):
            # The first of each group, so that the form comes as far as it can.
            if name not in self.groups:
                self.groups.add(name)
                self.form.said.append((name, told.get("value", "y")))
        elif tag == "input" and name:
            self.form.said.append((name, told.get("value", "")))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and told.get("value"):
            self.form.said.append((self.select, told["value"]))
            self.select = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form, self.groups = None, set()


def pages(running: Runtime, school: School) -> list[str]:
    """A page with each form that takes words, of things made for this."""
    held, failed, given = (ask_for_one(running, school)[0] for _ in range(3))
    with running.begin() as session:
        now, step = running.clock.now(), (LeadStatus.QUEUED, "undo_window_over")
        put_lead(session, held, [step, (LeadStatus.HELD_REVIEW, "details_doubtful")], now)
        fail_delivery(session, failed, at=now)
        put_lead(session, given, [step, (LeadStatus.DELIVERED, "accepted")], now)
        session.get_one(Lead, given, populate_existing=True).delivered_at = now
        wish = Wish(ReturnReason.BAD_CONTACT, "It rings elsewhere.")
        back = lead_return.request(
            session, running.clock, given, partner_id=school.partner_id, wish=wish, actor="pat@school.example"
        )
        guide = publisher.create(session, running.clock, name="Guides", origins="https://guides.example")
        group_id = program_group.create(session, running.clock, school.partner_id, "Master's programs")
        put_limits(session, running.clock, school.partner_id, group_id)
        cap_id = session.scalars(select(Cap.id).where(Cap.partner_id == school.partner_id)).first()
        session.add(SeedLead(lead_id=held, address_key=new_id().bytes, made_by="ada@staff.example"))
    partner = f"/admin/partners/{school.partner_id}"
    return [
        *("/admin/", "/admin/operations", "/admin/suppressions", "/admin/imports", "/admin/publishers/new"),
        *("/admin/partners/new", f"{partner}", f"{partner}/edit", f"{partner}/programs", f"{partner}/terms"),
        *(f"{partner}/limits", f"{partner}/limits/caps/new", f"{partner}/limits/hours", f"{partner}/screening"),
        *(f"{partner}/limits/caps/{cap_id}", f"{partner}/limits/groups/{group_id}/hours"),
        *(f"{partner}/programs/groups/{group_id}", f"{partner}/filters/edit", f"{partner}/filters/trial"),
        *(f"{partner}/delivery-methods/new?kind={kind}" for kind in ("form_post", "webhook", "email")),
        *(f"{partner}/delivery-methods/{school.endpoint_id}/edit", f"{partner}/send-again", f"{partner}/end"),
        *(f"/admin/returns/{back}", f"/admin/publishers/{guide}", f"/admin/publishers/{guide}/edit"),
        *(f"/admin/seeds/new?partner={school.partner_id}", f"/admin/leads/{held}", "/admin/leads?status=held_review"),
        *(f"{partner}/team", f"/admin/seeds/{held}"),
        *("/admin/deliveries?status=failed", "/admin/messages?class=matches", "/admin/submissions?since=2026-01-01"),
        *("/admin/programs?text=data", "/admin/partners?status=live", "/admin/audit?action=viewed"),
    ]


def pages_of_listings(running: Runtime, school: School) -> list[str]:
    """A page with each form about listings, files and data of people, of rows made for this."""
    clock, actor, mark = running.clock, "ada@staff.example", new_id().hex[-8:]
    row = {"program_id": f"naughty-{mark}", "name": "Data", "credential": "master", "cip": "30.7001"}
    job_id = import_centre.send(running, [{"Our mark": "k-1", "Degree program": "Data"}], f"naughty-{mark}")
    with running.begin() as session:
        draft_id = listing_draft.open_draft(session, clock, school.program_id, actor=actor)
        good = listing_draft.Written({**row, "institution": "Naughty School"})
        review_id = listing_draft.begin(session, clock, good, program_id=row["program_id"], actor=actor)
        listing_draft.send_to_review(session, clock, review_id)
        name = session.scalars(
            select(Institution.name)
            .join(PartnerInstitution, PartnerInstitution.institution_id == Institution.id)
            .where(PartnerInstitution.partner_id == school.partner_id)
        ).one()
        proposal_id = program_proposal.propose_listing(
            session,
            clock,
            partner_id=school.partner_id,
            listing={**row, "program_id": f"naughty-{mark}-2", "institution": name},
            note=None,
            test=False,
            actor="pat@school.example",
        )
        asked_id = privacy_request.record(
            session,
            clock,
            kind=RequestKind.EXPORT,
            law=PrivacyLaw.GDPR,
            source=RequestSource.LETTER,
            received_on=clock.now().date(),
            person=None,
            actor=actor,
        )
        figures = {**live_weights(session).to_json(), "vague": 0.37}
        weights_id = weights.propose(session, clock, figures, note="Tried.", actor=actor)
    drafts = "/admin/programs/drafts"
    return [
        *("/admin/programs/new", f"{drafts}/{draft_id}", f"{drafts}/{draft_id}/requirement", f"{drafts}/{review_id}"),
        *(f"/admin/program-proposals/{proposal_id}", f"/admin/imports/jobs/{job_id}/columns"),
        *("/admin/privacy/new", f"/admin/privacy/{asked_id}", "/admin/playground", f"/admin/weights/{weights_id}"),
        *("/admin/staff", "/admin/confirm", "/admin/account"),
    ]


def forms_on_answers(visitor: Visitor) -> Iterator[Form]:
    """Forms that stand on what another was answered."""
    tried = {"part": "weights", "vague": "0.36"}
    for path, data in (("/admin/playground", tried), ("/admin/account/second-step/begin", {})):
        answer = visitor.post(path, data)
        assert answer.status_code == 200, path
        reader = Forms(path)
        reader.feed(answer.text)
        yield from reader.found


def forms_of(visitor: Visitor, paths: list[str]) -> Iterator[Form]:
    for path in paths:
        answer = visitor.get(path)
        if answer.status_code != 200:
            continue
        reader = Forms(path)
        reader.feed(answer.text)
        yield from reader.found


def test_every_form_takes_whatever_is_typed_and_shows_it_as_text(
    app: Flask,
    logged_in: Callable[..., Visitor],
    running: Runtime,
    school: School,
    data_dir: Path,
    live_server: Callable[[Flask], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
) -> None:
    everything = json.loads((data_dir / "blns.json").read_text("utf-8"))
    naughty = cycle([*SCRIPTS, *(text for text in everything if text.strip())])
    owner, adapter, done, shown = logged_in(), app.url_map.bind("localhost"), dict[str, Form](), set()
    # All read before the first is sent: what one does may take another away. The view is there once it was kept.
    with running.begin() as session:
        figures = live_weights(session)
    forms = chain(
        list(forms_of(owner, [*pages(running, school), *pages_of_listings(running, school)])),
        list(forms_on_answers(owner)),
        forms_of(owner, ["/admin/leads?status=held_review"]),
    )
    for form in forms:
        address = urlsplit(form.action)
        endpoint, _ = adapter.match(address.path, method="POST")
        if not form.written or endpoint in done:
            continue
        done[endpoint] = form
        if endpoint in SHOWN:
            assert _shows(owner, form, endpoint), endpoint
            shown.add(endpoint)
        for _ in range(ROUNDS):
            typed = {name: next(naughty) for name in form.written}
            answer = owner.client.post(form.action, data=MultiDict([*form.said, *typed.items()]), follow_redirects=True)
            assert answer.status_code < 500, (endpoint, typed)
            assert "<script>alert" not in answer.text, (endpoint, typed)
            assert "<img src=x" not in answer.text.lower(), (endpoint, typed)
    assert shown == SHOWN
    # Whatever was not reached has no field to write in: these are buttons, boxes to choose from and files.
    assert set(POSTS) - set(done) == WITHOUT_WORDS
    _nothing_runs(running, new_page(), live_server(app).url, school)
    assert faults == []
    with running.begin() as session:
        switch.turn_on(session, Switch.MAIL)
        if live_weights(session).to_json() != figures.to_json():
            _rank_with(session, running, figures)


def _rank_with(session: Session, running: Runtime, figures: Weights) -> None:
    """Put back what was live: other tests rank on this database."""
    live, actor = live_weights(session).version, "ada@staff.example"
    row_id = weights.propose(session, running.clock, figures.to_json(), note="As before.", actor=actor)
    weights.publish(session, running.clock, row_id, note="As before.", instead_of=live, actor=actor)


def _nothing_runs(running: Runtime, page: Page, url: str, school: School) -> None:
    """The pages that show what was kept, in a browser: no box of an `alert` comes up."""
    boxes: list[str] = []

    def close(box: Dialog) -> None:
        boxes.append(box.message)
        box.dismiss()

    page.on("dialog", close)
    with running.begin() as session:
        login = make_staff(session, running.clock, "owner")
    page.goto(f"{url}/admin/login")
    page.get_by_label("E-mail address").fill(login.email)
    page.get_by_label("Password").fill(login.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/admin/")
    page.locator("#find-text").fill(SCRIPTS[1])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    partner = f"/admin/partners/{school.partner_id}"
    for path in ("/admin/partners", partner, f"{partner}/programs", "/admin/publishers", "/admin/operations"):
        page.goto(url + path)
        assert page.locator("main img").count() == 0, path
    assert boxes == []


def _shows(owner: Visitor, form: Form, endpoint: str) -> bool:
    """Whether a script that is kept as a name stands on the page that the form leads to, as it was typed."""
    script = SCRIPTS[1]
    typed = dict.fromkeys(form.written, script)
    fitting = {"slug": f"naughty-{endpoint[6:].replace('.', '-').replace('_', '-')}", "contact_email": "a@b.example"}
    typed.update({name: value for name, value in fitting.items() if name in typed})
    typed.update({name: "https://guides.example" for name in typed if name == "origins"})
    answer = owner.client.post(form.action, data=MultiDict([*form.said, *typed.items()]), follow_redirects=True)
    escaped = html.escape(script).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    return escaped in answer.text

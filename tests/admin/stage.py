"""The back office within one transaction, somebody of each role in it, and its forms as their pages fill them in.

A test module takes the fixture in by name and lists it in ``__all__``: ``from tests.admin.stage import stage``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import MapAdapter
from werkzeug.test import TestResponse

from tests.admin.conftest import Visitor
from tests.admin.every_post import EVERY_POST, Place, Sent
from tests.admin.form_reader import PageForm, forms_of
from tests.factories import import_centre
from tests.factories.back_office import Office
from tests.factories.lead import delivery_of
from tests.factories.staff import StaffLogin
from tests.visitor import token_of
from webapp.bootstrap import Runtime, replace_parts
from webapp.context import RUNTIME
from webapp.domain.ids import address_key, new_id, new_token, token_hash
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.domain.partner_role import PartnerRole
from webapp.domain.privacy_request import PrivacyLaw, RequestKind, RequestSource
from webapp.domain.staff_role import Role
from webapp.models import ApiKey, AuditEntry, Cap, Lead, PartnerAccount, PartnerEndpoint, PartnerNotice, StaffAccount
from webapp.queries.weights import live_weights
from webapp.services import privacy_request, program_proposal, weights

Person = tuple[StaffLogin, Visitor, str, str]
"""The account, the browser, its cookie and its token."""


@dataclass
class Stage:
    """The back office within one transaction, and somebody of each role in it."""

    app: Flask
    connection: Connection
    runtime: Runtime
    place: Place
    people: dict[Role, Person]

    def entries(self, login: StaffLogin) -> list[AuditEntry]:
        with self.runtime.begin() as session:
            return list(
                session.scalars(
                    select(AuditEntry)
                    .where(AuditEntry.staff_id == login.id, AuditEntry.action != "viewed")
                    .order_by(AuditEntry.at, AuditEntry.id)
                )
            )


@pytest.fixture
def stage(
    app: Flask,
    running: Runtime,
    office: Office,
    sent: import_centre.Sent,
    account: Callable[..., StaffLogin],
    visit: Callable[[], Visitor],
    let_in: Callable[[Visitor, StaffLogin], None],
) -> Iterator[Stage]:
    people = {}
    for role in Role:
        login, visitor = account(role.value), visit()
        let_in(visitor, login)
        people[role] = (login, visitor, cookie_of(visitor), token_of(visitor.client))
    colleague, with_step = account("support"), account("support")
    for role in Role:
        let_in(visit(), people[role][0])  # a second log-in of each, to be ended
    connection = running.engine.connect()
    outer = connection.begin()
    sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
    within = replace_parts(running, begin=sessions.begin)
    app.extensions[RUNTIME] = within
    with within.begin() as session:
        names = _names(session, within, office)
        names |= _names_of_weights(session, within)
        session.get_one(StaffAccount, with_step.id).totp_since = within.clock.now()
        names |= _names_of_listings(session, within, office, sent)
    names |= {"colleague": str(colleague.id), "with_step": str(with_step.id)}
    yield Stage(app, connection, within, Place(names, within.clock), people)
    outer.rollback()
    connection.close()


def _names(session: Session, runtime: Runtime, office: Office) -> dict[str, str]:
    now, partner_id = runtime.clock.now(), office.partner_id
    notice = PartnerNotice(
        id=new_id(),
        lead_id=office.delivered_lead_id,
        partner_id=partner_id,
        kind=NoticeKind.WITHDRAWN,
        status=NoticeStatus.FAILED,
        webhook_id=str(new_id()),
        due_at=now,
    )
    prefix = f"pm_live_{new_token()[:12]}"
    key = ApiKey(
        partner_id=partner_id,
        name="CRM",
        prefix=prefix,
        secret_hash=token_hash("secret"),
        scopes=["leads:read"],
        test=False,
        created_by="test",
    )
    member = PartnerAccount(
        id=new_id(),
        partner_id=partner_id,
        email="admissions@school.example",
        name="",
        role=PartnerRole.ADMISSIONS,
        active=True,
        session_stamp=new_token(),
        totp_since=now,
    )
    session.add_all([notice, key, member])
    session.flush()
    method = session.scalars(select(PartnerEndpoint.id).where(PartnerEndpoint.partner_id == partner_id)).first()
    cap = session.scalars(select(Cap.id).where(Cap.partner_id == partner_id)).first()
    return {
        "partner": str(partner_id),
        "program": session.get_one(Lead, office.delivered_lead_id).program_id,
        "method": str(method),
        "member": str(member.id),
        "cap": str(cap),
        "held": str(office.held_lead_id),
        "failed": str(office.failed_lead_id),
        "failed_partner": str(session.get_one(Lead, office.failed_lead_id).partner_id),
        "delivered": str(office.delivered_lead_id),
        "seed": str(office.seed_id),
        "failed_delivery": str(office.failed_delivery_id),
        "delivered_delivery": str(delivery_of(session, office.delivered_lead_id)),
        "uncertain": str(office.uncertain_message_id),
        "group": str(office.group_id),
        "return": str(office.return_id),
        "invoice": str(office.invoice_id),
        "publisher": str(office.publisher_id),
        "import": str(office.import_id),
        "privacy_request": str(
            privacy_request.record(
                session,
                runtime.clock,
                kind=RequestKind.ERASURE,
                law=PrivacyLaw.GDPR,
                source=RequestSource.LETTER,
                received_on=now.date(),
                person=address_key(runtime.links.secret, "ana@student.example"),
                actor="ada@staff.example",
            )
        ),
    }


def _names_of_weights(session: Session, runtime: Runtime) -> dict[str, str]:
    """A version that was live, one that is, and a proposal beside it."""
    made, actor = [], "ada@staff.example"
    for vague in (0.41, 0.42, 0.43):
        live = live_weights(session)
        figures = {**live.to_json(), "vague": vague}
        made.append(weights.propose(session, runtime.clock, figures, note="Tried.", actor=actor))
        if len(made) < 3:
            weights.publish(session, runtime.clock, made[-1], note="Tried.", instead_of=live.version, actor=actor)
    return {"former_weights": str(made[0]), "proposed_weights": str(made[2])}


def _names_of_listings(session: Session, runtime: Runtime, office: Office, sent: import_centre.Sent) -> dict[str, str]:
    """Files at the import centre, drafts, and what partners propose."""
    removal_id = program_proposal.propose_removal(
        session,
        runtime.clock,
        partner_id=office.partner_id,
        program_id=session.get_one(Lead, office.delivered_lead_id).program_id,
        note=None,
        test=False,
        actor="pat@school.example",
    )
    return {
        "unmapped_job": str(sent.mapping_id),
        "checked_job": str(sent.checked_id),
        "changed_listing": sent.program_id,
        "draft": str(sent.draft_id),
        "draft_in_review": str(sent.review_id),
        "proposal": str(sent.proposal_id),
        "removal": str(removal_id),
    }


def cookie_of(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def send(stage: Stage, adapter: MapAdapter, visitor: Visitor, endpoint: str, token: str) -> int:
    """Send one form as its page has it; the status of the answer."""
    answer = post(visitor, filled(stage, adapter, visitor, endpoint, EVERY_POST[endpoint]), token)
    stage.place.location, stage.place.text = answer.location or "", answer.text
    return answer.status_code


@dataclass(frozen=True)
class Filled:
    """A form as it would be sent: where to, what stands in it, in which of its fields one writes, on which page, and
    the token that it carries for whoever opened that page; "" where no page shows it."""

    action: str
    data: dict[str, Any]
    written: list[str] = field(default_factory=list)
    page: str = ""
    token: str = ""


def filled(stage: Stage, adapter: MapAdapter, visitor: Visitor, endpoint: str, sent: Sent) -> Filled:
    """The form as its page has it, with what is to be written in it."""
    place = stage.place
    page = sent.find_page(place, visitor) if sent.find_page else place.page(sent.page)
    text = visitor.get(page).text if page else place.text
    more = sent.make_data(place) if sent.make_data else sent.data
    data = {name: place.page(value) if isinstance(value, str) else value for name, value in more.items()}
    if sent.action:
        return Filled(place.page(sent.action), data)
    found = [form for form in forms_of(text) if _leads_to(adapter, form) == endpoint]
    assert found, f"{endpoint}: no such form on {page}: {told(text)}"
    form = found[-1]
    kept = {name: value for name, value in form.sent.items() if name != "csrf_token"}
    assert form.sent.get("csrf_token"), f"{endpoint}: the form on {page} carries no token"
    return Filled(form.action, {**kept, **data}, form.written, page, form.sent["csrf_token"][0])


def _leads_to(adapter: MapAdapter, form: PageForm) -> str:
    return str(adapter.match(urlsplit(form.action).path, method="POST")[0])


def told(text: str) -> str:
    """What a page says of errors, for whoever reads a failure."""
    found = re.findall(r'class="(?:flash|error)[^"]*"[^>]*>(.*?)</(?:p|div|section|ul)>', text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", " ".join(found)))[:300]


def prepare(stage: Stage, adapter: MapAdapter, person: Person, endpoint: str) -> Filled:
    """Send what comes before, then fill the form in."""
    _, visitor, cookie, token = person
    visitor.client.set_cookie("session", cookie)
    for earlier in EVERY_POST[endpoint].first:
        assert send(stage, adapter, visitor, earlier, token) < 400, f"{earlier}, before {endpoint}"
    return filled(stage, adapter, visitor, endpoint, EVERY_POST[endpoint])


def post(visitor: Visitor, form: Filled, token: str) -> TestResponse:
    """Send it, with the token of whoever sends it."""
    data = form.data
    files = {name: (BytesIO(value[0].getvalue()), value[1]) for name, value in data.items() if isinstance(value, tuple)}
    return visitor.client.post(form.action, data={**data, **files, "csrf_token": token})

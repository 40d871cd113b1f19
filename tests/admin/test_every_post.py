"""Every form of the back office is really sent: by who may and who may not, and leaves its trace.

What is sent stands in `tests/admin/every_post.py`. All of it happens within one transaction that is taken back after
each form, so every form finds the same back office.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import MapAdapter
from werkzeug.test import TestResponse

from tests.admin.conftest import Visitor
from tests.admin.every_post import BOTH, EVERY_POST, Place, Sent
from tests.admin.form_reader import PageForm, forms_of
from tests.admin.test_access import POSTS, path_of, rules_of
from tests.factories import import_centre
from tests.factories.back_office import Office
from tests.factories.lead import delivery_of
from tests.factories.staff import StaffLogin
from webapp.app import create_app
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
) -> Iterator[Stage]:
    people = {}
    for role in Role:
        login, visitor = account(role.value), visit()
        assert visitor.log_in(login.email, login.password).status_code == 302
        token = visitor.token("/admin/")
        people[role] = (login, visitor, _cookie(visitor), token)
    colleague, with_step = account("support"), account("support")
    for role in Role:
        visit().log_in(people[role][0].email, people[role][0].password)  # a second log-in of each, to be ended
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


def _cookie(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def _send(stage: Stage, adapter: MapAdapter, visitor: Visitor, endpoint: str, token: str) -> int:
    """Send one form as its page has it; the status of the answer."""
    answer = _post(visitor, _filled(stage, adapter, visitor, endpoint, EVERY_POST[endpoint]), token)
    stage.place.location, stage.place.text = answer.location or "", answer.text
    return answer.status_code


def _filled(
    stage: Stage, adapter: MapAdapter, visitor: Visitor, endpoint: str, sent: Sent
) -> tuple[str, dict[str, Any]]:
    """Where the form goes and what stands in it."""
    place = stage.place
    page = sent.find_page(place, visitor) if sent.find_page else place.page(sent.page)
    text = visitor.get(page).text if page else place.text
    more = sent.make_data(place) if sent.make_data else sent.data
    data = {name: place.page(value) if isinstance(value, str) else value for name, value in more.items()}
    if sent.action:
        return place.page(sent.action), data
    found = [form for form in forms_of(text) if _leads_to(adapter, form) == endpoint]
    assert found, f"{endpoint}: no such form on {page}: {_told(text)}"
    return found[-1].action, {**{k: v for k, v in found[-1].sent.items() if k != "csrf_token"}, **data}


def _leads_to(adapter: MapAdapter, form: PageForm) -> str:
    return str(adapter.match(urlsplit(form.action).path, method="POST")[0])


def _told(text: str) -> str:
    """What a page says of errors, for whoever reads a failure."""
    found = re.findall(r'class="(?:flash|error)[^"]*"[^>]*>(.*?)</(?:p|div|section|ul)>', text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", " ".join(found)))[:300]


OWN = (
    "admin.login.",
    "admin.proof.",
    "admin.account.",
    "admin.second_step.",
    "admin.saved_views.",
    "admin.staff.require_second_step",
)
"""Forms of which each person has a page of their own. The others are filled in once, by an owner."""


def _faults_of(stage: Stage, adapter: MapAdapter, endpoint: str) -> Iterator[str]:
    """What is wrong with how each role may or may not send one form, and with the trace that it leaves."""
    owner = stage.people[Role.OWNER]
    if not endpoint.startswith(OWN):
        within = stage.connection.begin_nested()
        try:
            filled = _prepare(stage, adapter, owner, endpoint)
            for role in _tried_by(endpoint):
                yield from _tried(stage, endpoint, role, filled)
            yield from _tried_without_token(stage, filled)
        except AssertionError as fault:
            yield str(fault)
        within.rollback()
        return
    for role in (role for role in _tried_by(endpoint) if role in POSTS[endpoint]):
        within = stage.connection.begin_nested()
        try:
            yield from _tried(stage, endpoint, role, _prepare(stage, adapter, stage.people[role], endpoint))
        except AssertionError as fault:
            yield f"{role}: {fault}"
        within.rollback()


def _tried_by(endpoint: str) -> list[Role]:
    """An owner, one other role that may and one that may not: other ones from form to form, so that all have turns.

    That each view lets in whom `POSTS` names, and nobody else, `test_access.py` holds for every role.
    """
    turn, others = list(EVERY_POST).index(endpoint), [role for role in Role if role is not Role.OWNER]
    may = [role for role in others if role in POSTS[endpoint]]
    may_not = [role for role in others if role not in POSTS[endpoint]]
    return [Role.OWNER, *(roles[turn % len(roles)] for roles in (may, may_not) if roles)]


def _prepare(stage: Stage, adapter: MapAdapter, person: Person, endpoint: str) -> tuple[str, dict[str, Any]]:
    """Send what comes before, then fill the form in."""
    _, visitor, cookie, token = person
    visitor.client.set_cookie("session", cookie)
    for earlier in EVERY_POST[endpoint].first:
        assert _send(stage, adapter, visitor, earlier, token) < 400, f"{earlier}, before {endpoint}"
    return _filled(stage, adapter, visitor, endpoint, EVERY_POST[endpoint])


def _tried(stage: Stage, endpoint: str, role: Role, filled: tuple[str, dict[str, Any]]) -> Iterator[str]:
    login, visitor, cookie, token = stage.people[role]
    sent, within = EVERY_POST[endpoint], stage.connection.begin_nested()
    visitor.client.set_cookie("session", cookie)
    before = len(stage.entries(login))
    answer = _post(visitor, filled, token)
    new = stage.entries(login)[before:]
    held = {name for entry in new for name in ("before", "after") if getattr(entry, name) is not None}
    if role not in POSTS[endpoint]:
        if answer.status_code != 403 or new:
            yield f"{role}: {answer.status_code} for a role that may not"
    elif answer.status_code >= 400:
        yield f"{role}: {answer.status_code}: {_told(answer.text)}"
    elif sent.why_silent:
        if new:
            yield f"{role}: it writes down more than it says"
    elif not new:
        yield f"{role}: no entry in the audit log: {_told(visitor.get(answer.location or '/admin/').text)}"
    elif any(entry.remote_address is None or entry.actor != login.email for entry in new):
        yield f"{role}: an entry without who or from where"
    elif not held >= sent.told:
        yield f"{role}: the entry holds {sorted(held)}, not {sorted(sent.told)}"
    within.rollback()


def _tried_without_token(stage: Stage, filled: tuple[str, dict[str, Any]]) -> Iterator[str]:
    login, visitor, cookie, _ = stage.people[Role.OWNER]
    visitor.client.set_cookie("session", cookie)
    before = len(stage.entries(login))
    if _post(visitor, filled, "forged").status_code != 400 or len(stage.entries(login)) != before:
        yield "it works without its token"


def _post(visitor: Visitor, filled: tuple[str, dict[str, Any]], token: str) -> TestResponse:
    action, data = filled
    files = {name: (BytesIO(value[0].getvalue()), value[1]) for name, value in data.items() if isinstance(value, tuple)}
    return visitor.client.post(action, data={**data, **files, "csrf_token": token})


def test_every_form_is_known(app: Flask) -> None:
    assert set(EVERY_POST) == set(POSTS)
    assert all(sent.told <= BOTH for sent in EVERY_POST.values())


def test_every_form_is_sent_by_who_may_and_who_may_not_and_leaves_its_trace(stage: Stage) -> None:
    adapter = stage.app.url_map.bind("localhost")
    faults = [f"{endpoint}: {fault}" for endpoint in EVERY_POST for fault in _faults_of(stage, adapter, endpoint)]
    assert faults == [], "\n".join(faults)


@pytest.fixture
def limited(admin_runtime: Runtime, running: Runtime, redis_url: str) -> Iterator[tuple[Flask, redis.Redis]]:
    """The application with rate limits, which are one setting of a process and so lifted again; and their counts."""
    settings = running.settings.model_copy(update={"rate_limits": True, "redis_url": redis_url})
    counts = redis.Redis.from_url(redis_url)
    yield create_app(settings, runtime=replace_parts(running, settings=settings)), counts
    counts.close()
    create_app(admin_runtime.settings, runtime=admin_runtime)


def test_every_form_is_slowed_down(limited: tuple[Flask, redis.Redis], account: Callable[..., StaffLogin]) -> None:
    """Each is sent once, its counts are set as if it had been sent a thousand times more, and it is sent again."""
    app, counts = limited
    client, login = app.test_client(), account("owner")
    client.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    visitor = Visitor(client)
    assert visitor.log_in(login.email, login.password).status_code == 302
    token, cookie = visitor.token("/admin/"), _cookie(visitor)
    for rule in rules_of(app):
        if "POST" not in (rule.methods or ()):
            continue
        for status in (None, 429):
            client.set_cookie("session", cookie)
            answer = client.post(path_of(app, rule), data={"csrf_token": token})
            assert status in (None, answer.status_code), rule.endpoint
            if rule.endpoint == "admin.login.log_out" and status is None:
                assert visitor.log_in(login.email, login.password).status_code == 302
                token, cookie = visitor.token("/admin/"), _cookie(visitor)
            for key in list(counts.scan_iter("LIMITS:*203.0.113.77*")):
                counts.incrby(key, 1_000)
        _start_anew(counts)


def _start_anew(counts: redis.Redis) -> None:
    for key in list(counts.scan_iter("LIMITS:*203.0.113.77*")):
        counts.delete(key)

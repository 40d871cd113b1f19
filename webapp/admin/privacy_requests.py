"""The privacy desk: requests about data with their legal clocks, written down, extended, carried out and closed."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, SENDERS, needs_role, staff
from webapp.admin.privacy_forms import CloseForm, ExtendForm, PrivacyRequestForm
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.ids import address_key
from webapp.domain.privacy_request import (
    CARRIED_OUT_HERE,
    KIND_LABELS,
    LAW_LABELS,
    OUTCOME_LABELS,
    SOURCE_LABELS,
    PrivacyLaw,
    RequestKind,
    RequestOutcome,
    RequestSource,
    RequestStatus,
)
from webapp.queries.privacy_request import (
    count_open_requests,
    get_privacy_request,
    held_of,
    list_privacy_requests,
    privacy_request_state,
)
from webapp.services import privacy_answer, privacy_request
from webapp.ui.formats import plural
from webapp.ui.lists import chosen, chosen_person, cursor, page_links
from webapp.ui.refusals import put_beside_fields, tell

blueprint = Blueprint("privacy_requests", __name__, url_prefix="/privacy")

SOON_DAYS = 7


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Open requests, the most urgent first; or those that are closed."""
    status, kind = chosen("status", RequestStatus) or RequestStatus.OPEN, chosen("kind", RequestKind)
    person, today = chosen_person(), runtime().clock.now().date()
    with runtime().begin() as session:
        page = list_privacy_requests(session, status=status, kind=kind, person=person, cursor=cursor())
        waiting, late = count_open_requests(session, today)
    return render_template(
        "admin/privacy_requests.html",
        page=page,
        status=status,
        kind=kind,
        person=person.hex() if person else None,
        waiting=waiting,
        late=late,
        today=today,
        may_change=staff().may(SENDERS),
        **_words(),
        **page_links(page),
    )


@blueprint.get("/new")
@needs_role(SENDERS)
def new() -> ResponseReturnValue:
    """The form for a request that came by letter, phone or mail."""
    form = PrivacyRequestForm(formdata=None, received_on=runtime().clock.now().date())
    return render_template("admin/privacy_request_new.html", form=form)


@blueprint.post("/new")
@rate_limited("30/minute")
@needs_role(SENDERS)
def record() -> ResponseReturnValue:
    """Write it down: its clock runs from the day on which it came."""
    built, form = runtime(), PrivacyRequestForm()
    if not form.validate():
        return render_template("admin/privacy_request_new.html", form=form), 422
    address = form.address.data
    try:
        with built.begin() as session:
            made = privacy_request.record(
                session,
                built.clock,
                kind=RequestKind(form.kind.data or ""),
                law=PrivacyLaw(form.law.data or ""),
                source=RequestSource(form.source.data or ""),
                received_on=form.received_on.data or built.clock.now().date(),
                person=address_key(built.links.secret, address) if address else None,
                actor=staff().email,
            )
            write_down(session, "recorded", "privacy_request", str(made), after=privacy_request_state(session, made))
    except Refused as refusal:
        put_beside_fields(form, refusal)
        return render_template("admin/privacy_request_new.html", form=form), 422
    flash("Written down. Its clock runs.", "good")
    return redirect(url_for(".detail", row_id=made), 303)


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One request, what we hold of who asked, and how far partners were told."""
    return _detail(row_id, ExtendForm(formdata=None), CloseForm(formdata=None))


@blueprint.post("/<uuid:row_id>/extend")
@rate_limited("30/minute")
@needs_role(SENDERS)
def extend(row_id: UUID) -> ResponseReturnValue:
    """Take the longer time that the law allows, once, with a reason."""
    built, form = runtime(), ExtendForm()
    if not form.validate():
        return _detail(row_id, form, CloseForm(formdata=None)), 422
    try:
        with built.begin() as session:
            before = privacy_request_state(session, row_id)
            privacy_request.extend(session, built.clock, row_id, form.words.data or "")
            after = privacy_request_state(session, row_id)
            write_down(session, "extended", "privacy_request", str(row_id), before=before, after=after)
    except Refused as refusal:
        put_beside_fields(form, refusal)
        return _detail(row_id, form, CloseForm(formdata=None)), 422
    flash("Extended. Tell them now, with the reason: the law asks for that within the first time.", "good")
    return redirect(url_for(".detail", row_id=row_id), 303)


@blueprint.post("/<uuid:row_id>/carry-out")
@rate_limited("10/minute")
@needs_role(SENDERS)
def carry_out(row_id: UUID) -> ResponseReturnValue:
    """Have what they ask for done with everything we hold under their address."""
    built = runtime()
    try:
        with built.begin() as session:
            before = privacy_request_state(session, row_id)
            touched = privacy_answer.carry_out(session, built.clock, row_id)
            after = {**privacy_request_state(session, row_id), "requests_touched": touched}
            write_down(session, "carried_out", "privacy_request", str(row_id), before=before, after=after)
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for(".detail", row_id=row_id), 303)
    built.wake_up.nudge()
    flash(f"Done, with {plural(touched, 'request')} of theirs. Answer them, then close this.", "good")
    return redirect(url_for(".detail", row_id=row_id), 303)


@blueprint.post("/<uuid:row_id>/close")
@rate_limited("30/minute")
@needs_role(SENDERS)
def close(row_id: UUID) -> ResponseReturnValue:
    """End a request, with a note on what was answered."""
    built, form = runtime(), CloseForm()
    with built.begin() as session:
        get_privacy_request(session, row_id)
    if not form.validate():
        return _detail(row_id, ExtendForm(formdata=None), form), 422
    try:
        with built.begin() as session:
            before = privacy_request_state(session, row_id)
            outcome = RequestOutcome(form.outcome.data or "")
            privacy_request.close(session, built.clock, row_id, outcome, form.note.data or "", actor=staff().email)
            after = privacy_request_state(session, row_id)
            write_down(session, "closed", "privacy_request", str(row_id), before=before, after=after)
    except InvalidTransition:
        flash("It is closed already, so nothing was changed.", "error")
    except Refused as refusal:
        put_beside_fields(form, refusal)
        return _detail(row_id, ExtendForm(formdata=None), form), 422
    else:
        flash("Closed.", "good")
    return redirect(url_for(".detail", row_id=row_id), 303)


def _detail(row_id: UUID, extend_form: ExtendForm, close_form: CloseForm) -> str:
    today = runtime().clock.now().date()
    with runtime().begin() as session:
        row = get_privacy_request(session, row_id)
        held = held_of(session, row.person) if row.person else None
    return render_template(
        "admin/privacy_request.html",
        row=row,
        held=held,
        today=today,
        extend_form=extend_form,
        close_form=close_form,
        may_extend=row.extended_at is None and today <= row.due_on,
        may_carry_out=row.kind in CARRIED_OUT_HERE and row.person is not None,
        may_change=staff().may(SENDERS),
        notice_looks=words.NOTICE_LOOKS,
        **_words(),
    )


def _words() -> dict[str, object]:
    return {
        "kinds": KIND_LABELS,
        "laws": LAW_LABELS,
        "sources": SOURCE_LABELS,
        "outcomes": OUTCOME_LABELS,
        "clock": _clock,
    }


def _clock(days: int) -> tuple[str, str]:
    """How much of its time a request has left, in words and in which tone."""
    if days < 0:
        return f"{plural(-days, 'day')} late", "error"
    if days == 0:
        return "Today is the last day", "error"
    return f"{plural(days, 'day')} left", "warm" if days <= SOON_DAYS else "good"

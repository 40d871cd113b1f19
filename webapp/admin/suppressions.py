"""Suppressions: which addresses get no mail. Found by the keyed hash of an address, which is all there is of it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.forms import FindAddressForm, LiftForm, SuppressForm
from webapp.admin.guard import EVERYONE, SENDERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.ids import address_key
from webapp.domain.message import MessageClass
from webapp.domain.suppression import EVERY_CLASS, LiftReason, SuppressionReason
from webapp.queries.suppression import get_suppression, list_suppressions
from webapp.services import suppression
from webapp.ui.lists import chosen, chosen_person, cursor, page_links
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("suppressions", __name__, url_prefix="/suppressions")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Suppressions, newest first."""
    return _list(FindAddressForm(formdata=None), SuppressForm(formdata=None))


@blueprint.post("/find")
@rate_limited("60/minute")
@needs_role(SENDERS)
def find() -> ResponseReturnValue:
    """Those of one address. Posted, so that it stands in no address bar and no log."""
    form = FindAddressForm()
    if not form.validate():
        return _list(form, SuppressForm(formdata=None)), 422
    return redirect(url_for(".index", person=_key(form.address.data or "").hex()), 303)


@blueprint.post("")
@rate_limited("30/minute")
@needs_role(SENDERS)
def add() -> ResponseReturnValue:
    """No more mail to an address, of one class or of all."""
    built, form = runtime(), SuppressForm()
    if not form.validate():
        return _list(FindAddressForm(formdata=None), form), 422
    key = _key(form.address.data or "")
    classes = EVERY_CLASS if form.scope.data == SuppressForm.EVERYTHING else (MessageClass(form.scope.data or ""),)
    reason = SuppressionReason(form.reason.data or "")
    with built.begin() as session:
        made = suppression.suppress(session, key, classes, reason=reason, at=built.clock.now())
        if made:
            write_down(
                session,
                "suppressed",
                "address",
                key.hex(),
                after={"classes": [each.value for each in classes], "reason": reason.value},
            )
    flash("It gets no more such mail." if made else "It got no such mail before: nothing was changed.", "good")
    return redirect(url_for(".index", person=key.hex()), 303)


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One of them, and the way to lift it."""
    return _detail(row_id, LiftForm(formdata=None))


@blueprint.post("/<uuid:row_id>/lift")
@rate_limited("30/minute")
@needs_role(SENDERS)
def lift(row_id: UUID) -> ResponseReturnValue:
    """Let the address have such mail again, as far as this cause stopped it."""
    form = LiftForm()
    with runtime().begin() as session:
        row = get_suppression(session, row_id)
    if not form.validate():
        return _detail(row_id, form), 422
    reason = LiftReason(form.reason.data or "")
    try:
        with runtime().begin() as session:
            suppression.lift_row(session, row_id, reason)
            write_down(
                session,
                "lifted",
                "address",
                row.person,
                before={"class": row.message_class.value, "reason": row.reason},
                after={"reason": reason.value},
            )
    except Refused as refusal:
        put_beside_fields(form, refusal)
        return _detail(row_id, form), 422
    flash("Lifted. What else stops mail to this address still stands.", "good")
    return redirect(url_for(".index", person=row.person), 303)


def _list(find_form: FindAddressForm, form: SuppressForm) -> str:
    person, reason = chosen_person(), chosen("reason", SuppressionReason)
    with runtime().begin() as session:
        page = list_suppressions(session, cursor=cursor(), person=person, reason=reason)
    return render_template(
        "admin/suppressions.html",
        page=page,
        person=person.hex() if person else None,
        reason=reason,
        find_form=find_form,
        form=form,
        may_change=staff().may(SENDERS),
        class_labels=words.CLASS_LABELS,
        causes=words.SUPPRESSION_WORDS,
        **page_links(page),
    )


def _detail(row_id: UUID, form: LiftForm) -> str:
    with runtime().begin() as session:
        row = get_suppression(session, row_id)
    return render_template(
        "admin/suppression.html",
        row=row,
        form=form,
        may_change=staff().may(SENDERS),
        class_labels=words.CLASS_LABELS,
        causes=words.SUPPRESSION_WORDS,
    )


def _key(address: str) -> bytes:
    return address_key(runtime().links.secret, address)

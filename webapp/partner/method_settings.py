"""The settings of a delivery method: the form that adds or changes one, and shows what it would send."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.delivery import Channel
from webapp.domain.errors import Refused
from webapp.domain.partner_role import SETS_DELIVERY
from webapp.partner.delivery_methods import method_parts
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.queries.delivery_method import MethodRow, get_method, method_state
from webapp.queries.question import list_questions
from webapp.services import delivery_method
from webapp.services.sample_lead import preview_request, read_answer
from webapp.ui.delivery_method_form import (
    filled_form,
    is_readable,
    new_form,
    parts_of,
    put_problems,
    sent_form,
    wanted_of,
)
from webapp.ui.payload import payload_of

blueprint = Blueprint("method_settings", __name__, url_prefix="/delivery-methods")

TRIES = ("preview", "try")
"""Buttons of the form that show what would be, and save nothing."""
MORE = ("fields", "rules")
"""Buttons of the form that bring further rows."""


@blueprint.get("/new")
@needs_role(SETS_DELIVERY)
def new() -> ResponseReturnValue:
    """Which kind, or the form of the kind that the address names."""
    if not request.args.get("kind"):
        return render_template("delivery/kinds.html", **method_parts())
    kind = _kind(request.args["kind"])
    return _form_page(kind, new_form(kind, _questions()), None)


@blueprint.post("/new")
@rate_limited("120/minute")
@needs_role(SETS_DELIVERY)
def create() -> ResponseReturnValue:
    """Add a method behind those there are, or only show what it would send."""
    built, partner_id, kind = runtime(), member().partner_id, _kind(request.form.get("kind", ""))
    form, answer = _sent(kind, None)
    if answer is not None:
        return answer
    try:
        with built.begin() as session:
            added = delivery_method.add(
                session, built.clock, built.seal, partner_id, wanted_of(kind, form), allow_loopback=_loopback()
            )
            told = method_state(session, added.method_id)
            write_down(session, "added", "delivery_method", str(added.method_id), after=told)
            method = get_method(session, added.method_id, partner_id=partner_id)
    except Refused as refusal:
        put_problems(form, refusal.problems)
        return _form_page(kind, form, None), 422
    if added.secret:
        return render_template(
            "delivery/secret.html", method=method, secret=added.secret, is_new=True, **method_parts()
        )
    flash("Added, behind the methods there were.", "good")
    return redirect(url_for("partner.delivery_methods.detail", row_id=method.id), 303)


@blueprint.get("/<uuid:row_id>/edit")
@needs_role(SETS_DELIVERY)
def edit(row_id: UUID) -> ResponseReturnValue:
    """The form, filled in."""
    method = _method(row_id)
    form = filled_form(
        method.kind,
        _questions(),
        method.config,
        name=method.name,
        url=method.url,
        per_minute=method.limits.per_minute,
        at_once=method.limits.at_once,
    )
    return _form_page(method.kind, form, method)


@blueprint.post("/<uuid:row_id>/edit")
@rate_limited("120/minute")
@needs_role(SETS_DELIVERY)
def change(row_id: UUID) -> ResponseReturnValue:
    """Keep the settings, or only show what they would send."""
    built, partner_id, method = runtime(), member().partner_id, _method(row_id)
    form, answer = _sent(method.kind, method)
    if answer is not None:
        return answer
    wanted = wanted_of(method.kind, form)
    try:
        with built.begin() as session:
            before = method_state(session, row_id)
            delivery_method.change(
                session, built.seal, row_id, wanted, partner_id=partner_id, allow_loopback=_loopback()
            )
            session.flush()
            write_down(
                session, "changed", "delivery_method", str(row_id), before=before, after=method_state(session, row_id)
            )
    except Refused as refusal:
        put_problems(form, refusal.problems)
        return _form_page(method.kind, form, method), 422
    flash("Saved. What is on its way takes the new settings.", "good")
    return redirect(url_for("partner.delivery_methods.detail", row_id=row_id), 303)


def _sent(kind: Channel, method: MethodRow | None) -> tuple[Any, ResponseReturnValue | None]:
    """The form as it was sent; and the page to answer with, where it is not to be saved, or not yet."""
    done = request.form.get("do", "")
    form = sent_form(kind, _questions(), request.form, more=done)
    if done in MORE:
        return form, _form_page(kind, form, method)
    if not (is_readable(form) if done in TRIES else form.validate_on_submit()):
        return form, (_form_page(kind, form, method), 422)
    if done not in TRIES:
        return form, None
    try:
        return form, _form_page(kind, form, method, **_tried(kind, form, done))
    except Refused as refusal:
        put_problems(form, refusal.problems)
        return form, (_form_page(kind, form, method), 422)


def _tried(kind: Channel, form: Any, done: str) -> dict[str, Any]:
    built, wanted = runtime(), wanted_of(kind, form)
    if done == "try":
        status, body = form.try_status.data or 200, form.try_body.data or ""
        return {"read": read_answer(built.clock, kind, wanted.config, status=status, body=body)}
    with built.begin() as session:
        shown, body = preview_request(session, built.links, built.clock, member().partner_id, wanted)
    return {"preview": shown, "body": payload_of(body.content, body.content_type), "problems": body.problems}


def _form_page(kind: Channel, form: Any, method: MethodRow | None, **more: Any) -> str:
    return render_template(
        "delivery/edit.html",
        kind=kind,
        form=form,
        method=method,
        **parts_of(form),
        **method_parts(),
        **more,
    )


def _method(row_id: UUID) -> MethodRow:
    with runtime().begin() as session:
        return get_method(session, row_id, partner_id=member().partner_id)


def _questions() -> tuple[tuple[str, str], ...]:
    with runtime().begin() as session:
        return list_questions(session, member().partner_id)


def _kind(text: str) -> Channel:
    try:
        return Channel(text)
    except ValueError:
        abort(422 if request.method == "POST" else 404)


def _loopback() -> bool:
    return runtime().settings.webhook_allow_loopback

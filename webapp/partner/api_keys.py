"""API keys of the school's own systems: made, shown once, revoked."""

from datetime import UTC, datetime, time
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.api_key import SCOPE_WORDS, Scope
from webapp.domain.errors import Refused
from webapp.domain.partner_role import OWNERS
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.queries.api_key import api_key_state, list_api_keys
from webapp.services.api_key import create_key, revoke_key
from webapp.ui.api_key_form import ApiKeyForm
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("api_keys", __name__, url_prefix="/api-keys")


@blueprint.get("")
@needs_role(OWNERS)
def index() -> ResponseReturnValue:
    """Every key, and a form for another."""
    return _page(ApiKeyForm())


@blueprint.post("")
@rate_limited("10/minute;50/hour")
@needs_role(OWNERS)
def create() -> ResponseReturnValue:
    """Make a key and show it, this once."""
    sent, built, partner_id = ApiKeyForm(), runtime(), member().partner_id
    if not sent.validate_on_submit():
        return _page(sent), 422
    until = datetime.combine(sent.expires_at.data, time(0), UTC) if sent.expires_at.data else None
    try:
        with built.begin() as session:
            key_id, made = create_key(
                session,
                built.clock,
                partner_id=partner_id,
                name=sent.name.data or "",
                scopes=[Scope(each) for each in sent.scopes.data],
                test=sent.data_kind.data != "live",
                actor=member().email,
                expires_at=until,
            )
            write_down(session, "made", "api_key", str(key_id), after=api_key_state(session, partner_id, key_id))
    except Refused as refusal:
        put_beside_fields(sent, refusal)
        return _page(sent), 422
    return render_template("partner/api_key.html", name=sent.name.data, key=made)


@blueprint.post("/<uuid:row_id>/revoke")
@rate_limited("30/minute")
@needs_role(OWNERS)
def revoke(row_id: UUID) -> ResponseReturnValue:
    """It opens nothing from now on."""
    built, partner_id = runtime(), member().partner_id
    with built.begin() as session:
        before = api_key_state(session, partner_id, row_id)
        revoke_key(session, built.clock, partner_id=partner_id, key_id=row_id, actor=member().email)
        write_down(session, "revoked", "api_key", str(row_id), before=before)
    flash(f"“{before['name']}” is revoked. It opens nothing any more.", "good")
    return redirect(url_for("partner.api_keys.index"), 303)


def _page(form: ApiKeyForm) -> str:
    built = runtime()
    with built.begin() as session:
        keys = list_api_keys(session, member().partner_id)
    return render_template(
        "partner/api_keys.html", keys=keys, form=form, scope_words=SCOPE_WORDS, now=built.clock.now()
    )

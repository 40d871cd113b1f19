"""API keys of a partner's systems: which there are, when they were used, and revoking one."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.delivery_methods import school_name
from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.queries.api_key import api_key_state, list_api_keys
from webapp.services.api_key import revoke_key

blueprint = Blueprint("api_keys", __name__, url_prefix="/partners/<uuid:row_id>/api-keys")


@blueprint.get("")
@needs_role(EVERYONE)
def index(row_id: UUID) -> ResponseReturnValue:
    """Every key, without its secret. Only the partner's owner makes them, in the portal."""
    built, school = runtime(), school_name(row_id)
    with built.begin() as session:
        keys = list_api_keys(session, row_id)
    return render_template(
        "admin/api_keys.html",
        keys=keys,
        partner_id=row_id,
        school=school,
        now=built.clock.now(),
        may_revoke=staff().may(PARTNER_MANAGERS),
    )


@blueprint.post("/<uuid:key_id>/revoke")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def revoke(row_id: UUID, key_id: UUID) -> ResponseReturnValue:
    """It opens nothing from now on."""
    built = runtime()
    with built.begin() as session:
        before = api_key_state(session, row_id, key_id)
        revoke_key(session, built.clock, partner_id=row_id, key_id=key_id, actor=staff().email)
        session.flush()
        after = api_key_state(session, row_id, key_id)
        write_down(session, "revoked", "api_key", str(key_id), before=before, after=after)
    flash(f"“{before['name']}” is revoked. It opens nothing any more.", "good")
    return redirect(url_for("admin.api_keys.index", row_id=row_id), 303)

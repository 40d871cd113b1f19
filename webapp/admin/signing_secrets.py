"""The secret that signs what is posted: changed with an overlap, shown once."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.delivery_methods import method_parts
from webapp.admin.guard import PARTNER_MANAGERS, needs_role
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.queries.delivery_method import get_method
from webapp.services.signing_secret import end_overlap, rotate_secret
from webapp.ui.delivery_method_form import OverlapForm
from webapp.ui.refusals import tell

blueprint = Blueprint(
    "signing_secrets", __name__, url_prefix="/partners/<uuid:row_id>/delivery-methods/<uuid:method_id>/secret"
)


@blueprint.post("/change")
@rate_limited("10/minute;30/hour")
@needs_role(PARTNER_MANAGERS)
def rotate(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """Make a new secret and show it, this once."""
    built, form = runtime(), OverlapForm()
    with built.begin() as session:
        get_method(session, method_id, partner_id=row_id)
    if not form.validate_on_submit():
        flash("Choose how long the former secret signs too.", "error")
        return redirect(url_for("admin.delivery_methods.detail", row_id=row_id, method_id=method_id), 303)
    try:
        with built.begin() as session:
            secret = rotate_secret(
                session, built.clock, built.seal, method_id, partner_id=row_id, overlap=form.how_long
            )
            session.flush()
            method = get_method(session, method_id, partner_id=row_id)
            write_down(
                session,
                "changed the secret of",
                "delivery_method",
                str(method_id),
                before={"secret": "former"},
                after={"secret": "new", "overlap_hours": form.how_long.total_seconds() / 3600},
            )
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for("admin.delivery_methods.detail", row_id=row_id, method_id=method_id), 303)
    return render_template("delivery/secret.html", method=method, secret=secret, is_new=False, **method_parts(row_id))


@blueprint.post("/end-overlap")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def end(row_id: UUID, method_id: UUID) -> ResponseReturnValue:
    """The former secret signs no more."""
    try:
        with runtime().begin() as session:
            end_overlap(session, method_id, partner_id=row_id)
            write_down(
                session,
                "ended the former secret of",
                "delivery_method",
                str(method_id),
                before={"former_signs": True},
                after={"former_signs": False},
            )
    except Refused as refusal:
        tell(refusal)
    else:
        flash("Only the new secret signs from now on.", "good")
    return redirect(url_for("admin.delivery_methods.detail", row_id=row_id, method_id=method_id), 303)

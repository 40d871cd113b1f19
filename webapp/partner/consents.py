"""The certificate of a consent: the page that the address in each lead leads to, for whoever is logged in."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.partner_role import EVERYONE
from webapp.partner.guard import member, needs_role
from webapp.queries.consent_certificate import get_consent_certificate

blueprint = Blueprint("consents", __name__, url_prefix="/consents")


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """The exact words, version, time and page, with the chain checked just now. It prints."""
    built = runtime()
    with built.begin() as session:
        certificate = get_consent_certificate(session, member().partner_id, row_id)
    return render_template("partner/certificate.html", certificate=certificate, checked_at=built.clock.now())

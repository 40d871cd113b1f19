"""What a partner asks of its leads apart from its filter, and when complaints pause it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.queries.partners import PartnerDetail, get_partner
from webapp.queries.screening_policy import screening_of
from webapp.services import screening_policy
from webapp.ui import screening_form
from webapp.ui.screening_form import ScreeningForm, StaffScreeningForm

blueprint = Blueprint("partner_screening", __name__, url_prefix="/partners/<uuid:row_id>/screening")


@blueprint.get("")
@needs_role(EVERYONE)
def index(row_id: UUID) -> ResponseReturnValue:
    """The settings, to change for those who may."""
    with runtime().begin() as session:
        partner = get_partner(session, row_id, runtime().clock.now())
        held = screening_of(session, row_id)
    return _page(partner, screening_form.filled(StaffScreeningForm, held))


@blueprint.post("")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def change(row_id: UUID) -> ResponseReturnValue:
    """Keep them."""
    built, form = runtime(), StaffScreeningForm()
    with built.begin() as session:
        partner = get_partner(session, row_id, built.clock.now())
        held = screening_of(session, row_id)
    if not form.validate_on_submit():
        return _page(partner, form), 422
    try:
        with built.begin() as session:
            after = screening_form.asked(form, held)
            before = screening_policy.change(session, built.clock, row_id, after, actor=staff().email)
            told = screening_form.changes(before, after)
            write_down(session, "changed", "screening", str(row_id), **told)
    except Refused as refusal:
        screening_form.put_beside(form, refusal)
        return _page(partner, form), 422
    flash("Saved. It holds for leads that are looked at from now on.", "good")
    return redirect(url_for(".index", row_id=row_id), 303)


def _page(partner: PartnerDetail, form: ScreeningForm) -> str:
    with runtime().begin() as session:
        held = screening_of(session, partner.id)
    return render_template(
        "admin/partner_screening.html",
        partner=partner,
        held=held,
        form=form,
        may_change=staff().may(PARTNER_MANAGERS),
        match_words=screening_form.MATCH_WORDS,
    )

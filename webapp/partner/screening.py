"""What the school asks of its leads apart from its filter: who is the same person, which details are looked at."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.partner_role import EVERYONE, OWNERS
from webapp.domain.screening import Screening
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.queries.screening_policy import screening_of
from webapp.services import screening_policy
from webapp.ui import screening_form
from webapp.ui.screening_form import ScreeningForm

blueprint = Blueprint("screening", __name__, url_prefix="/screening")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """The settings, to change for those who may."""
    with runtime().begin() as session:
        held = screening_of(session, member().partner_id)
    return _page(held, screening_form.filled(ScreeningForm, held))


@blueprint.post("")
@rate_limited("30/minute")
@needs_role(OWNERS)
def change() -> ResponseReturnValue:
    """Keep them. What lets more leads through raises what is spent, so owners alone may."""
    built, form, who = runtime(), ScreeningForm(), member()
    with built.begin() as session:
        held = screening_of(session, who.partner_id)
    if not form.validate_on_submit():
        return _page(held, form), 422
    try:
        with built.begin() as session:
            after = screening_form.asked(form, held)
            before = screening_policy.change(session, built.clock, who.partner_id, after, actor=who.email)
            told = screening_form.changes(before, after)
            write_down(session, "changed", "screening", str(who.partner_id), **told)
    except Refused as refusal:
        screening_form.put_beside(form, refusal)
        return _page(held, form), 422
    flash("Saved. It holds for leads that are looked at from now on.", "good")
    return redirect(url_for(".index"), 303)


def _page(held: Screening, form: ScreeningForm) -> str:
    return render_template(
        "partner/screening.html",
        held=held,
        form=form,
        may_change=member().role in OWNERS,
        match_words=screening_form.MATCH_WORDS,
    )

"""The terms of a partner: what is in force, what was, and agreeing on the next version."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import partner_words
from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.partner_forms import TermsForm, terms_form
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.billing_cycle import CycleKind
from webapp.domain.errors import Refused
from webapp.domain.lead_return import ReturnReason
from webapp.domain.terms import DEFAULT_RETURN_DAYS, Fee, FeeKind
from webapp.queries.partners import PartnerDetail, get_partner
from webapp.queries.terms import Terms, find_terms, list_terms
from webapp.services import terms as agreements
from webapp.services.terms import Agreed
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("terms", __name__, url_prefix="/partners/<uuid:row_id>/terms")


@blueprint.get("")
@needs_role(EVERYONE)
def index(row_id: UUID) -> ResponseReturnValue:
    """Every version, and for those who may the form for the next, filled with what is in force."""
    with runtime().begin() as session:
        partner = get_partner(session, row_id, runtime().clock.now())
    return _page(partner, _form(partner))


@blueprint.post("")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def agree(row_id: UUID) -> ResponseReturnValue:
    """Make a version."""
    built = runtime()
    with built.begin() as session:
        partner = get_partner(session, row_id, built.clock.now())
    form = terms_form(_groups(partner))
    if form.validate_on_submit():
        try:
            with built.begin() as session:
                before = _state(find_terms(session, row_id, built.clock.now()))
                agreed = _agreed(form, partner)
                agreements.agree(session, built.clock, row_id, agreed, actor=staff().email, from_day=form.from_day.data)
                session.flush()
                newest = list_terms(session, row_id)[0]
                write_down(session, "agreed", "terms", str(row_id), before=before, after=_state(newest))
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            flash("Agreed. Leads whose place was reserved before keep the price they had.", "good")
            return redirect(url_for("admin.terms.index", row_id=row_id), 303)
    return _page(partner, form), 422


def _page(partner: PartnerDetail, form: TermsForm) -> str:
    built = runtime()
    with built.begin() as session:
        versions = list_terms(session, partner.id)
    groups = {group.id: group.name for group in partner.groups}
    return render_template(
        "admin/terms.html",
        partner=partner,
        form=form,
        price_fields=[form[f"price_{key}"] for key in _groups(partner)],
        versions=[(version, partner_words.terms_facts(version, groups)) for version in versions],
        now=built.clock.now(),
        current=partner.terms,
        may_change=staff().may(PARTNER_MANAGERS),
    )


def _groups(partner: PartnerDetail) -> dict[str, str]:
    return {group.id.hex: group.name for group in partner.groups}


def _form(partner: PartnerDetail) -> TermsForm:
    held = partner.terms
    if held is None:
        return terms_form(_groups(partner), cycle=CycleKind.MONTHLY, return_days=DEFAULT_RETURN_DAYS)
    prices = {
        f"price_{fee.group_id.hex}": fee.cents / 100
        for fee in held.fees
        if fee.kind is FeeKind.PER_LEAD and fee.group_id
    }
    common = {(fee.kind, fee.group_id): fee.cents / 100 for fee in held.fees}
    return terms_form(
        _groups(partner),
        price=common.get((FeeKind.PER_LEAD, None)),
        flat=common.get((FeeKind.FLAT_PER_CYCLE, None)),
        cycle=held.cycle,
        return_days=held.return_days,
        return_percent=held.return_percent,
        auto_returns=sorted(held.auto_returns),
        **prices,
    )


def _agreed(form: TermsForm, partner: PartnerDetail) -> Agreed:
    named = [
        (FeeKind.PER_LEAD, form.price.data, None),
        (FeeKind.FLAT_PER_CYCLE, form.flat.data, None),
        *((FeeKind.PER_LEAD, form[f"price_{group.id.hex}"].data, group.id) for group in partner.groups),
    ]
    fees = tuple(Fee(kind, round(dollars * 100), group_id) for kind, dollars, group_id in named if dollars is not None)
    return Agreed(
        fees=fees,
        currency=partner.terms.currency if partner.terms else "USD",
        cycle=CycleKind(str(form.cycle.data)),
        return_days=form.return_days.data or 0,
        return_percent=form.return_percent.data,
        auto_returns=frozenset(ReturnReason(each) for each in form.auto_returns.data),
    )


def _state(terms: Terms | None) -> dict[str, object]:
    if terms is None:
        return {}
    return {
        "in_force_at": terms.in_force_at.isoformat(),
        "currency": terms.currency,
        "cycle": terms.cycle,
        "fees": [{"kind": fee.kind, "cents": fee.cents, "group": str(fee.group_id or "")} for fee in terms.fees],
        "return_days": terms.return_days,
        "return_percent": terms.return_percent,
        "auto_returns": sorted(terms.auto_returns),
    }

"""What a partner speaks for: its institutions, and the groups that its programs are in."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin.acts import carried_out
from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.partner_forms import GroupForm
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.queries.institution import programs_of_partner, search_institutions
from webapp.queries.partners import GroupRow, PartnerDetail, get_partner, partner_state
from webapp.services import partner as partners
from webapp.services import program_group as groups
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("program_groups", __name__, url_prefix="/partners/<uuid:row_id>/programs")

LONGEST_WORDS = 100


@blueprint.get("")
@needs_role(EVERYONE)
def index(row_id: UUID) -> ResponseReturnValue:
    """The partner's institutions and groups, and institutions to add."""
    return _page(row_id, GroupForm())


@blueprint.post("/institutions/<uuid:institution_id>")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def add_institution(row_id: UUID, institution_id: UUID) -> ResponseReturnValue:
    """The partner speaks for an institution from now on."""
    _change(
        row_id, lambda session: partners.speak_for(session, row_id, institution_id), "It speaks for it from now on."
    )
    return redirect(url_for(".index", row_id=row_id), 303)


@blueprint.post("/institutions/<uuid:institution_id>/remove")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def remove_institution(row_id: UUID, institution_id: UUID) -> ResponseReturnValue:
    """The partner no longer speaks for it."""
    _change(
        row_id,
        lambda session: partners.stop_speaking_for(session, row_id, institution_id),
        "It no longer speaks for it. Leads that exist go on.",
    )
    return redirect(url_for(".index", row_id=row_id), 303)


@blueprint.post("/groups")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def create(row_id: UUID) -> ResponseReturnValue:
    """Make a group."""
    form = GroupForm()
    if form.validate_on_submit():
        try:
            with runtime().begin() as session:
                before = partner_state(session, row_id)
                made = groups.create(session, runtime().clock, row_id, form.name.data or "")
                write_down(
                    session, "changed", "partner", str(row_id), before=before, after=partner_state(session, row_id)
                )
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            flash("Made. Choose the programs that belong to it.", "good")
            return redirect(url_for(".group", row_id=row_id, group_id=made), 303)
    return _page(row_id, form), 422


@blueprint.get("/groups/<uuid:group_id>")
@needs_role(EVERYONE)
def group(row_id: UUID, group_id: UUID) -> ResponseReturnValue:
    """One group, and the partner's programs to move into it."""
    words = request.args.get("words", "")[:LONGEST_WORDS]
    with runtime().begin() as session:
        partner = get_partner(session, row_id, runtime().clock.now())
        found = programs_of_partner(session, row_id, words)
    names = {program_id: each.name for each in partner.groups for program_id, _ in each.programs}
    return render_template(
        "admin/program_group.html",
        partner=partner,
        group=_group_of(partner, group_id),
        form=GroupForm(name=_group_of(partner, group_id).name),
        choices=found,
        group_names=names,
        words=words,
        may_change=staff().may(PARTNER_MANAGERS),
    )


@blueprint.post("/groups/<uuid:group_id>/rename")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def rename(row_id: UUID, group_id: UUID) -> ResponseReturnValue:
    """Give a group another name."""
    _check(row_id, group_id)
    name = GroupForm().name.data or ""
    _change(row_id, lambda session: groups.rename(session, runtime().clock, group_id, name), "Renamed.")
    return redirect(url_for(".group", row_id=row_id, group_id=group_id), 303)


@blueprint.post("/groups/<uuid:group_id>/put")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def put(row_id: UUID, group_id: UUID) -> ResponseReturnValue:
    """Move the ticked programs into a group, or out of it."""
    _check(row_id, group_id)
    ticked, shown = set(request.form.getlist("program")), set(request.form.getlist("shown"))

    def act(session: Session) -> None:
        groups.put(session, group_id, ticked)
        groups.take_out(session, group_id, shown - ticked)

    _change(row_id, act, "Saved. Leads that exist keep the price they had.")
    return redirect(url_for(".group", row_id=row_id, group_id=group_id), 303)


@blueprint.post("/groups/<uuid:group_id>/remove")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def remove(row_id: UUID, group_id: UUID) -> ResponseReturnValue:
    """Remove a group; its programs stand under the partner's own terms."""
    _check(row_id, group_id)
    _change(row_id, lambda session: groups.remove(session, group_id), "Removed.")
    return redirect(url_for(".index", row_id=row_id), 303)


def _change(row_id: UUID, act: Callable[[Session], object], done: str) -> None:
    """Do one change of a partner, write it down, and say what came of it."""

    def change(session: Session) -> None:
        before = partner_state(session, row_id)
        act(session)
        session.flush()
        write_down(session, "changed", "partner", str(row_id), before=before, after=partner_state(session, row_id))

    carried_out(change, done)


def _check(row_id: UUID, group_id: UUID) -> None:
    with runtime().begin() as session:
        _group_of(get_partner(session, row_id, runtime().clock.now()), group_id)


def _group_of(partner: PartnerDetail, group_id: UUID) -> GroupRow:
    for each in partner.groups:
        if each.id == group_id:
            return each
    raise NotFound("There is no such group.")


def _page(row_id: UUID, form: GroupForm) -> str:
    words = request.args.get("words", "")[:LONGEST_WORDS]
    with runtime().begin() as session:
        partner = get_partner(session, row_id, runtime().clock.now())
        found = search_institutions(session, words)
    return render_template(
        "admin/program_groups.html",
        partner=partner,
        form=form,
        words=words,
        found=found,
        may_change=staff().may(PARTNER_MANAGERS),
    )

"""A partner's caps, hours and pace: how full they are, what they mean now, and changing them."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain import cap_words, schedule_words
from webapp.domain.errors import Refused
from webapp.domain.geography import STATES
from webapp.domain.limits import LIMIT_ACTIONS, LimitVerdict, foresight_words
from webapp.queries.audit import AuditFilter, list_audit
from webapp.queries.cap import CapRow
from webapp.queries.limits import Limits, get_limits
from webapp.queries.schedule import find_schedule
from webapp.services import cap_terms, limits, schedule
from webapp.ui.limit_forms import CapChangeForm, CapForm, HoursForm, cap_change_form, cap_form, chosen_kind, hours_form

blueprint = Blueprint("limits", __name__, url_prefix="/partners/<uuid:row_id>/limits")

LATELY = 10


@blueprint.get("")
@needs_role(EVERYONE)
def index(row_id: UUID) -> ResponseReturnValue:
    """All limits of a partner, and what they would do with a lead that came this minute."""
    built = runtime()
    with built.begin() as session:
        found = get_limits(session, row_id, built.clock.now())
        kind = chosen_kind(found.kinds())
        foresight = limits.foresee(session, built.clock, row_id, kind, lead_expiry=built.policy.lead_expiry)
        changes = list_audit(session, AuditFilter("limits", str(row_id)), cursor=None)
    return render_template(
        "admin/limits.html",
        limits=found,
        kind=kind,
        states=STATES,
        sentence=foresight_words(foresight, found.say, whose="its"),
        tone="" if foresight.verdict is LimitVerdict.GOES else "warm",
        changes=changes.items[:LATELY],
        actions=LIMIT_ACTIONS,
        cap_words=cap_words,
        schedule_words=schedule_words,
        may_change=staff().may(PARTNER_MANAGERS),
    )


@blueprint.get("/caps/new")
@needs_role(PARTNER_MANAGERS)
def new_cap(row_id: UUID) -> ResponseReturnValue:
    """The form for a new cap."""
    found = _limits(row_id)
    return _cap_page(found, None, cap_form(found.groups, found.programs))


@blueprint.post("/caps/new")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def add_cap(row_id: UUID) -> ResponseReturnValue:
    """Have a cap in force: a new one, or another limit for the one of that kind."""
    found = _limits(row_id)
    form = cap_form(found.groups, found.programs)
    if not form.validate_on_submit():
        return _cap_page(found, None, form), 422
    wanted = form.terms(found.currency)
    about = found.about(wanted)

    def act(session: Session) -> None:
        before = cap_terms.set_cap(session, runtime().clock, row_id, wanted)
        told = cap_words.cap_state(before, about), cap_words.cap_state(wanted, about)
        write_down(session, "cap_set", "limits", str(row_id), before=told[0], after=told[1])

    return _done(row_id, form, act, "It holds from now on.") or (_cap_page(found, None, form), 422)


@blueprint.get("/caps/<uuid:cap_id>")
@needs_role(PARTNER_MANAGERS)
def cap(row_id: UUID, cap_id: UUID) -> ResponseReturnValue:
    """The form that changes a cap."""
    found = _limits(row_id)
    return _cap_page(found, found.cap(cap_id), cap_change_form(found.cap(cap_id).terms))


@blueprint.post("/caps/<uuid:cap_id>")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def change_cap(row_id: UUID, cap_id: UUID) -> ResponseReturnValue:
    """Give a cap another limit."""
    found = _limits(row_id)
    row = found.cap(cap_id)
    form = cap_change_form(row.terms)
    if not form.validate_on_submit():
        return _cap_page(found, row, form), 422
    wanted = form.terms()

    def act(session: Session) -> None:
        before = cap_terms.set_cap(session, runtime().clock, row_id, wanted)
        told = cap_words.cap_state(before, row.about), cap_words.cap_state(wanted, row.about)
        write_down(session, "cap_set", "limits", str(row_id), before=told[0], after=told[1])

    return _done(row_id, form, act, "It holds from now on.") or (_cap_page(found, row, form), 422)


@blueprint.post("/caps/<uuid:cap_id>/remove")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def remove_cap(row_id: UUID, cap_id: UUID) -> ResponseReturnValue:
    """Take a cap out of force."""
    row = _limits(row_id).cap(cap_id)
    with runtime().begin() as session:
        before = cap_terms.remove_cap(session, runtime().clock, row_id, cap_id)
        write_down(
            session, "cap_removed", "limits", str(row_id), before=cap_words.cap_state(before, row.about), after={}
        )
    return _back(row_id, "Removed. Leads that waited for it are looked at again.")


@blueprint.get("/hours")
@needs_role(PARTNER_MANAGERS)
def hours(row_id: UUID) -> ResponseReturnValue:
    """The form for the partner's own hours and pace."""
    return _hours_form(row_id, None)


@blueprint.post("/hours")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def set_hours(row_id: UUID) -> ResponseReturnValue:
    """Have other hours and another pace in force."""
    return _set_hours(row_id, None)


@blueprint.get("/groups/<uuid:group_id>/hours")
@needs_role(PARTNER_MANAGERS)
def group_hours(row_id: UUID, group_id: UUID) -> ResponseReturnValue:
    """The form for the hours and pace of one program group."""
    return _hours_form(row_id, group_id)


@blueprint.post("/groups/<uuid:group_id>/hours")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def set_group_hours(row_id: UUID, group_id: UUID) -> ResponseReturnValue:
    """Have hours and a pace of its own in force for a program group."""
    return _set_hours(row_id, group_id)


@blueprint.post("/groups/<uuid:group_id>/hours/remove")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def remove_group_hours(row_id: UUID, group_id: UUID) -> ResponseReturnValue:
    """The partner's own hours and pace stand for the group again."""
    name = _limits(row_id).group_name(group_id)
    with runtime().begin() as session:
        before = schedule.remove_schedule(session, runtime().clock, row_id, group_id=group_id)
        told = schedule_words.schedule_state(before, name)
        write_down(session, "hours_removed", "limits", str(row_id), before=told, after={})
    return _back(row_id, "The partner’s own hours and pace stand for it again.")


def _limits(row_id: UUID) -> Limits:
    built = runtime()
    with built.begin() as session:
        return get_limits(session, row_id, built.clock.now())


def _cap_page(found: Limits, row: CapRow | None, form: CapForm | CapChangeForm) -> str:
    return render_template("admin/limits_cap.html", limits=found, row=row, form=form, cap_words=cap_words)


def _hours_form(row_id: UUID, group_id: UUID | None) -> str:
    found = _limits(row_id)
    name = found.group_name(group_id) if group_id else ""
    with runtime().begin() as session:
        held = find_schedule(session, row_id, group_id)
    return _hours_page(found, group_id, name, hours_form(held or found.schedule), has_own=held is not None)


def _set_hours(row_id: UUID, group_id: UUID | None) -> ResponseReturnValue:
    found, form = _limits(row_id), HoursForm()
    name = found.group_name(group_id) if group_id else ""
    if form.validate_on_submit():
        wanted = form.schedule()

        def act(session: Session) -> None:
            before = schedule.set_schedule(session, runtime().clock, row_id, wanted, group_id=group_id)
            told = schedule_words.schedule_state(before, name), schedule_words.schedule_state(wanted, name)
            write_down(session, "hours_set", "limits", str(row_id), before=told[0], after=told[1])

        done = _done(row_id, form, act, "They hold from now on. Leads that wait are looked at again.")
        if done is not None:
            return done
    return _hours_page(found, group_id, name, form), 422


def _hours_page(found: Limits, group_id: UUID | None, name: str, form: HoursForm, *, has_own: bool = False) -> str:
    return render_template(
        "admin/limits_hours.html", limits=found, group_id=group_id, group_name=name, form=form, has_own=has_own
    )


def _done(
    row_id: UUID, form: CapForm | CapChangeForm | HoursForm, act: Callable[[Session], None], words: str
) -> ResponseReturnValue | None:
    """Do it and go back to the limits; None where it was refused, with the reasons beside the fields."""
    try:
        with runtime().begin() as session:
            act(session)
    except Refused as refusal:
        form.put_beside_fields(refusal)
        return None
    return _back(row_id, words)


def _back(row_id: UUID, words: str) -> ResponseReturnValue:
    runtime().wake_up.nudge()
    flash(words, "good")
    return redirect(url_for("admin.limits.index", row_id=row_id), 303)

"""The partner's own caps, hours and pace: how full they are, what they mean now, changing them, and requests."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.context import rate_limited, runtime
from webapp.domain import cap_words, schedule_words
from webapp.domain.cap import CapTerms
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.geography import STATES
from webapp.domain.limits import LIMIT_ACTIONS, LimitVerdict, foresight_words
from webapp.domain.partner_role import CHANGES_LIMITS, EVERYONE, OWNERS
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.queries.audit import AuditFilter, list_audit
from webapp.queries.cap import CapRow
from webapp.queries.limits import Limits, get_limits
from webapp.queries.schedule import find_schedule
from webapp.services import cap_request, limits, schedule
from webapp.services.cap_request import CapChange
from webapp.ui.limit_forms import CapChangeForm, CapForm, HoursForm, cap_change_form, cap_form, chosen_kind, hours_form

blueprint = Blueprint("limits", __name__, url_prefix="/limits")

LATELY = 10
ASKED = "Your owner decides about it: it may cost more. Until then the cap stays as it is."
Decide = Callable[..., CapChange]


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """All limits, and what they would do with a lead that came this minute."""
    built, partner_id = runtime(), member().partner_id
    with built.begin() as session:
        found = get_limits(session, partner_id, built.clock.now())
        kind = chosen_kind(found.kinds())
        foresight = limits.foresee(session, built.clock, partner_id, kind, lead_expiry=built.policy.lead_expiry)
        changes = list_audit(session, AuditFilter("limits", str(partner_id)), cursor=None)
    return render_template(
        "partner/limits.html",
        limits=found,
        kind=kind,
        states=STATES,
        sentence=foresight_words(foresight, found.say, whose="your"),
        tone="" if foresight.verdict is LimitVerdict.GOES else "warm",
        changes=changes.items[:LATELY],
        actions=LIMIT_ACTIONS,
        cap_words=cap_words,
        schedule_words=schedule_words,
        may_change=member().role in CHANGES_LIMITS,
        is_owner=_is_owner(),
    )


@blueprint.get("/caps/new")
@needs_role(CHANGES_LIMITS)
def new_cap() -> ResponseReturnValue:
    """The form for a new cap."""
    found = _limits()
    return _cap_page(found, None, cap_form(found.groups, found.programs))


@blueprint.post("/caps/new")
@rate_limited("30/minute")
@needs_role(CHANGES_LIMITS)
def add_cap() -> ResponseReturnValue:
    """Have a cap in force: a new one, or another limit for the one of that kind."""
    found = _limits()
    form = cap_form(found.groups, found.programs)
    if form.validate_on_submit():
        wanted = form.terms(found.currency)
        done = _set_cap(form, wanted, found.about(wanted), "")
        if done is not None:
            return done
    return _cap_page(found, None, form), 422


@blueprint.get("/caps/<uuid:row_id>")
@needs_role(CHANGES_LIMITS)
def cap(row_id: UUID) -> ResponseReturnValue:
    """The form that changes a cap."""
    found = _limits()
    return _cap_page(found, found.cap(row_id), cap_change_form(found.cap(row_id).terms))


@blueprint.post("/caps/<uuid:row_id>")
@rate_limited("30/minute")
@needs_role(CHANGES_LIMITS)
def change_cap(row_id: UUID) -> ResponseReturnValue:
    """Give a cap another limit, or ask the owner to."""
    found = _limits()
    row = found.cap(row_id)
    form = cap_change_form(row.terms)
    if form.validate_on_submit():
        done = _set_cap(form, form.terms(), row.about, form.words.data or "")
        if done is not None:
            return done
    return _cap_page(found, row, form), 422


@blueprint.post("/caps/<uuid:row_id>/remove")
@rate_limited("30/minute")
@needs_role(CHANGES_LIMITS)
def remove_cap(row_id: UUID) -> ResponseReturnValue:
    """Take a cap out of force, or ask the owner to."""
    found = _limits()
    row, form = found.cap(row_id), cap_change_form(found.cap(row_id).terms)

    def act(session: Session) -> bool:
        made = cap_request.remove(
            *(session, runtime().clock, member().partner_id, row_id),
            actor=member().email,
            may_raise_spend=_is_owner(),
        )
        _write_cap(session, "cap_removal_asked" if made.asked else "cap_removed", made, row.about)
        return made.asked

    words = "Removed. Leads that waited for it are looked at again."
    return _done(form, act, words) or (_cap_page(found, row, form), 422)


@blueprint.post("/requests/<uuid:row_id>/approve")
@rate_limited("30/minute")
@needs_role(OWNERS)
def approve(row_id: UUID) -> ResponseReturnValue:
    """What somebody of the team asked for is in force."""
    return _decide(row_id, cap_request.approve, "cap_request_approved", "Approved. It holds from now on.")


@blueprint.post("/requests/<uuid:row_id>/decline")
@rate_limited("30/minute")
@needs_role(OWNERS)
def decline(row_id: UUID) -> ResponseReturnValue:
    """The cap stays as it is."""
    return _decide(row_id, cap_request.decline, "cap_request_declined", "Declined. The cap stays as it is.")


@blueprint.post("/requests/<uuid:row_id>/take-back")
@rate_limited("30/minute")
@needs_role(CHANGES_LIMITS)
def take_back(row_id: UUID) -> ResponseReturnValue:
    """Ask no more."""
    return _decide(row_id, cap_request.take_back, "cap_request_taken_back", "Taken back. The cap stays as it is.")


@blueprint.get("/hours")
@needs_role(CHANGES_LIMITS)
def hours() -> ResponseReturnValue:
    """The form for hours and pace."""
    return _hours_form(None)


@blueprint.post("/hours")
@rate_limited("30/minute")
@needs_role(CHANGES_LIMITS)
def set_hours() -> ResponseReturnValue:
    """Have other hours and another pace in force."""
    return _set_hours(None)


@blueprint.get("/groups/<uuid:row_id>/hours")
@needs_role(CHANGES_LIMITS)
def group_hours(row_id: UUID) -> ResponseReturnValue:
    """The form for the hours and pace of one program group."""
    return _hours_form(row_id)


@blueprint.post("/groups/<uuid:row_id>/hours")
@rate_limited("30/minute")
@needs_role(CHANGES_LIMITS)
def set_group_hours(row_id: UUID) -> ResponseReturnValue:
    """Have hours and a pace of its own in force for a program group."""
    return _set_hours(row_id)


@blueprint.post("/groups/<uuid:row_id>/hours/remove")
@rate_limited("30/minute")
@needs_role(CHANGES_LIMITS)
def remove_group_hours(row_id: UUID) -> ResponseReturnValue:
    """The general hours and pace stand for the group again."""
    name, partner_id = _limits().group_name(row_id), member().partner_id
    with runtime().begin() as session:
        before = schedule.remove_schedule(session, runtime().clock, partner_id, group_id=row_id)
        _write(session, "hours_removed", schedule_words.schedule_state(before, name), {})
    return _back("Your general hours and pace stand for it again.")


def _is_owner() -> bool:
    return member().role in OWNERS


def _limits() -> Limits:
    built = runtime()
    with built.begin() as session:
        return get_limits(session, member().partner_id, built.clock.now())


def _set_cap(form: CapForm | CapChangeForm, wanted: CapTerms, about: str, words: str) -> ResponseReturnValue | None:
    def act(session: Session) -> bool:
        made = cap_request.change(
            *(session, runtime().clock, member().partner_id, wanted),
            actor=member().email,
            may_raise_spend=_is_owner(),
            words=words,
        )
        _write_cap(session, "cap_asked" if made.asked else "cap_set", made, about)
        return made.asked

    return _done(form, act, "It holds from now on.")


def _decide(row_id: UUID, decide: Decide, action: str, words: str) -> ResponseReturnValue:
    built, who = runtime(), member()
    try:
        with built.begin() as session:
            about = {each.id: each.about for each in get_limits(session, who.partner_id, built.clock.now()).requests}
            made = decide(session, built.clock, who.partner_id, row_id, actor=who.email)
            _write_cap(session, action, made, about.get(row_id, ""))
    except Refused as refusal:
        flash(" ".join(f"{each.what} {each.remedy}" for each in refusal.problems), "error")
        return redirect(url_for("partner.limits.index"), 303)
    except InvalidTransition:
        flash("It was decided already, so nothing was changed.", "error")
        return redirect(url_for("partner.limits.index"), 303)
    return _back(words)


def _hours_form(group_id: UUID | None) -> str:
    found = _limits()
    name = found.group_name(group_id) if group_id else ""
    with runtime().begin() as session:
        held = find_schedule(session, member().partner_id, group_id)
    return _hours_page(group_id, name, hours_form(held or found.schedule), has_own=held is not None)


def _set_hours(group_id: UUID | None) -> ResponseReturnValue:
    form, partner_id = HoursForm(), member().partner_id
    name = _limits().group_name(group_id) if group_id else ""
    if form.validate_on_submit():
        wanted = form.schedule()

        def act(session: Session) -> bool:
            before = schedule.set_schedule(session, runtime().clock, partner_id, wanted, group_id=group_id)
            told = schedule_words.schedule_state(before, name), schedule_words.schedule_state(wanted, name)
            _write(session, "hours_set", *told)
            return False

        done = _done(form, act, "They hold from now on. Leads that wait are looked at again.")
        if done is not None:
            return done
    return _hours_page(group_id, name, form), 422


def _cap_page(found: Limits, row: CapRow | None, form: CapForm | CapChangeForm) -> str:
    return render_template(
        "partner/limits_cap.html", limits=found, row=row, form=form, cap_words=cap_words, is_owner=_is_owner()
    )


def _hours_page(group_id: UUID | None, name: str, form: HoursForm, *, has_own: bool = False) -> str:
    return render_template(
        "partner/limits_hours.html", limits=_limits(), group_id=group_id, group_name=name, form=form, has_own=has_own
    )


def _write_cap(session: Session, action: str, made: CapChange, about: str) -> None:
    _write(session, action, cap_words.cap_state(made.before, about), cap_words.cap_state(made.after, about))


def _write(session: Session, action: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    write_down(session, action, "limits", str(member().partner_id), before=before, after=after)


def _done(
    form: CapForm | CapChangeForm | HoursForm, act: Callable[[Session], bool], words: str
) -> ResponseReturnValue | None:
    """Do it and go back to the limits; None where it was refused. `act` says whether only the owner was asked."""
    try:
        with runtime().begin() as session:
            asked = act(session)
    except Refused as refusal:
        form.put_beside_fields(refusal)
        return None
    return _back(ASKED if asked else words)


def _back(words: str) -> ResponseReturnValue:
    runtime().wake_up.nudge()
    flash(words, "good")
    return redirect(url_for("partner.limits.index"), 303)

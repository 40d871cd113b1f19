"""The versions of the weights: what is live, what waits, what was; publishing in two steps and going back in one."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin.guard import EVERYONE, IMPORTERS, needs_role, staff
from webapp.admin.playground import names_of
from webapp.admin.trail import write_down
from webapp.admin.weights_form import NoteForm, ProposalForm, differences, weights_form, weights_of
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.weights_version import WeightsOrigin, WeightsStatus
from webapp.matching.weights import Weights
from webapp.queries.weights import TrialRow, VersionRow, find_trial, get_version, list_versions, live_weights
from webapp.services import weights, weights_trial
from webapp.ui.refusals import put_beside_fields, tell

blueprint = Blueprint("weights", __name__, url_prefix="/weights")

STATUS_LOOKS = {
    WeightsStatus.LIVE: ("Live", "good"),
    WeightsStatus.PROPOSED: ("Waits for a decision", "warm"),
    WeightsStatus.FORMER: ("Former", "neutral"),
    WeightsStatus.DISCARDED: ("Thrown away", "neutral"),
}
ORIGIN_WORDS = {
    WeightsOrigin.CODE: "came with the release",
    WeightsOrigin.STAFF: "by staff",
    WeightsOrigin.LEARNED: "learned from what students did",
}


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Every version: proposals first, then what is live and what was."""
    with runtime().begin() as session:
        versions = list_versions(session)
    return render_template(
        "admin/weights.html",
        versions=versions,
        looks=STATUS_LOOKS,
        origins=ORIGIN_WORDS,
        may_change=staff().may(IMPORTERS),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One version beside the live one: the figures, the golden set, last week's lists, and what it was learned from."""
    return _page(row_id, None)


@blueprint.post("")
@rate_limited("30/minute")
@needs_role(IMPORTERS)
def propose() -> ResponseReturnValue:
    """Keep the figures tried in the playground as a proposal, and have them tried on all of last week's lists."""
    built = runtime()
    live = built.weights.current()
    form = weights_form(ProposalForm, live, request.form)
    told = weights_of(form, live)
    if told is None:
        return render_template("admin/weights_proposal.html", form=form), 422
    try:
        with built.begin() as session:
            note = str(form["note"].data or "")
            row_id = weights.propose(session, built.clock, told.to_json(), note=note, actor=staff().email)
            weights_trial.ask(session, built.clock, row_id, actor=staff().email)
            kept = get_version(session, row_id)
            write_down(session, "proposed", "weights", kept.version, before=state(live), after=state(kept.weights))
    except Refused as refusal:
        put_beside_fields(form, refusal)
        return render_template("admin/weights_proposal.html", form=form), 422
    built.wake_up.nudge()
    flash("Kept as a proposal. Nothing ranks with it until it is published.", "good")
    return redirect(url_for("admin.weights.detail", row_id=row_id), 303)


@blueprint.post("/<uuid:row_id>/publish")
@rate_limited("30/minute")
@needs_role(IMPORTERS)
def publish(row_id: UUID) -> ResponseReturnValue:
    """Let a proposal rank from now on."""
    built, form = runtime(), NoteForm()
    with built.begin() as session:
        get_version(session, row_id)
    if not form.validate_on_submit():
        return _page(row_id, form), 422
    try:
        with built.begin() as session:
            before = live_weights(session)
            weights.publish(
                session,
                built.clock,
                row_id,
                note=form.note.data or "",
                instead_of=form.live.data or "",
                actor=staff().email,
            )
            _write_published(session, "published", before, row_id)
    except Refused as refusal:
        tell(refusal)
    else:
        flash("Published. Every list made from now on is ranked with these weights.", "good")
    return redirect(url_for("admin.weights.detail", row_id=row_id), 303)


@blueprint.post("/<uuid:row_id>/go-back")
@rate_limited("30/minute")
@needs_role(IMPORTERS)
def go_back(row_id: UUID) -> ResponseReturnValue:
    """Rank with the figures of a former version again."""
    built = runtime()
    try:
        with built.begin() as session:
            before = live_weights(session)
            made = weights.go_back(session, built.clock, row_id, actor=staff().email)
            _write_published(session, "reverted", before, made)
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for("admin.weights.index"), 303)
    flash("Done: those figures rank again, under a new name.", "good")
    return redirect(url_for("admin.weights.detail", row_id=made), 303)


@blueprint.post("/<uuid:row_id>/discard")
@rate_limited("30/minute")
@needs_role(IMPORTERS)
def discard(row_id: UUID) -> ResponseReturnValue:
    """Throw a proposal away."""
    built = runtime()
    try:
        with built.begin() as session:
            before = get_version(session, row_id)
            weights.discard(session, built.clock, row_id)
            was = {**state(before.weights), "status": before.status.value}
            now = {"status": get_version(session, row_id).status.value}
            write_down(session, "discarded", "weights", before.version, before=was, after=now)
    except Refused as refusal:
        tell(refusal)
    else:
        flash("Thrown away. Nothing else was changed.", "good")
    return redirect(url_for("admin.weights.index"), 303)


@blueprint.post("/<uuid:row_id>/try")
@rate_limited("10/minute")
@needs_role(IMPORTERS)
def try_again(row_id: UUID) -> ResponseReturnValue:
    """Have a version tried on last week's lists once more, as they are now."""
    built = runtime()
    with built.begin() as session:
        version, former = get_version(session, row_id).version, find_trial(session, row_id)
        weights_trial.ask(session, built.clock, row_id, actor=staff().email)
        before, after = _told(former), _told(find_trial(session, row_id))
        write_down(session, "tried", "weights", version, before=before, after=after)
    built.wake_up.nudge()
    flash("A worker is at it. Look again in half a minute.", "good")
    return redirect(url_for("admin.weights.detail", row_id=row_id), 303)


def state(told: Weights) -> dict[str, Any]:
    """Weights as the audit log keeps them."""
    return {"version": told.version, **told.to_json()}


def _told(trial: TrialRow | None) -> dict[str, str | None]:
    return {"trial": str(trial.id) if trial else None}


def _write_published(session: Session, action: str, before: Weights, row_id: UUID) -> None:
    after = get_version(session, row_id)
    told = {**state(after.weights), "note": after.note}
    write_down(session, action, "weights", after.version, before=state(before), after=told)


def _page(row_id: UUID, form: NoteForm | None) -> str:
    built = runtime()
    with built.begin() as session:
        found, trial, live = get_version(session, row_id), find_trial(session, row_id), live_weights(session)
    if form is None:
        form = NoteForm(formdata=None, data={"note": found.note, "live": live.version})
    return render_template(
        "admin/weights_version.html",
        found=found,
        live=live,
        look=STATUS_LOOKS[found.status],
        origin=ORIGIN_WORDS[found.origin],
        rows=differences(live, found.weights),
        golden=built.golden.effect(live, found.weights),
        form=form,
        may_change=staff().may(IMPORTERS),
        **_trial(found, trial),
    )


def _trial(found: VersionRow, trial: TrialRow | None) -> dict[str, Any]:
    outcome = trial.outcome if trial else None
    catalog = runtime().snapshot.current()
    movers = outcome["movers"] if outcome else ()
    return {
        "trial": trial,
        "week": outcome,
        "names": names_of(catalog, (each["program_id"] for each in movers)),
        "waits": found.status is WeightsStatus.PROPOSED,
    }

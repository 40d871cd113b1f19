"""Operations: whether the machinery runs, what waits, and the switches that stop a part of it."""

import platform

import redis
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, OWNERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.bootstrap import installed_version
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.switch import SWITCH_WORDS, Switch
from webapp.gateways.heartbeat import Heartbeat, Heartbeats
from webapp.queries.operations import get_operations
from webapp.revision import database_revision, head_revision
from webapp.services import switch as switches
from webapp.ui.refusals import tell

blueprint = Blueprint("operations", __name__, url_prefix="/operations")

SILENT_SECONDS = 20.0
"""A process that beats every few seconds and was not heard for so long is in trouble."""


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """How everything stands."""
    built = runtime()
    now = built.clock.now()
    with built.begin() as session:
        found = get_operations(session, now)
    heard, broker = _heard()
    workers = [each for each in heard if each.kind == "worker"]
    return render_template(
        "admin/operations.html",
        found=found,
        workers=workers,
        schedule=next((each for each in heard if each.kind == "schedule"), None),
        now=now,
        silent=SILENT_SECONDS,
        queues=max(workers, key=lambda each: each.at).queues if workers else {},
        broker=broker,
        revisions=(database_revision(built.engine), head_revision()),
        version=installed_version(),
        python=platform.python_version(),
        switches=[(each, *SWITCH_WORDS[each]) for each in Switch],
        off={each.switch: each for each in found.off},
        may_switch=staff().may(OWNERS),
    )


@blueprint.post("/<any(mail, deliveries):switch>/off")
@rate_limited("30/minute")
@needs_role(OWNERS)
def turn_off(switch: str) -> ResponseReturnValue:
    """Stop a part of the service."""
    built, wanted = runtime(), Switch(switch)
    words = request.form.get("words", "")
    try:
        with built.begin() as session:
            switches.turn_off(session, built.clock, wanted, words=words, actor=staff().email)
            write_down(
                session,
                "switched_off",
                "switch",
                switch,
                before={"on": True},
                after={"on": False, "why": words.strip()},
            )
    except Refused as refusal:
        tell(refusal)
    else:
        flash(f"{SWITCH_WORDS[wanted][0]} is off. {SWITCH_WORDS[wanted][1]}", "warm")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<any(mail, deliveries):switch>/on")
@rate_limited("30/minute")
@needs_role(OWNERS)
def turn_on(switch: str) -> ResponseReturnValue:
    """Let it go on."""
    built, wanted = runtime(), Switch(switch)
    try:
        with built.begin() as session:
            switches.turn_on(session, wanted)
            write_down(session, "switched_on", "switch", switch, before={"on": False}, after={"on": True})
    except Refused as refusal:
        tell(refusal)
    else:
        flash(f"{SWITCH_WORDS[wanted][0]} is on. What waited goes within seconds.", "good")
    return redirect(url_for(".index"), 303)


def _heard() -> tuple[tuple[Heartbeat, ...], str | None]:
    """The processes heard of lately, and the broker's version; nothing and None where it does not answer."""
    client = runtime().redis
    try:
        told = client.info("server")
        name, number = told.get("server_name", "redis"), told.get("valkey_version") or told["redis_version"]
        return Heartbeats(client).all(), f"{name} {number}"
    except redis.RedisError:
        return (), None

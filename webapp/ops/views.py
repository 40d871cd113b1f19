"""Is it alive, is it ready, what has it counted."""

import redis
from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from webapp.bootstrap import Runtime
from webapp.context import limiter, runtime
from webapp.observability.metrics import OUTBOX_DEPTH, exposition
from webapp.queries.outbox import outbox_status
from webapp.revision import database_revision, head_revision

blueprint = Blueprint("ops", __name__, template_folder="templates")

GPC_CHANGED = "2026-11-25"
"""When what the pages do about Global Privacy Control last changed."""


@blueprint.get("/healthz")
@limiter.exempt
def healthz() -> Response:
    """The process answers. Says nothing of what it needs."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@limiter.exempt
def readyz() -> tuple[Response, int]:
    """200 when the database, its schema and the broker are as this code needs them; 503 with what is not."""
    checks = {"database": _database(runtime()), "broker": _broker(runtime())}
    ready = all(answer == "ok" for answer in checks.values())
    return jsonify(status="ready" if ready else "not ready", **checks), 200 if ready else 503


@blueprint.get("/.well-known/gpc.json")
@limiter.exempt
def privacy_control() -> Response:
    """That pages honour Global Privacy Control, for machines (GPC, section 4)."""
    return jsonify(gpc=True, lastUpdate=GPC_CHANGED)


@blueprint.get("/metrics")
@limiter.exempt
def metrics() -> Response:
    """Counters and timings in the Prometheus text format. Keep it off the public net (docs/runbook.md)."""
    try:
        with runtime().begin() as session:
            OUTBOX_DEPTH.set(outbox_status(session, runtime().clock.now()).due)
    except SQLAlchemyError:
        OUTBOX_DEPTH.set(float("nan"))
    return Response(exposition(), mimetype="text/plain; version=0.0.4")


def _database(built: Runtime) -> str:
    try:
        at = database_revision(built.engine)
    except SQLAlchemyError:
        return "cannot be reached"
    return "ok" if at == head_revision() else f"schema is at {at}, this code needs {head_revision()}: run db upgrade"


def _broker(built: Runtime) -> str:
    try:
        return "ok" if built.redis.ping() else "does not answer"
    except redis.RedisError:
        return "cannot be reached"

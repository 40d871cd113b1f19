"""Mails: every one there is as its reader sees it, how our mail is taken, and what name servers say of us."""

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, OWNERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.message import Template
from webapp.emails import render
from webapp.emails.message import Message
from webapp.emails.samples import SAMPLES
from webapp.queries.mail_reputation import find_reputation
from webapp.services import mail_reputation
from webapp.services.sender_check import check_sender
from webapp.ui.formats import format_datetime
from webapp.ui.headers import CONTENT_SECURITY_POLICY

blueprint = Blueprint("mails", __name__, url_prefix="/mails")

WIDTHS = (600, 390)
"""Pixels: what most mail programs give a mail on a desk, and a small phone."""
_READERS = (("Students", ""), ("Partners", "partner_"), ("Staff", "staff_"))


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Every mail there is, by who reads it."""
    with runtime().begin() as session:
        reputation = find_reputation(session)
    return render_template(
        "admin/mails.html",
        groups=[(label, [name for name in SAMPLES if _reader(name) == label]) for label, _ in _READERS],
        labels={name: words.TEMPLATE_LABELS[Template(name)] for name in SAMPLES},
        subjects={name: render(name, context).subject for name, context in SAMPLES.items()},
        reputation=reputation,
        may_overrule=staff().may(OWNERS),
        now=runtime().clock.now(),
    )


@blueprint.get("/check")
@rate_limited("20/minute")
@needs_role(EVERYONE)
def check() -> ResponseReturnValue:
    """What name servers say of our domain, asked now."""
    built = runtime()
    return render_template(
        "admin/mail_check.html", points=check_sender(built.sender_setup, built.resolver), looks=words.CHECK_LOOKS
    )


@blueprint.get("/<name>")
@needs_role(EVERYONE)
def preview(name: str) -> ResponseReturnValue:
    """One mail with invented contents: the HTML part in a sandboxed frame, and the text part."""
    mail = _sample(name)
    width = request.args.get("width", type=int)
    response = make_response(
        render_template(
            "admin/mail.html",
            name=name,
            label=words.TEMPLATE_LABELS[Template(name)],
            mail=mail,
            width=width if width in WIDTHS else WIDTHS[0],
            widths=WIDTHS,
            html_kb=len(mail.html.encode()) / 1000,
        )
    )
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@blueprint.get("/<name>/html")
@needs_role(EVERYONE)
def html(name: str) -> ResponseReturnValue:
    """The HTML part alone, for the frame: no script runs in it and nothing is fetched by it."""
    response = Response(_sample(name).html, mimetype="text/html")
    # Mails carry their styles inline, as mail programs want them; scripts stay forbidden.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@blueprint.post("/overrule")
@rate_limited("10/minute")
@needs_role(OWNERS)
def overrule() -> ResponseReturnValue:
    """Let mail that was stopped for complaints go for a day."""
    built = runtime()
    with built.begin() as session:
        until = mail_reputation.overrule(session, built.clock)
        write_down(session, "overruled", "mail_reputation", "1", after={"until": until.isoformat()})
    flash(f"Mail that was held may go until {format_datetime(until)}.", "good")
    return redirect(url_for("admin.mails.index"))


def _sample(name: str) -> Message:
    if name not in SAMPLES:
        abort(404)
    return render(name, SAMPLES[name])


def _reader(name: str) -> str:
    """Who reads the mail: the last group whose beginning its name has."""
    if name == Template.STATUS_REQUEST:
        return "Partners"
    return next(label for label, start in reversed(_READERS) if name.startswith(start))

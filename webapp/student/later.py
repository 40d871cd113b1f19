"""Save and finish later: what is saved where, and a link for another device if one is asked for."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import mails_limited, rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.message import MessageStatus
from webapp.queries.resume_link import LinkMail, find_last_link_mail
from webapp.services import resume_link
from webapp.services.draft import OpenDraft
from webapp.student.drafts import current_draft
from webapp.student.forms.later import LaterForm

blueprint = Blueprint("later", __name__)

_S = MessageStatus
_NOT_SENT = "The mail with your link could not be sent. You can keep the link yourself with the button below."
_MAIL: dict[MessageStatus, tuple[str, str]] = {
    _S.PENDING: ("info", "Your link is about to be mailed. Open this page again in a minute to see whether it left."),
    _S.LEASED: ("info", "Your link is being mailed."),
    _S.DEFERRED: ("info", "The mail server asked us to try later. We do so by ourselves, for two days at most."),
    _S.HANDED_OVER: ("good", "The mail with your link has left, and we have erased your address."),
    _S.BOUNCED: ("warm", "The mail with your link came back. Check the address, or keep the link yourself."),
    _S.COMPLAINED: ("warm", _NOT_SENT),
    _S.SUPPRESSED: ("warm", _NOT_SENT),
    _S.FAILED: ("warm", _NOT_SENT),
    _S.UNCERTAIN: ("warm", "We are not sure that the mail with your link left. Keep the link yourself to be safe."),
}
"""How the mail stands, for the student: the look of the notice and its words."""


@blueprint.get("/match/later")
def show() -> ResponseReturnValue:
    """What is saved, and how to go on."""
    draft = current_draft()
    if draft is None:
        return redirect(url_for("student.form.begin"), 302)
    return _page(draft, LaterForm(formdata=None))


@blueprint.post("/match/later")
@mails_limited
@rate_limited("5/minute;20/hour")
def send() -> ResponseReturnValue:
    """Mail one link to the address given."""
    built, draft = runtime(), current_draft()
    if draft is None:
        return redirect(url_for("student.form.begin"), 303)
    form = LaterForm(test_addresses=not built.settings.is_production)
    if not form.validate():
        return _page(draft, form), 422
    try:
        with built.begin() as session:
            resume_link.make(session, built.clock, built.links, draft.id, keep=_keep(), address=form.email.data)
    except Refused as refusal:
        form.email.errors = [f"{problem.what} {problem.remedy}" for problem in refusal.problems]
        return _page(draft, form), 422
    built.wake_up.nudge()
    return redirect(url_for(".show"), 303)


@blueprint.post("/match/later/link")
@rate_limited("10/minute;30/hour")
def show_link() -> ResponseReturnValue:
    """Show one link on the page, for whoever would rather give no address."""
    built, draft = runtime(), current_draft()
    if draft is None:
        return redirect(url_for("student.form.begin"), 303)
    try:
        with built.begin() as session:
            made = resume_link.make(session, built.clock, built.links, draft.id, keep=_keep())
    except Refused:
        flash("Today there have been many links to these answers already. Use one of those.", "warm")
        return redirect(url_for(".show"), 303)
    return _page(draft, LaterForm(formdata=None), link=built.links.resume_url(made.id))


def _keep() -> timedelta:
    return timedelta(days=runtime().settings.resume_link_days)


def _page(draft: OpenDraft, form: LaterForm, link: str | None = None) -> str:
    built = runtime()
    with built.begin() as session:
        mail: LinkMail | None = find_last_link_mail(session, draft.id)
    return render_template(
        "student/later.html",
        form=form,
        link=link,
        mail=_MAIL[mail.status] if mail else None,
        draft_days=built.settings.draft_expiry_days,
        link_days=built.settings.resume_link_days,
    )

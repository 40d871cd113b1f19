"""Sharing a list by a link: what it will show, making it, revoking it, and the page it opens."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.domain.shared_list import SharedContent, SharedKind
from webapp.queries.published_program import listed_programs
from webapp.queries.share import SharedLink, find_shared, list_shared
from webapp.services import share as shares
from webapp.student.drafts import current_draft
from webapp.student.forms.share import ShareForm
from webapp.student.own_page import keep_private
from webapp.student.ranked import SHOWN
from webapp.student.reader import Reader, current_reader, judged_for, ranked_for
from webapp.student.share_page import SharedCard, content_of, digest_of, shared_cards
from webapp.student.shortlist import own_shortlist

blueprint = Blueprint("share", __name__)

LONGEST_TOKEN = 100
LIST_WORDS: Mapping[SharedKind, str] = {
    SharedKind.SHORTLIST: "My shortlist",
    SharedKind.RANKED: f"The first {SHOWN} of my ranked list",
}


keep_private(blueprint)


@blueprint.get("/share")
def show() -> ResponseReturnValue:
    """What a link would show, exactly as its readers would see it, and the links there are."""
    wanted = {name: bool(request.args.get(name)) for name in ("verdicts", "reasons")}
    content = _content(_kind(request.args.get("list", "")), **wanted)
    return _page(content, ShareForm(formdata=None))


@blueprint.post("/share")
@rate_limited("20/minute;100/hour")
def make() -> ResponseReturnValue:
    """Make a link for what was seen."""
    built, draft, form = runtime(), current_draft(), ShareForm()
    if draft is None:
        abort(404)
    kind = _kind(form.shown_list.data or "")
    content = _content(kind, verdicts=bool(form.with_verdicts.data), reasons=bool(form.with_reasons.data))
    fine = form.validate()
    if fine and form.seen.data != digest_of(content):
        form.form_errors.append(
            "The list has changed since you looked. Check below what would be shown, then try again."
        )
        fine = False
    if fine:
        try:
            with built.begin() as session:
                keep = timedelta(days=int(form.keep.data or "0"))
                shares.share(session, built.clock, built.links, draft.id, content, keep=keep)
        except Refused as refusal:
            form.form_errors.extend(f"{problem.what} {problem.remedy}" for problem in refusal.problems)
        else:
            flash("The link is made. Copy it below, and give it only to those who should see the list.", "good")
            return redirect(url_for(".show", list=kind.value) + "#links", 303)
    return _page(content, form), 422


@blueprint.post("/share/<uuid:shared_id>/revoke")
@rate_limited("30/minute;200/hour")
def revoke(shared_id: UUID) -> ResponseReturnValue:
    """Close a link."""
    built, draft = runtime(), current_draft()
    if draft is None:
        abort(404)
    try:
        with built.begin() as session:
            shares.revoke(session, built.clock, draft.id, shared_id)
    except NotFound:
        abort(404)
    flash("Revoked: the link opens nothing any more.", "good")
    return redirect(url_for(".show") + "#links", 303)


@blueprint.get("/shared/<token>")
def read(token: str) -> ResponseReturnValue:
    """The list behind a link, as it was shared; 410 once the link is over."""
    built = runtime()
    with built.begin() as session:
        link = find_shared(session, token) if len(token) <= LONGEST_TOKEN else None
    if link is None:
        abort(404)
    if link.content is None or not link.is_open(built.clock.now()):
        return render_template("student/shared_over.html", is_revoked=link.revoked_at is not None), 410
    if request.method == "GET" and not _is_own(link):
        with built.begin() as session:
            shares.note_opened(session, built.clock, link.id)
    cards = _cards(link.content)
    return render_template(
        "student/shared.html",
        cards=cards,
        content=link.content,
        made_on=link.created_at,
        ends_on=link.expires_at,
        has_demo=any(card.is_demo for card in cards),
    )


def _is_own(link: SharedLink) -> bool:
    draft = current_draft()
    return draft is not None and draft.id == link.draft_id


def _kind(text: str) -> SharedKind:
    """The list that is meant; the shortlist unless told otherwise."""
    return SharedKind.RANKED if text == SharedKind.RANKED.value else SharedKind.SHORTLIST


def _content(kind: SharedKind, *, verdicts: bool, reasons: bool) -> SharedContent:
    reader = current_reader()
    if kind is SharedKind.RANKED:
        matches = {match["program_id"]: match for match in ranked_for(reader)}
        ids = list(matches)
    else:
        ids = list(own_shortlist())
        matches = {each: judged.match.to_json() for each, judged in judged_for(reader, ids).items()}
    return content_of(kind, ids, matches, with_verdicts=verdicts, with_reasons=reasons)


def _cards(content: SharedContent) -> tuple[SharedCard, ...]:
    with runtime().begin() as session:
        programs = listed_programs(session, [each.program_id for each in content.programs])
    return shared_cards(content, programs)


def _page(content: SharedContent, form: ShareForm) -> str:
    reader = current_reader()
    form.shown_list.data, form.seen.data = content.kind.value, digest_of(content)
    form.with_verdicts.data = "y" if content.with_verdicts else ""
    form.with_reasons.data = "y" if content.with_reasons else ""
    for field in (form.shown_list, form.seen, form.with_verdicts, form.with_reasons):
        field.raw_data = None
    cards = _cards(content)
    return render_template(
        "student/share.html",
        form=form,
        content=content,
        cards=cards,
        lists=[(kind.value, words) for kind, words in LIST_WORDS.items()],
        links=_links(reader),
        reader=reader,
        has_demo=any(card.is_demo for card in cards),
    )


def _links(reader: Reader) -> list[dict[str, object]]:
    """The reader's links. A link that is open can be shown again: its token is made anew, never stored."""
    if reader.draft is None:
        return []
    built = runtime()
    now = built.clock.now()
    with built.begin() as session:
        found = list_shared(session, reader.draft.id)
    return [
        {
            "id": link.id,
            "link": link,
            "is_open": link.is_open(now),
            "url": built.links.shared_url(link.id) if link.is_open(now) else None,
            "list": "" if link.content is None else LIST_WORDS[link.content.kind],
            "count": 0 if link.content is None else len(link.content.programs),
        }
        for link in found
    ]

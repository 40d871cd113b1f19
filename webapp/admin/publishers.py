"""Publishers: the sites that embed the form, and what came through each."""

from datetime import timedelta
from io import StringIO
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.publisher_forms import PublisherForm
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.publisher import PublisherStatus
from webapp.queries.publisher import get_publisher, list_publishers, months_of, publisher_state
from webapp.services import publisher as publishers
from webapp.services.publisher_file import write_publisher_file
from webapp.ui.lists import cursor, page_links
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("publishers", __name__, url_prefix="/publishers")

LOOKS = {PublisherStatus.LIVE: ("Live", "good"), PublisherStatus.PAUSED: ("Paused", "warm")}
RECENT = timedelta(days=30)


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Publishers, with what came through them lately."""
    built = runtime()
    with built.begin() as session:
        page = list_publishers(session, since=(built.clock.now() - RECENT).date(), cursor=cursor())
    return render_template(
        "admin/publishers.html",
        page=page,
        looks=LOOKS,
        days=RECENT.days,
        may_change=staff().may(PARTNER_MANAGERS),
        **page_links(page),
    )


@blueprint.get("/new")
@needs_role(PARTNER_MANAGERS)
def new() -> ResponseReturnValue:
    """The form for a new publisher."""
    return render_template("admin/publisher_edit.html", form=PublisherForm(), publisher=None)


@blueprint.post("/new")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def create() -> ResponseReturnValue:
    """Set up a publisher."""
    built, form = runtime(), PublisherForm()
    if form.validate_on_submit():
        try:
            with built.begin() as session:
                made = publishers.create(
                    session, built.clock, name=form.name.data or "", origins=form.origins.data or ""
                )
                write_down(session, "created", "publisher", str(made), after=publisher_state(session, made))
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            flash("Made. Send them the lines below.", "good")
            return redirect(url_for(".detail", row_id=made), 303)
    return render_template("admin/publisher_edit.html", form=form, publisher=None), 422


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One publisher: the lines for its pages, and what came through them by month."""
    built = runtime()
    with built.begin() as session:
        found = get_publisher(session, row_id, since=(built.clock.now() - RECENT).date())
        months = months_of(session, row_id)
    return render_template(
        "admin/publisher.html",
        publisher=found,
        months=months,
        look=LOOKS[found.status],
        base_url=built.settings.base_url,
        may_change=staff().may(PARTNER_MANAGERS),
    )


@blueprint.get("/<uuid:row_id>/months.csv")
@needs_role(EVERYONE)
def months(row_id: UUID) -> ResponseReturnValue:
    """The months as a file."""
    stream = StringIO()
    with runtime().begin() as session:
        get_publisher(session, row_id, since=runtime().clock.now().date())
        write_publisher_file(months_of(session, row_id), stream)
    headers = {"Content-Disposition": f'attachment; filename="publisher-{row_id}.csv"'}
    return Response(stream.getvalue(), mimetype="text/csv", headers=headers)


@blueprint.get("/<uuid:row_id>/edit")
@needs_role(PARTNER_MANAGERS)
def edit(row_id: UUID) -> ResponseReturnValue:
    """The form that changes a publisher."""
    with runtime().begin() as session:
        found = get_publisher(session, row_id, since=runtime().clock.now().date())
    form = PublisherForm(name=found.name, origins="\n".join(found.origins))
    return render_template("admin/publisher_edit.html", form=form, publisher=found)


@blueprint.post("/<uuid:row_id>/edit")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def change(row_id: UUID) -> ResponseReturnValue:
    """Change a publisher's name and sites."""
    built, form = runtime(), PublisherForm()
    with built.begin() as session:
        found = get_publisher(session, row_id, since=built.clock.now().date())
    if form.validate_on_submit():
        try:
            with built.begin() as session:
                before = publisher_state(session, row_id)
                publishers.change(
                    session, built.clock, row_id, name=form.name.data or "", origins=form.origins.data or ""
                )
                after = publisher_state(session, row_id)
                write_down(session, "changed", "publisher", str(row_id), before=before, after=after)
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            flash("Changed. Pages that are open now follow when they are loaded again.", "good")
            return redirect(url_for(".detail", row_id=row_id), 303)
    return render_template("admin/publisher_edit.html", form=form, publisher=found), 422


@blueprint.post("/<uuid:row_id>/move/<any(live, paused):status>")
@rate_limited("30/minute")
@needs_role(PARTNER_MANAGERS)
def move(row_id: UUID, status: str) -> ResponseReturnValue:
    """Pause a publisher's form, or let it go on."""
    built, wanted = runtime(), PublisherStatus(status)
    try:
        with built.begin() as session:
            before = publisher_state(session, row_id)
            publishers.move(session, built.clock, row_id, wanted)
            after = publisher_state(session, row_id)
            write_down(session, status, "publisher", str(row_id), before=before, after=after)
    except InvalidTransition:
        flash("It is so already, so nothing was changed.", "error")
    else:
        flash("Its form is switched off." if wanted is PublisherStatus.PAUSED else "Its form is there again.", "good")
    return redirect(url_for(".detail", row_id=row_id), 303)

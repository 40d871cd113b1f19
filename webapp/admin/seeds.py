"""Seeds: mystery students, and how schools treat them. For staff alone; no partner may tell one, nor count them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, SENDERS, needs_role, staff
from webapp.admin.seed_forms import CHANNEL_LABELS, WAY_LABELS, ContactForm, SeedForm, seed_form
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.errors import NotFound, Refused
from webapp.domain.partner import ContactChannel, PartnerStatus
from webapp.domain.seed import ContactWay
from webapp.domain.submission import Contact
from webapp.queries.institution import programs_of_partner
from webapp.queries.leads import partner_names
from webapp.queries.partners import get_partner
from webapp.queries.seed import get_seed, list_seed_page
from webapp.services import seed
from webapp.ui.formats import span_words
from webapp.ui.lists import chosen_id, cursor, page_links
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("seeds", __name__, url_prefix="/seeds")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Seeds, the newest first."""
    partner_id = chosen_id("partner")
    with runtime().begin() as session:
        page, names = list_seed_page(session, partner_id=partner_id, cursor=cursor())
        partners = partner_names(session)
    return render_template(
        "admin/seeds.html",
        page=page,
        names=names,
        partners=partners,
        partner_id=partner_id,
        lead_look=words.lead_look,
        span=span_words,
        may_make=staff().may(PARTNER_MANAGERS),
        **page_links(page),
    )


@blueprint.get("/new")
@needs_role(PARTNER_MANAGERS)
def new() -> ResponseReturnValue:
    """Which partner, then the persona."""
    partner_id = chosen_id("partner")
    if partner_id is None:
        with runtime().begin() as session:
            live = partner_names(session, status=PartnerStatus.LIVE)
        return render_template("admin/seed_new.html", live=live, form=None, partner=None)
    return _form_page(partner_id, None)


@blueprint.post("/new")
@rate_limited("20/minute")
@needs_role(PARTNER_MANAGERS)
def plant() -> ResponseReturnValue:
    """Ask for an introduction in the name of somebody who does not exist."""
    built = runtime()
    try:
        partner_id = UUID(request.form.get("partner", ""))
    except ValueError:
        return redirect(url_for(".new"), 303)
    form = seed_form(_programs(partner_id))
    if not form.validate_on_submit():
        return _form_page(partner_id, form), 422
    persona, program_id = _persona(form), str(form.program.data)
    try:
        catalog, weights = built.snapshot.current(), built.weights.current()
        ranking = seed.list_of(persona, catalog, weights, program_id, today=built.clock.now().date())
        with built.begin() as session:
            planted = seed.plant(
                session,
                built.clock,
                built.links,
                built.policy,
                partner_id,
                persona,
                ranking=ranking,
                program_id=program_id,
                actor=staff().email,
            )
            told = {"partner_id": str(partner_id), "program_id": program_id}
            write_down(session, "planted", "seed", str(planted), after=told)
    except Refused as refusal:
        put_beside_fields(form, refusal)
        return _form_page(partner_id, form), 422
    built.wake_up.nudge()
    flash("Planted. It goes the way of every lead: the undo window, screening, caps, hand-over.", "good")
    return redirect(url_for(".detail", row_id=planted), 303)


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One seed: the persona, what the school did, and writing down what it did."""
    return _seed_page(row_id, ContactForm(formdata=None))


@blueprint.post("/<uuid:row_id>/contacts")
@rate_limited("60/minute")
@needs_role(SENDERS)
def record(row_id: UUID) -> ResponseReturnValue:
    """Write down that the school got in touch."""
    built, form = runtime(), ContactForm()
    with built.begin() as session:
        get_seed(session, row_id)
    if not form.validate_on_submit():
        return _seed_page(row_id, form), 422
    try:
        with built.begin() as session:
            way, at = ContactWay(str(form.way.data)), form.moment()
            seed.record_contact(session, built.clock, row_id, way, at=at, actor=staff().email)
            write_down(session, "recorded", "seed", str(row_id), after={"way": way, "at": at.isoformat()})
    except Refused as refusal:
        form.clock.errors = [f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems]
        return _seed_page(row_id, form), 422
    flash("Written down.", "good")
    return redirect(url_for(".detail", row_id=row_id), 303)


def _seed_page(row_id: UUID, form: ContactForm) -> str:
    with runtime().begin() as session:
        found = get_seed(session, row_id)
    return render_template(
        "admin/seed.html",
        seed=found,
        form=form,
        look=words.lead_look(found.story.status, None),
        ways=WAY_LABELS,
        allowed=", ".join(CHANNEL_LABELS[ContactChannel(each)].lower() for each in found.allowed),
        span=span_words,
        may_record=staff().may(SENDERS),
    )


def _form_page(partner_id: UUID, form: SeedForm | None) -> str:
    with runtime().begin() as session:
        partner = get_partner(session, partner_id, runtime().clock.now())
    if partner.status is not PartnerStatus.LIVE:
        raise NotFound("Only live partners get seeds.")
    shown = form or seed_form(_programs(partner_id), partner=str(partner_id))
    return render_template("admin/seed_new.html", live=(), form=shown, partner=partner)


def _programs(partner_id: UUID) -> list[tuple[str, str]]:
    with runtime().begin() as session:
        found = programs_of_partner(session, partner_id, "")
    return [(each.program_id, each.name) for each in found]


def _persona(form: SeedForm) -> Any:
    contact = Contact(
        form.email.data or "", form.first_name.data or "", form.last_name.data or "", form.phone.data or None
    )
    return seed.Persona(
        contact,
        form.profile(),
        frozenset(ContactChannel(each) for each in form.channels.data),
        ContactPreferences(max_attempts=form.max_attempts.data),
    )

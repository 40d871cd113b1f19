"""The guides: careers, levels, prerequisites, paying for it. What they say is in `guidebook/data/`."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.label import SUBJECT_LABELS, SUBJECT_LEVEL_LABELS
from webapp.domain.wage import WAGES_AS_OF
from webapp.queries.bridges import courses_by_subject
from webapp.student.guidebook import structured
from webapp.student.guidebook.content import Link, Live
from webapp.student.guidebook.library import library
from webapp.student.guidebook.page import GuidePage, guide_page
from webapp.student.public_pages import public_url

blueprint = Blueprint("guides", __name__)

PUBLISHER = "Program Match"


@blueprint.get("/guides")
def index() -> ResponseReturnValue:
    """Every guide."""
    shelf = library()
    pages = [(guide.title, public_url(".show", slug=slug)) for slug, guide in shelf.guides.items()]
    return render_template(
        "student/guides/index.html",
        roles=list(shelf.roles.values()),
        topics=shelf.topics(),
        wages_as_of=WAGES_AS_OF,
        data=[structured.collection("Guides", public_url(".index"), pages)],
    )


@blueprint.get("/guides/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """One guide."""
    shelf = library()
    guide = shelf.guides.get(slug) or abort(404)
    page = guide_page(shelf, guide)
    live = {block.name for section in guide.sections for block in section.blocks if isinstance(block, Live)}
    return render_template(
        "student/guides/questions.html" if guide.groups else "student/guides/guide.html",
        page=page,
        guide=guide,
        role=page.role,
        also=[shelf.guides[each] for each in guide.also],
        subjects=_subjects() if "subjects" in live else (),
        subject_labels=SUBJECT_LABELS,
        level_labels=SUBJECT_LEVEL_LABELS,
        address_of=_address_of,
        columns_of=lambda head: [{"label": label} for label in head],
        data=_structured(page),
    )


def _structured(page: GuidePage) -> list[dict[str, object]]:
    url = public_url(".show", slug=page.guide.slug)
    way = structured.trail([("Guides", public_url(".index")), (page.guide.name, url)])
    if page.guide.groups:
        return [structured.faq(page.guide, url), way]
    about = [structured.article(page.guide, url, PUBLISHER), way]
    return [*about, structured.occupation(page.role, url)] if page.role else about


def _subjects() -> list[tuple[str, object]]:
    built = runtime()
    with built.begin() as session:
        counted = courses_by_subject(session)
    return [(SUBJECT_LABELS[subject], courses) for subject, courses in counted.items()]


def _address_of(link: Link) -> str:
    if link.kind == "guide":
        return url_for(".show", slug=link.target)
    return url_for(f"student.pages.{link.target.replace('-', '_')}")

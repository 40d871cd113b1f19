"""Home and the pages that explain: how we rank, privacy, about."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.consent import KEPT_YEARS
from webapp.domain.profile import Priority, plain_dollars
from webapp.matching.assessment import PRIOR
from webapp.matching.curves import curves
from webapp.matching.low_cost import LOW_COST_CENTS
from webapp.matching.order import PER_INSTITUTION, TOP
from webapp.matching.scoring import GOOD_SCORE, STRONG_COVERAGE, STRONG_SCORE
from webapp.matching.version import ENGINE_VERSION
from webapp.student.answers import STEPS
from webapp.student.drafts import current_draft
from webapp.student.form import results_token
from webapp.student.forms.priorities import CRITERION_WORDS, PRIORITY_WORDS
from webapp.student.privacy_signal import sends_gpc

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """What this is, and the way in."""
    draft = current_draft()
    results_url = None
    if draft is not None and draft.is_complete:
        results_url = url_for("student.results.show", token=results_token(draft))
    return render_template(
        "student/home.html",
        has_answers=draft is not None and bool(draft.answers),
        results_url=results_url,
        steps=STEPS,
    )


@blueprint.get("/how-we-rank")
def how_we_rank() -> ResponseReturnValue:
    """The rules, with the weights that are live and the criteria's own functions asked at named points."""
    weights = runtime().weights.current()
    return render_template(
        "student/how_we_rank.html",
        engine=ENGINE_VERSION,
        weights=weights.version,
        priorities=[(PRIORITY_WORDS[each], weights.factor(each)) for each in Priority],
        criteria=[
            (words[0], _MEANINGS[criterion.value], weights.unstated[criterion])
            for criterion, words in CRITERION_WORDS.items()
        ],
        curves=[
            (words[0], [curve for curve in curves() if curve.criterion is criterion])
            for criterion, words in CRITERION_WORDS.items()
        ],
        unknown=round(100 * PRIOR),
        strong=round(100 * STRONG_SCORE),
        good=round(100 * GOOD_SCORE),
        coverage=round(100 * STRONG_COVERAGE),
        per_institution=PER_INSTITUTION,
        low_cost=plain_dollars(LOW_COST_CENTS),
        top=TOP,
        programs=len(runtime().snapshot.current()),
    )


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What we keep, for how long, who gets it."""
    built = runtime()
    return render_template(
        "student/privacy.html",
        draft_days=built.settings.draft_expiry_days,
        link_days=built.settings.resume_link_days,
        lead_days=built.settings.lead_expiry_days,
        undo_minutes=round(built.policy.undo_window.total_seconds() / 60),
        contact_email=built.settings.mail_from,
        years=KEPT_YEARS,
        gpc=sends_gpc(),
    )


@blueprint.get("/about")
def about() -> ResponseReturnValue:
    """Who pays for this, and what that changes (nothing about the order)."""
    return render_template("student/about.html", contact_email=runtime().settings.mail_from)


_MEANINGS = {
    "goal": "Do the field and the topics lead to the job you chose, is the award usual for it, and would you take it?",
    "background": "Do your education, field, grades, work, English and the six subjects fit what the program asks for?",
    "cost": "Published tuition for the whole program against your budget. Without a budget, cheaper counts more.",
    "duration": "Months to finish against the longest you accept. Without a limit, shorter counts more.",
    "schedule": "Full time or part time, and hours a week against the hours you have.",
    "place": "Online where your state is accepted, or how far the campus is.",
    "start": "How soon the next start is.",
    "outcomes": "Pay and success of graduates where published; figures from few graduates count less.",
    "interests": "What you ask for, or what lies near it, in name, topics and summary; rare things count more.",
}

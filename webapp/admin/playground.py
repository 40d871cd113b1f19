"""The match playground: any profile ranked and taken apart, one program asked about, other weights tried."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from webapp.admin import playground_words
from webapp.admin.guard import EVERYONE, IMPORTERS, needs_role, staff
from webapp.admin.playground_form import MAX_PROFILE, QuestionForm, WhyForm
from webapp.admin.submissions import said
from webapp.admin.trail import write_down
from webapp.admin.weights_form import NoteForm, WeightsForm, differences, hidden_figures, weights_form, weights_of
from webapp.context import rate_limited, runtime
from webapp.domain import label, wording
from webapp.domain.advice import counterfactual_sentence
from webapp.domain.errors import NotFound
from webapp.domain.near_miss import near_miss_sentence
from webapp.domain.persona import find_persona
from webapp.domain.profile import Criterion, Profile
from webapp.domain.profile_reader import ProfileError
from webapp.domain.profile_words import profile_in_words
from webapp.domain.requirement import gap_sentence
from webapp.matching.catalog import Catalog
from webapp.matching.comparison import moves
from webapp.matching.ranking import Ranking, rank
from webapp.matching.standings import Question
from webapp.matching.student import Student
from webapp.matching.weights import Weights
from webapp.matching.why_not import why_not
from webapp.queries.programs import ProgramRow, Wanted, list_programs
from webapp.queries.replay import get_stored_ranking
from webapp.services import weights_trial

blueprint = Blueprint("playground", __name__, url_prefix="/playground")

TOP = 10
MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose question it is: `kind` and `value` bring it back, `title` says it. `question` is what the engine takes."""

    kind: str
    value: str
    title: str
    question: Question


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """The question that the address names (a persona or a submission), ranked; or the way to name one."""
    return _answer(QuestionForm(formdata=request.args, meta={"csrf": False}), request.args)


@blueprint.post("")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def ask() -> ResponseReturnValue:
    """The same for a question that is sent: profiles stand in no address and no log. Nothing is stored."""
    return _answer(QuestionForm(), request.form)


def _answer(form: QuestionForm, sent: MultiDict[str, str]) -> ResponseReturnValue:
    built = runtime()
    catalog, live = built.snapshot.current(), built.weights.current()
    asked = _asked(form, catalog, live)
    ranking = _ranked(asked, catalog) if asked else None
    if ranking is not None and sent.get("as") == "json":
        return _as_json(ranking)
    trying = sent.get("part") == "weights"
    figures = weights_form(WeightsForm, live, request.form if trying else None)
    other = weights_of(figures, live) if trying else None
    why_form = WhyForm(formdata=sent, meta={"csrf": False})
    page = {
        "form": form,
        "asked": asked,
        "live": live,
        "catalog_size": len(catalog),
        "profile": profile_in_words(asked.question.profile.to_json()) if asked else [],
        "result": _result(ranking, catalog, asked) if ranking and asked else None,
        "why_form": why_form,
        "why": _why(asked, catalog, why_form.program.data) if asked and why_form.validate() else None,
        "figures": figures,
        "tried": _tried(asked, catalog, live, other) if other else None,
        "may_propose": staff().may(IMPORTERS),
        "note_form": NoteForm(formdata=None),
    }
    failed = bool(form.errors or figures.errors or why_form.errors)
    return render_template("admin/playground.html", **page), 422 if failed else 200


def _asked(form: QuestionForm, catalog: Catalog, live: Weights) -> Asked | None:
    """The question that the form names; None, with the problems beside their fields, where it names none."""
    if not form.validate():
        return None
    sent = form.file.data.stream.read(MAX_PROFILE + 1) if form.file.data else None
    if sent is not None or form.profile.data:
        text = form.profile.data if sent is None else sent.decode("utf-8-sig", "replace")
        return _of_profile(form, text or "", catalog, live)
    if form.submission.data:
        return _of_submission(form, form.submission.data, live)
    persona = find_persona(form.persona.data or "")
    if persona is None:
        return None
    question = Question(persona.profile, live, b"", catalog.as_of)
    return Asked("persona", persona.name, f"{persona.title}: {persona.story}", question)


def _of_profile(form: QuestionForm, text: str, catalog: Catalog, live: Weights) -> Asked | None:
    """A profile, ranked as the shell ranks it: without anybody's salt, on the newest day of the catalogue."""
    try:
        if len(text) > MAX_PROFILE:
            raise ValueError("too long")
        profile = Profile.from_json(json.loads(text))
    except ProfileError as error:
        form.profile.errors = [str(problem) for problem in error.problems[:10]]
    except (ValueError, RecursionError):
        form.profile.errors = ["This is not the JSON of a profile. See docs/example-profile.json for one."]
    else:
        told = json.dumps(profile.to_json(), ensure_ascii=False)
        return Asked("profile", told, "The profile you gave", Question(profile, live, b"", catalog.as_of))
    return None


def _of_submission(form: QuestionForm, text: str, live: Weights) -> Asked | None:
    """What a student asked, as they would be answered today; that somebody looked is written down."""
    built = runtime()
    try:
        row_id = UUID(text)
        with built.begin() as session:
            stored = get_stored_ranking(session, row_id)
            write_down(session, "viewed", "submission", str(row_id))
        profile = Profile.from_json(stored.profile)
    except (ValueError, NotFound):
        if request.method == "GET":
            abort(404)
        form.submission.errors = ["There is no such submission. Copy its id from its page."]
        return None
    except ProfileError:
        form.submission.errors = ["This code no longer takes the answers of this submission."]
        return None
    question = Question(profile, live, stored.salt, built.clock.now().date(), stored.put_aside)
    return Asked("submission", str(row_id), f"Submission {row_id}, ranked as it would be today", question)


def _ranked(asked: Asked, catalog: Catalog) -> Ranking:
    question = asked.question
    return rank(
        question.profile,
        catalog,
        question.weights,
        TOP,
        salt=question.salt,
        today=question.today,
        without=question.without,
    )


def _as_json(ranking: Ranking) -> Response:
    """What `program-match match --json` prints, byte for byte."""
    text = json.dumps(ranking.to_json(), ensure_ascii=False, indent=2) + "\n"
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="ranking.json"'
    return answer


def _result(ranking: Ranking, catalog: Catalog, asked: Asked) -> dict[str, Any]:
    told = ranking.to_json()
    shares = Student(asked.question.profile, asked.question.weights).shares
    return {
        "told": told,
        "excluded": [(playground_words.limit_name(rule), count) for rule, count in told["excluded"].items()],
        "criteria": [
            {"key": each.value, "tone": each.value, "label": label.CRITERION_LABELS[each], "share": shares[each]}
            for each in Criterion
            if each in shares
        ],
        "matches": [_match(each, catalog) for each in told["matches"]],
        "near_misses": [near_miss_sentence(each) for each in told["near_misses"]],
    }


def _match(match: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    listing = catalog.listings[catalog.row_of[match["program_id"]]]
    return {
        "row": match,
        "name": listing.name,
        "school": listing.institution,
        "band": label.BAND_LABELS[match["band"]],
        "verdict": label.VERDICT_LABELS[match["verdict"]],
        "reasons": [said(wording.reason_sentence, each) for each in match["reasons"]],
        "caveats": [said(wording.caveat_sentence, each) for each in match["caveats"]],
        "gaps": [said(gap_sentence, each) for each in match["gaps"]],
        "what_ifs": [counterfactual_sentence(each) for each in match["counterfactuals"]],
    }


def _why(asked: Asked, catalog: Catalog, text: str | None) -> dict[str, Any] | None:
    """The answer about one program; where the words name several, those to choose from."""
    if text is None:
        return None
    found = why_not(asked.question, catalog, text)
    rows: tuple[ProgramRow, ...] = ()
    if found is None:
        built = runtime()
        today, stale_days = built.clock.now().date(), built.settings.listing_stale_days
        with built.begin() as session:
            rows = list_programs(session, Wanted(text=text), cursor=None, today=today, stale_days=stale_days).items
        rows = tuple(each for each in rows if each.program_id in catalog.row_of)
        if len(rows) == 1:
            found = why_not(asked.question, catalog, rows[0].program_id)
    if found is None:
        return {"found": None, "choices": rows[:MOST_FOUND], "more": len(rows) > MOST_FOUND, "text": text}
    listing, judged = catalog.listings[catalog.row_of[found.program_id]], found.judgement
    last = found.last
    own, theirs = judged.match.contributions, last.contributions if last else {}
    return {
        "found": found,
        "listing": listing,
        "standing": playground_words.standing_sentence(found),
        "verdict": label.VERDICT_LABELS[judged.match.verdict],
        "obstacles": [playground_words.obstacle_sentence(each, listing) for each in found.obstacles],
        "steps": [playground_words.step_sentence(each) for each in found.steps],
        "requirements": [
            (playground_words.requirement_words(each), each.state.value) for each in judged.requirements if each.asks
        ],
        "last_name": catalog.listings[catalog.row_of[last.program_id]].name if last else "",
        "points": [(label.CRITERION_LABELS[each], own[each], theirs.get(each)) for each in own],
    }


def _tried(asked: Asked | None, catalog: Catalog, live: Weights, other: Weights) -> dict[str, Any]:
    """Other weights beside the live ones: for this list, for the golden set, and a glance at last week's lists."""
    built = runtime()
    with built.begin() as session:
        week = weights_trial.week_of(session, built.clock, most=weights_trial.GLANCE_LISTS)
    today = built.clock.now().date()
    glance = weights_trial.try_out(week, catalog, live, other, today=today, seconds=weights_trial.GLANCE_SECONDS)
    return {
        "changed": [row for row in differences(live, other) if row[3]],
        "moves": [_move(each, catalog) for each in moves(asked.question, catalog, other)] if asked else [],
        "golden": built.golden.effect(live, other),
        "week": glance,
        "names": names_of(catalog, (each["program_id"] for each in glance["movers"])),
        "hidden": hidden_figures(other),
    }


def _move(move: Any, catalog: Catalog) -> dict[str, Any]:
    listing = catalog.listings[catalog.row_of[move.program_id]]
    return {"move": move, "name": listing.name, "school": listing.institution}


def names_of(catalog: Catalog, ids: Any) -> dict[str, str]:
    """The names of programs that the catalogue still has, by id."""
    rows = {each: catalog.row_of[each] for each in ids if each in catalog.row_of}
    return {each: catalog.listings[row].name for each, row in rows.items()}

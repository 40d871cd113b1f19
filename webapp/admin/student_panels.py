"""Panels about students: how they come through the form, what the engine answers them, what the catalogue lacks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from webapp.admin.panel import PERCENT, SECONDS, WORDS, Column, Panel
from webapp.admin.span import Span
from webapp.domain.geography import STATES
from webapp.domain.label import BAND_LABELS, CREDENTIAL_LABELS, CRITERION_LABELS
from webapp.domain.occupation import find_occupation
from webapp.queries.demand import LEAST_ASKED, Demand, Want, Wish, demand
from webapp.queries.form_funnel import FormFunnel, form_funnel
from webapp.queries.verdict_mix import VerdictDay, verdict_mix
from webapp.ui.chart import Bar, Bars, Part, Stacks
from webapp.ui.formats import format_number, format_percent, plural

STEPS: Final = {
    "age": "Age",
    "goal": "Goal",
    "background": "Background",
    "subjects": "Subjects",
    "practicalities": "Practicalities",
    "priorities": "Priorities",
    "review": "Check the answers",
}
"""The pages of the form in their order, by their place in the address."""
VERDICTS: Final = {
    "eligible": ("Meets every rule", "schedule"),
    "likely": ("Likely meets them", "background"),
    "conditional": ("After a bridge", "start"),
    "not_yet": ("Not yet", "interests"),
    "unknown": ("Not known", "other"),
}
WANTS: Final = {
    Want.OCCUPATION: "Occupation",
    Want.CREDENTIAL: "Credential",
    Want.MODALITY: "Way of studying",
    Want.STATE: "Home state",
    Want.INTEREST: "Interest",
}
MODALITIES: Final = {"online": "Online", "hybrid": "Hybrid", "on_campus": "On campus"}
StepRow = tuple[str, int, int, int, float | None, float | None]
"""A step in words; who saw it, saved it and stopped there; the share of those; how long half took, in seconds."""
SHOWN: Final = 12
"""Bars of one chart."""
MOST_ROWS: Final = 100


def form_panels(session: Session, span: Span, now: datetime) -> list[Panel]:
    """The form, step by step."""
    found = form_funnel(session, span.first, span.last, now)
    return [_stages(found), _steps(found)]


def _stages(found: FormFunnel) -> Panel:
    stages = (
        ("Form begun: a first answer saved", found.begun),
        ("Form finished", found.finished),
        ("List by mail or introductions asked for", found.asked),
        ("Introduced to a school", found.introduced),
    )
    top = max(found.begun, 1)
    rows = []
    for place, (label, count) in enumerate(stages):
        before = stages[place - 1][1] if place else None
        rows.append((label, count, count / top, count / before if before else None))
    return Panel(
        "stages",
        "From the first answer to an introduction",
        "Forms count on the day they were begun, with what was done within three days of that.",
        (
            Column("Stage", WORDS),
            Column("Forms"),
            Column("Of those begun", PERCENT),
            Column("Of the stage before", PERCENT),
        ),
        rows if found.begun else [],
        "Nobody began the form in these days.",
        Bars(
            f"{plural(found.begun, 'form')} begun, {format_number(found.finished)} finished.",
            [
                Bar(label, count / top, f"{format_number(count)} · {format_percent(count / top)}")
                for label, count in stages
            ],
        ),
    )


def _steps(found: FormFunnel) -> Panel:
    rows = _step_rows(found)
    top = max((row[1] for row in rows), default=0) or 1
    return Panel(
        "steps",
        "Where people stop, and what takes long",
        "The bar is how many saw a step, the line across it how many saved it. Times are from the first sight of a "
        "step to its first save; half took at most that long, to the next bound of 5, 10, 15, 20, 30, 45 seconds and "
        f"so on. {_worst(rows)}",
        (
            Column("Step", WORDS),
            Column("Saw it"),
            Column("Saved it"),
            Column("Stopped there"),
            Column("Share that stopped", PERCENT),
            Column("Half took at most", SECONDS),
        ),
        rows,
        "No step was saved in these days.",
        Bars(
            "How many saw each step of the form, and how many saved it.",
            [
                Bar(words, shown / top, f"{format_number(saved)} of {format_number(shown)}", mark=saved / top)
                for words, shown, saved, *_ in rows
            ],
            "The upright line is how many saved the step.",
        ),
    )


def _step_rows(found: FormFunnel) -> list[StepRow]:
    order = [*(name for name in STEPS if name in found.steps), *sorted(set(found.steps) - set(STEPS))]
    steps = [found.steps[name] for name in order if name != "review"]
    return [
        (
            STEPS.get(step.step, step.step),
            step.shown,
            step.saved,
            max(step.shown - step.saved, 0),
            max(step.shown - step.saved, 0) / step.shown if step.shown else None,
            step.median_seconds,
        )
        for step in steps
    ]


def _worst(rows: Sequence[StepRow]) -> str:
    words, share = max(((row[0], row[4] or 0.0) for row in rows), key=lambda each: each[1], default=("", 0.0))
    return f"Most people stop at “{words}”: {format_percent(share)} of those who see it." if share else ""


def verdict_panels(session: Session, span: Span, now: datetime) -> list[Panel]:
    """What the engine says."""
    days = verdict_mix(session, span.first, span.last, now)
    parts = [Part(label, tone) for label, tone in VERDICTS.values()]
    pieces = span.pieces()
    firsts = [_sum(days, first, last, "firsts") for _, first, last in pieces]
    lists = sum(day.lists for day in days)
    return [
        Panel(
            "firsts",
            "The first place of each list",
            f"Each list that was asked for counts once, by the verdict on its first program, by {span.unit}. "
            "A list without any program counts under none.",
            (
                Column(span.unit.capitalize(), WORDS),
                *(Column(part.label) for part in parts),
                Column("Without a program"),
                Column("Lists"),
            ),
            [
                (label, *(counts[verdict] for verdict in VERDICTS), whole - counts.total(), whole)
                for (label, first, last), counts in zip(pieces, firsts, strict=True)
                for whole in [sum(day.lists for day in days if first <= day.day <= last)]
            ]
            if lists
            else [],
            "Nobody asked for a list in these days.",
            Stacks(
                f"{plural(lists, 'list')} by the verdict on the first program, by {span.unit}.",
                [label for label, _, _ in pieces],
                parts,
                [[counts[verdict] for verdict in VERDICTS] for counts in firsts],
            ),
        ),
        _places(days, "verdicts", "All places, by verdict", VERDICTS, "places"),
        _places(
            days,
            "bands",
            "All places, by band",
            {
                band: (label, tone)
                for (band, label), tone in zip(BAND_LABELS.items(), ("schedule", "background", "other"), strict=True)
            },
            "bands",
        ),
    ]


def _places(
    days: Sequence[VerdictDay], name: str, title: str, looks: Mapping[str, tuple[str, str]], attribute: str
) -> Panel:
    found: Counter[str] = Counter()
    for day in days:
        found.update(getattr(day, attribute))
    total = found.total()
    rows = [(looks[key][0], found[key], found[key] / total) for key in looks] if total else []
    return Panel(
        name,
        title,
        "Every program on every list that was asked for.",
        (Column("Says", WORDS), Column("Places"), Column("Share", PERCENT)),
        rows,
        "No program was on a list in these days.",
        Bars(
            f"{plural(total, 'place')} on lists, {title.split(', ')[1]}.",
            [
                Bar(
                    label,
                    found[key] / total,
                    f"{format_number(found[key])} · {format_percent(found[key] / total)}",
                    tone,
                )
                for key, (label, tone) in looks.items()
            ]
            if total
            else [],
        ),
    )


def _sum(days: Sequence[VerdictDay], first: object, last: object, attribute: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for day in days:
        if first <= day.day <= last:  # type: ignore[operator]  # dates both
            found.update(getattr(day, attribute))
    return found


def demand_panels(session: Session, span: Span, now: datetime) -> list[Panel]:
    """What was wanted and not there."""
    found = demand(session, span.first, span.last, now)
    return [*(_wishes(found, want) for want in Want), _limits(found)]


def _wishes(found: Demand, want: Want) -> Panel:
    wishes = [wish for wish in found.wishes if wish.want is want]
    shown = [wish for wish in wishes if wish.unmet][:SHOWN]
    top = max((wish.unmet for wish in shown), default=1)
    return Panel(
        want.value,
        f"Wanted and not found, by {WANTS[want].lower()}",
        "A request counts as unmet where no program on its list could be entered as far as is known (the verdict is "
        "neither that the rules are met nor that they likely are). "
        f"{_offer_words(want)}",
        (
            Column(WANTS[want], WORDS),
            Column("Requests"),
            Column("Unmet"),
            Column("Share unmet", PERCENT),
            Column("Programs now"),
        ),
        [(_value_words(wish), wish.requests, wish.unmet, wish.share, wish.programs) for wish in wishes[:MOST_ROWS]],
        "No request of these days said so.",
        Bars(
            f"Unmet requests by {WANTS[want].lower()}.",
            [
                Bar(
                    _value_words(wish),
                    wish.unmet / top,
                    f"{format_number(wish.unmet)} of {format_number(wish.requests)}",
                    "interests",
                )
                for wish in shown
            ],
        )
        if shown
        else None,
    )


def _offer_words(want: Want) -> str:
    if want is Want.OCCUPATION:
        return "Programs now are those published whose field leads to the occupation."
    if want is Want.STATE:
        return "Programs now are those published with a campus in that state; online ones come on top."
    if want is Want.INTEREST:
        return (
            "What a student wrote counts where it is a listed topic or another name of one, and is told from "
            f"{LEAST_ASKED} requests on; other words are in no count. Programs now are those published that list it."
        )
    return "Programs now are those published that offer it."


def _value_words(wish: Wish) -> str:
    match wish.want:
        case Want.OCCUPATION:
            occupation = find_occupation(wish.value)
            return occupation.title if occupation else wish.value
        case Want.CREDENTIAL:
            return CREDENTIAL_LABELS.get(wish.value, wish.value).capitalize()
        case Want.MODALITY:
            return MODALITIES.get(wish.value, wish.value)
        case Want.STATE:
            return STATES.get(wish.value, wish.value)
        case Want.INTEREST:
            return wish.value


def _limits(found: Demand) -> Panel:
    rows = [(_limit_words(each.rule), each.requests, each.unmet) for each in found.limits]
    top = max((each.requests for each in found.limits), default=1)
    return Panel(
        "limits",
        "Limits that left programs out",
        "A limit counts once for each request in which it left out any program. Only what a "
        "student called a must is a limit.",
        (Column("Limit", WORDS), Column("Requests"), Column("Of them unmet")),
        rows,
        "No limit left a program out in these days.",
        Bars(
            "Requests in which each limit left programs out.",
            [Bar(str(row[0]), row[1] / top, format_number(row[1]), "cost") for row in rows],
        )
        if rows
        else None,
    )


def _limit_words(rule: str) -> str:
    return "Put aside by the student" if rule == "hidden" else CRITERION_LABELS.get(rule, rule)

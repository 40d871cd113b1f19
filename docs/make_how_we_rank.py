"""Writes the figures of docs/how-we-rank.md from the code that ranks.

    .venv/bin/python docs/make_how_we_rank.py

The prose is written by hand, and holds no figures. Each table stands between `<!-- figures: name -->` and
`<!-- end of figures -->`; only what is between the two is replaced. A test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from webapp.domain.label import BASIS_LABELS, CRITERION_LABELS, PRIORITY_LABELS
from webapp.domain.profile import Criterion, Priority
from webapp.matching import DEFAULT_WEIGHTS, context, matters
from webapp.matching.assessment import PRIOR
from webapp.matching.criteria import background, cost, duration, goal, outcomes, place, start
from webapp.matching.curves import Curve, curves
from webapp.matching.low_cost import LOW_COST_CENTS
from webapp.matching.order import PER_INSTITUTION, TOP
from webapp.matching.scoring import GOOD_SCORE, STRONG_COVERAGE, STRONG_SCORE

PAGE = Path(__file__).resolve().parent / "how-we-rank.md"
BLOCK = re.compile(r"(<!-- figures: ([a-z]+) -->\n)(.*?)(<!-- end of figures -->)", re.S)


def blocks() -> Mapping[str, str]:
    """The text between the marks, by name."""
    return {
        "weights": _weights(),
        "constants": _table(("criterion", "figure", "value"), _constants()),
        "curves": "\n".join(_curve(curve) for curve in curves()),
        "unknown": _unknown(),
        "bands": _bands(),
        "variety": _table(
            ("rule", "figure"),
            [
                ("places the rules look at", TOP),
                ("programs of one institution among them, at most", PER_INSTITUTION),
                ("price in all of a low-cost option, at most", f"${LOW_COST_CENTS / 100:,.0f}"),
                ("score of a low-cost option, at least", f"{GOOD_SCORE:g}"),
            ],
        ),
    }


def written(text: str) -> str:
    """The page with the figures as the code has them. KeyError for a block that nothing fills."""
    found = blocks()
    return BLOCK.sub(lambda mark: f"{mark[1]}\n{found[mark[2]]}\n{mark[4]}", text)


def _weights() -> str:
    base = [(CRITERION_LABELS[each].lower(), f"{DEFAULT_WEIGHTS.unstated[each]:g}") for each in Criterion]
    times = [(f"times, where it is {PRIORITY_LABELS[each]}", f"{DEFAULT_WEIGHTS.factor(each):g}") for each in Priority]
    unasked = [
        (f"times, where nothing was said of it: {CRITERION_LABELS[each].lower()}", f"{share:g}")
        for each, share in DEFAULT_WEIGHTS.unasked.items()
    ]
    vague = ("times, where all that was said is a sentence without a topic: interests", f"{DEFAULT_WEIGHTS.vague:g}")
    return _table(("criterion", "weight"), [*base, *times, *unasked, vague])


def _constants() -> Iterable[tuple[str, str, str]]:
    parts = ", ".join(f"{name.replace('_', ' ')} {weight:g}" for name, weight in background.PARTS.items())
    return [
        ("goal", "share that what is taught decides, where topics are told", f"{goal.CONTENT:g}"),
        ("goal", "of what is taught, the share that the most telling topic decides", f"{matters.FOREMOST:g}"),
        ("goal", "what is left of a topic the student knows, outside degrees", f"{matters.ALREADY:g}"),
        ("goal", "power to which missing subjects weigh", f"{goal.UNREADY:g}"),
        ("goal", "share of the field's value that the level never takes away", f"{goal.LEVEL_FLOOR:g}"),
        ("goal", "what is left where another credential was named", f"{goal.OTHER_CREDENTIAL:g}"),
        ("background", "weights of the parts", parts),
        ("background", "by levels above the usual entrant", _list(background.ABOVE)),
        ("background", "by levels below, where the minimum is met", _list(background.BELOW)),
        ("background", "under the minimum education", f"{background.SHORT_OF_EDUCATION:g}"),
        ("background", "a subject, by levels short", _list(background.SHORT_OF_LEVEL)),
        ("background", "what a subject's gap leaves of the whole, by levels short", _list(background.GAP)),
        (
            "background",
            "open door, where no subject was told: by the level asked of a subject",
            _list(background.OPEN_SUBJECT),
        ),
        (
            "background",
            "open door, where no education was told: by the education asked",
            _list(background.OPEN_EDUCATION),
        ),
        ("cost", "price worth one half, with no budget", f"${cost.HALVING_CENTS / 100:,.0f}"),
        ("time to finish", "length worth one half, with no limit", f"{duration.HALVING_MONTHS:g} months"),
        ("start", "wait worth one half, with no wish", f"{start.HALVING_MONTHS:g} months"),
        ("outcomes", "graduates the unknown counts for", f"{outcomes.SHRINKAGE:g}"),
        ("outcomes", "graduates an unstated sample counts for", f"{outcomes.UNSTATED_SAMPLE:g}"),
        ("outcomes", "share of its sample that an unsourced figure keeps", f"{outcomes.UNSOURCED:g}"),
        ("outcomes", "pay worth nothing, as a share of the usual", f"{outcomes.SALARY_FLOOR:g}"),
        ("outcomes", "usual pay where no job is named", f"${outcomes.REFERENCE_CENTS / 100:,.0f}"),
        ("place", "campus, or online for some states, where you did not say where you live", f"{place.SOMEWHERE:g}"),
        ("interests", "of what you ask for, the weightiest that make up full value", f"{context.FULL_TERMS}"),
        ("interests", "what only the summary mentions", f"{matters.IN_PASSING:g}"),
        ("interests", "what lies near, times how near it lies", f"{matters.NEXT_TO:g}"),
        ("interests", "what you did not name as an interest, but wrote", f"{context.ASIDE:g}"),
        ("interests", "a word beside a topic", f"{context.BESIDE_A_TOPIC:g}"),
    ]


def _list(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _unknown() -> str:
    spreads = [
        (f"how far a price may be off: {BASIS_LABELS[each]}", f"{share:.0%}") for each, share in cost.SPREAD.items()
    ]
    return _table(("figure", "value"), [("the value of what is not known", f"{PRIOR:g}"), *spreads])


def _bands() -> str:
    return _table(
        ("band", "score at least", "coverage at least"),
        [
            ("strong", f"{STRONG_SCORE:g}", f"{STRONG_COVERAGE:g}"),
            ("good", f"{GOOD_SCORE:g}", "–"),
            ("possible", "–", "–"),
        ],
    )


def _curve(curve: Curve) -> str:
    title = f"**{CRITERION_LABELS[curve.criterion]}.** {curve.title}:\n"
    values = [f"{point.value:.2f}" for point in curve.points]
    return f"{title}\n{_table([point.at for point in curve.points], [values])}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))

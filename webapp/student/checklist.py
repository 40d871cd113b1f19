"""What a program asks for, as a checklist: held against a reader, or only told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from webapp.domain.label import education_label, listed, rule_label, subject_label
from webapp.domain.listing import Listing
from webapp.domain.requirement import RequirementState, need_sentence, requirement_sentence
from webapp.matching.judging import Requirement, published_requirements

STATE_WORDS: Mapping[RequirementState, tuple[str, str]] = {
    RequirementState.MET: ("Met", "check"),
    RequirementState.NOT_MET: ("Not met", "cross"),
    RequirementState.UNSAID: ("You did not say", "question"),
    RequirementState.UNPUBLISHED: ("Not published", "info"),
}


@dataclass(frozen=True, slots=True)
class Bridge:
    """A listing that closes a gap."""

    program_id: str
    name: str
    institution: str


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One requirement in words; `state` is its code, or "" where nobody is held against it."""

    state: str
    label: str
    sign: str
    text: str
    bridges: tuple[Bridge, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """The requirements of a program. `unasked` is one sentence about what the listing says it does not ask for."""

    items: tuple[ChecklistItem, ...]
    unasked: str
    source: str | None
    as_of: str | None


def checklist_of(
    listing: Listing, requirements: Iterable[Requirement] | None, name_of: Callable[[str], Bridge | None]
) -> Checklist:
    """What a program asks for; held against the reader where there are `requirements`, else only told."""
    held = requirements is not None
    told = list(published_requirements(listing) if requirements is None else requirements)
    unasked = [_unasked(each.rule) for each in told if not each.asks]
    origin = listing.source_of("min_education")
    return Checklist(
        items=tuple(item_of(each, held, name_of) for each in told if each.asks),
        unasked=f"The listing says that it asks for no {listed(unasked, 'or')}." if unasked else "",
        source=origin.source,
        as_of=origin.as_of,
    )


def item_of(requirement: Requirement, held: bool, name_of: Callable[[str], Bridge | None]) -> ChecklistItem:
    """One requirement in words; `held` says whether it was held against the reader."""
    rule, needs, state = requirement.rule, requirement.needs, requirement.state
    label, sign = STATE_WORDS[state]
    code = state.value
    if not held and state is not RequirementState.UNPUBLISHED:
        code, label, sign = "", "Asked for", "arrow"
    if needs is None:
        text = f"{subject_of(rule)}: what it asks for is not published."
    elif requirement.assumed:
        usual = f"usual for a program of this kind is {education_label(needs)}"
        said = "" if requirement.has is None else f"; you said: {education_label(requirement.has)}"
        text = f"Education: not published; {usual}{said}."
    else:
        text = requirement_sentence(rule, needs, requirement.has) if held else f"{need_sentence(rule, needs)}."
    bridges = tuple(found for found in map(name_of, requirement.bridges) if found is not None)
    return ChecklistItem(code, label, sign, text, bridges)


def subject_of(rule: str) -> str:
    """What a rule is about, as the beginning of a line."""
    label = "where online students may live" if rule == "state" else rule_label(rule)
    return label[:1].upper() + label[1:]


def _unasked(rule: str) -> str:
    return {"work_years": "years of work", "gpa": "least grade point average"}.get(rule) or subject_label(
        rule.removeprefix("subject.")
    )

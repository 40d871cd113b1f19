"""Sentences for what the engine says: codes with parameters in, one plain English sentence out.

Reads the JSON of a ranking, so it serves a fresh answer and one loaded back from the database alike. Values are shown
as data, never as markup: whoever renders a page escapes. A code that is not known raises UnknownCodeError, and a test
holds every code the engine can give against these tables.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from webapp.domain.calendar import as_of_words
from webapp.domain.cip import find_title
from webapp.domain.country import country_phrase
from webapp.domain.label import (
    CRITERION_LABELS,
    an,
    basis_label,
    counted,
    credential_label,
    criterion_label,
    distance_label,
    education_label,
    english_label,
    field_label,
    listed,
    modality_label,
    money,
    months_label,
    occupation_label,
    pace_label,
    percent,
    priority_label,
    state_label,
    subject_label,
    subject_level_label,
)

Parameters: TypeAlias = Mapping[str, Any]
_Text: TypeAlias = str | Callable[[Parameters], str]


class UnknownCodeError(KeyError):
    """No sentence is known for a code."""


def reason_sentence(reason: Parameters) -> str:
    """A reason, as one sentence that ties what the student said to what the listing says."""
    return _sentence(_REASONS, reason)


def caveat_sentence(caveat: Parameters) -> str:
    """A caveat, as one sentence."""
    return _sentence(_CAVEATS, caveat)


def source_phrase(statement: Parameters) -> str:
    """Where the fact of a reason or caveat comes from and as of when, or an empty text where neither is known."""
    source, as_of = statement.get("source"), statement.get("as_of")
    if source and as_of:
        return f"Source: {source}, as of {as_of_words(as_of)}."
    return f"Source: {source}, no date." if source else (f"As of {as_of_words(as_of)}, no source." if as_of else "")


def answer_phrase(path: str, value: Any) -> str:
    """What the student answered, as it follows "You said"."""
    section, key = path.split(".")
    if section == "subjects":
        return f"{subject_label(key)}: {subject_level_label(value)}"
    if section == "priorities":
        return f"{criterion_label(key).lower()} is {priority_label(value)}"
    return _ANSWERS[path](value)


def _sentence(table: Mapping[str, _Text], statement: Parameters) -> str:
    code = statement["code"]
    if code not in table:
        raise UnknownCodeError(code)
    text = table[code]
    tail = text if isinstance(text, str) else text(statement.get("fact") or {})
    student = statement.get("student")
    if student is None or code in _ALONE:
        return tail
    return f"You said {answer_phrase(student['path'], student['value'])}; {tail}"


_ANSWERS: Mapping[str, Callable[[Any], str]] = {
    "goal.occupation": lambda v: f"you want to become {an(occupation_label(v))}",
    "goal.words": lambda v: f"“{v}”",
    "goal.credentials": lambda v: f"you would take {listed([an(credential_label(c)) for c in v], 'or')}",
    "goal.interests": lambda v: f"you are interested in {listed(v)}",
    "background.education": lambda v: f"you have {education_label(v)}",
    "background.field": lambda v: f"you studied {field_label(v)}",
    "background.gpa": lambda v: f"your GPA is {v:.4g}",
    "background.work_years": lambda v: f"you have worked {counted(v, 'year')}",
    "background.english": lambda v: f"you have {english_label(v)}",
    "practical.modalities": lambda v: f"you would study {listed([modality_label(m) for m in v], 'or')}",
    "practical.country": lambda v: f"you live in {country_phrase(v)}",
    "practical.state": lambda v: f"you live in {state_label(v)}",
    "practical.postal_code": lambda v: f"you live near {v}",
    "practical.radius_km": lambda v: f"you would travel up to {distance_label(v)}",
    "practical.pace": lambda v: f"you want to study {pace_label(v)}",
    "practical.hours_per_week": lambda v: f"you have {counted(v, 'hour')} a week",
    "practical.start_within_months": lambda v: f"you want to start within {months_label(v)}",
    "practical.budget_usd": lambda v: f"your budget is {money(v)}",
    "practical.months_max": lambda v: f"you want to finish within {months_label(v)}",
}

_WHERE = {"name": "name", "topics": "topics", "summary": "summary"}


def _people(fact: Parameters) -> str:
    return "" if fact.get("sample") is None else f", among {counted(fact['sample'], 'graduate')} asked"


def _study(cip: str) -> str:
    """The field of study by its title in the classification, or by its family where the code has none."""
    title = find_title(cip)
    return title.removesuffix(", General").lower() if title else field_label(cip)


def _salary(fact: Parameters) -> str:
    wage = fact.get("occupation_wage_usd")
    beside = "" if wage is None else f" (US median for that job, all ages: {money(wage)})"
    return f"graduates report a median salary of {money(fact['value'])}{_people(fact)}{beside}."


def _mention(fact: Parameters) -> str:
    return "mention" if fact["column"] == "topics" else "mentions"


def _quoted(words: Sequence[str]) -> str:
    return listed([f"“{word}”" for word in words])


def _total(fact: Parameters) -> str:
    basis = "" if fact.get("basis") is None else f", {basis_label(fact['basis'])}"
    return f"tuition in all is {_price(fact)}{basis}."


def _price(fact: Parameters) -> str:
    """The price as published, or that for students of other states where this one pays, or may pay, that."""
    outside = fact.get("price_usd")
    return money(fact["value"]) if outside is None else f"{money(outside)} for students of other states"


def _record(fact: Parameters) -> str:
    return f"beside that, the listing says: {_RECORD[fact['column']](fact['value'])}."


_RECORD: Mapping[str, Callable[[Any], str]] = {
    "credential": lambda v: f"it leads to {an(credential_label(v))}",
    "cip": lambda v: f"the field is {field_label(v)}",
    "name": lambda v: f"the program is called {v}",
    "months": lambda v: f"it takes {months_label(v)}",
    "tuition_total_usd": lambda v: f"tuition in all is {money(v)}",
    "institution": lambda v: f"it is offered by {v}",
    "city": lambda v: f"it is in {v}",
}

_REASONS: Mapping[str, _Text] = {
    "goal_field": lambda f: f"this program's field, {_study(f['value'])}, leads to that job.",
    "goal_content": lambda f: (
        f"the program's {_WHERE[f['column']]} {_mention(f)} {_quoted(f['words'])}, which is the work of that job."
    ),
    "goal_credential_wanted": lambda f: f"this is {an(credential_label(f['value']))}.",
    "goal_credential_usual": lambda f: f"{an(credential_label(f['value']))} is usual for that job.",
    "background_subject": lambda f: f"the program asks for {subject_level_label(f['value'])}.",
    "background_subject_not_needed": "the program does not ask for it.",
    "background_field": "the program takes people from that field.",
    "background_any_field": lambda f: (
        f"the program takes people from any field"
        f"{' who have the prerequisites' if 'any_with_prerequisites' in f['value'] else ''}."
    ),
    "background_level": lambda f: f"that is what people who start {an(credential_label(f['value']))} usually have.",
    "background_education": lambda f: f"the program asks for {education_label(f['value'])}.",
    "background_gpa": lambda f: f"the program asks for {f['value']:.4g}.",
    "background_work_years": lambda f: f"the program asks for {counted(f['value'], 'year')}.",
    "background_english": lambda f: f"the program asks for {english_label(f['value'])}.",
    "cost_within_budget": _total,
    "cost_total": _total,
    "duration_within": lambda f: f"this takes {months_label(f['value'])}.",
    "duration_total": lambda f: f"this takes {months_label(f['value'])}.",
    "schedule_pace": lambda f: f"the program can be taken {listed([pace_label(p) for p in f['value']])}.",
    "schedule_hours": lambda f: f"the program takes {counted(f['value'], 'hour')} a week.",
    "place_modality": lambda f: f"the program is taught {listed([modality_label(m) for m in f['value']])}.",
    "place_near": lambda f: f"the campus is about {distance_label(f['distance_km'])} away.",
    "place_same_state": lambda f: f"the campus is in {state_label(f['value'])}.",
    "place_authorized": lambda f: f"online students from {state_label(f['state'])} are accepted.",
    "start_within": lambda f: f"the next start is in about {months_label(f['months'])}.",
    "start_next": lambda f: f"the next start is in about {months_label(f['months'])}.",
    "outcomes_salary": _salary,
    "outcomes_rate": lambda f: f"{percent(f['value'])} reach the published outcome{_people(f)}.",
    "interests_shared": lambda f: f"the program's {_WHERE[f['column']]} {_mention(f)} {_quoted(f['words'])}.",
    "interests_near": lambda f: (
        f"the program's {_WHERE[f['column']]} {_mention(f)} {_quoted(f['words'])}, which lies near it."
    ),
    "on_record": _record,
}


_CAVEATS: Mapping[str, _Text] = {
    "nothing_said": (
        "You have told us nothing that counts, so this order says little: what is cheap and open to all comes first."
    ),
    "not_yet": "You do not meet a requirement yet, so this stands below every program you may enter.",
    "education_assumed": lambda f: (
        f"The listing does not say what education it asks for; for {an(credential_label(f['value']))} we assumed "
        f"{education_label(f['assumed'])}. Ask the school."
    ),
    "requirements_unpublished": "The listing does not publish every entry requirement. Ask the school.",
    "answers_missing": "The program asks for something you have not told us about yet.",
    "goal_occupation_unknown": "we have no table of which fields lead to that job.",
    "goal_field_weak": lambda f: f"this program's field, {_study(f['value'])}, is not a usual way there.",
    "goal_content_weak": "little of what the program says it teaches is the work of that job.",
    "goal_credential_unusual": lambda f: f"{an(credential_label(f['value']))} alone is not usual for that job.",
    "goal_credential_other": lambda f: f"this is {an(credential_label(f['value']))}.",
    "background_above": lambda f: f"most people who start {an(credential_label(f['value']))} have less.",
    "cost_unknown": "The price is not published.",
    "cost_over_budget": lambda f: f"tuition in all is {_price(f)}.",
    "cost_residency": lambda f: (
        f"Students of {'other states' if f.get('state') is None else 'states other than ' + state_label(f['state'])} "
        f"pay {money(f['value'])} in all; we do not know which price is yours."
    ),
    "cost_average": "The price is an average of the whole institution, not this program's. Ask for it.",
    "cost_per_credit": "The price is worked out from the price per credit; fees may come on top.",
    "duration_unknown": "How long it takes is not published.",
    "duration_over": lambda f: f"this takes {months_label(f['value'])}.",
    "schedule_pace_unknown": "Whether it can be taken full-time or part-time is not published.",
    "schedule_pace_other": lambda f: f"the program can only be taken {listed([pace_label(p) for p in f['value']])}.",
    "schedule_hours_unknown": "The hours a week are not published.",
    "schedule_hours_over": lambda f: f"the program takes {counted(f['value'], 'hour')} a week.",
    "place_modality_unknown": "Whether it is taught online or on campus is not published.",
    "place_modality_other": lambda f: f"the program is taught {listed([modality_label(m) for m in f['value']])}.",
    "place_not_authorized": "online students from there are not accepted.",
    "place_authorization_unknown": "whether online students from there are accepted is not published.",
    "place_country_unknown": "whether it takes online students of other countries is not published.",
    "place_foreign": lambda f: f"the campus is in {country_phrase(f['value'])}.",
    "place_far": lambda f: f"the campus is about {distance_label(f['distance_km'])} away.",
    "place_other_state": lambda f: f"the campus is in {state_label(f['value'])}.",
    "start_unknown": "When it starts is not published.",
    "start_late": lambda f: f"the next start is in about {months_label(f['months'])}.",
    "outcomes_unknown": "What graduates earn, and how many reach their aim, is not published.",
    "outcomes_sample_unknown": "How many graduates the outcome figures rest on is not published.",
    "outcomes_small_sample": lambda f: f"The outcome figures rest on only {counted(f['value'], 'graduate')}.",
    "outcomes_unsourced": "The outcome figures name no source.",
    "outcomes_low_salary": lambda f: (
        f"Graduates report a median salary of {money(f['value'])}{_people(f)}, low for what you aim at."
    ),
    "outcomes_low_rate": lambda f: f"Only {percent(f['value'])} reach the published outcome.",
    "interests_unmatched": "None of the words you wrote stand in any listing, so they decide nothing.",
    "interests_thin": "The listing has no topics or summary, so your interests were held against its name only.",
    "interests_none": "the listing mentions none of it by name.",
    "unverified": "Nobody has noted when this listing was last checked.",
    "stale": lambda f: f"This listing was last checked on {f['value']}, more than a year ago.",
    "variety_up": lambda f: (
        f"Moved up {counted(f['places'], 'place')}: we show at most two programs of one institution in the first ten."
    ),
    "variety_down": lambda f: (
        f"Moved down {counted(f['places'], 'place')}: we show at most two programs of one institution in the first ten."
    ),
    "background_untold": "You told us nothing of your schooling, and this program asks for much.",
    "cost_untold": "You named no budget, and this program is dear.",
    "place_untold": "You did not say where you live, and this program is not within everyone's reach.",
    "low_cost_up": lambda f: (
        f"Moved up {counted(f['places'], 'place')}: we show one low-cost option in the first ten, a good match whose "
        f"tuition is published and at most {money(10_000)} in all ({_price(f)} here)."
    ),
    "low_cost_down": lambda f: (
        f"Moved down {counted(f['places'], 'place')}: we show one low-cost option in the first ten."
    ),
    **{
        f"{criterion}_weak": f"{label}: this program does poorly by what you told us."
        for criterion, label in CRITERION_LABELS.items()
    },
}

_ALONE = frozenset(
    (
        "cost_unknown",
        "duration_unknown",
        "schedule_pace_unknown",
        "schedule_hours_unknown",
        "place_modality_unknown",
        "start_unknown",
    )
)
"""Caveats whose sentence stands by itself, though they carry the answer they are about."""

REASON_CODES = frozenset(_REASONS)
CAVEAT_CODES = frozenset(_CAVEATS)

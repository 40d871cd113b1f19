"""What a student said and allowed, as facts with a label each, for pages of staff and of partners."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from webapp.domain import label
from webapp.domain.contact_preferences import LANGUAGES, ContactPreferences, ways
from webapp.domain.partner import ContactChannel
from webapp.domain.question import Answer, answer_words
from webapp.domain.time_zone import time_zone_label


def contact_in_words(channels: Sequence[str], preferences: ContactPreferences) -> list[dict[str, Any]]:
    """How the student may be contacted, as the partner was told."""
    most, hours = preferences.max_attempts, preferences.hours
    zone = preferences.time_zone
    return _facts(
        (
            ("Ways", ways({ContactChannel(channel) for channel in channels})),
            ("Calls and texts", f"only {hours.words()}" if hours else None),
            ("Time zone", time_zone_label(zone) if zone else None),
            ("Language", LANGUAGES.get(preferences.language, preferences.language)),
            ("Tries", "no limit" if most is None else f"at most {most}"),
        )
    )


def answers_in_words(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """What the student answered to the partner's own questions."""
    return _facts((answer.label, answer_words(answer.kind, answer.value)) for answer in answers)


def profile_in_words(profile: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """A stored profile as sections of {label, value}, in the order of the form. What was not said is left out."""
    sections = (
        ("Goal", _goal(profile.get("goal", {}))),
        ("Background", _background(profile.get("background", {}))),
        ("Subjects", _subjects(profile.get("subjects", {}))),
        ("Practical", _practical(profile.get("practical", {}))),
        ("Priorities", _priorities(profile.get("priorities", {}))),
    )
    return [(name, facts) for name, facts in sections if facts]


def _facts(pairs: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
    return [{"label": name, "value": value} for name, value in pairs if value not in (None, "", [])]


def _goal(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    occupation = said.get("occupation")
    return _facts(
        (
            ("Occupation", label.occupation_label(occupation) if occupation else None),
            ("In their words", said.get("words")),
            ("Credentials", ", ".join(map(label.credential_label, said.get("credentials", ())))),
            ("Interests", ", ".join(said.get("interests", ()))),
        )
    )


def _background(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    field, years = said.get("field"), said.get("work_years")
    return _facts(
        (
            ("Education", label.education_label(said["education"]) if said.get("education") else None),
            ("Field", label.field_label(field) if field else None),
            ("Grade point average", said.get("gpa")),
            ("Work experience", label.counted(years, "year") if years is not None else None),
            ("English", label.english_label(said["english"]) if said.get("english") else None),
        )
    )


def _subjects(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [subject for subject in label.SUBJECT_LABELS if said.get(subject)]
    return _facts(
        (label.subject_label(name).capitalize(), label.subject_level_label(said[name]).capitalize()) for name in names
    )


def _practical(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    state, budget, most = said.get("state"), said.get("budget_usd"), said.get("months_max")
    within, hours, radius = said.get("start_within_months"), said.get("hours_per_week"), said.get("radius_km")
    return _facts(
        (
            ("How", ", ".join(map(label.modality_label, said.get("modalities", ())))),
            ("Country", said.get("country")),
            ("State", label.state_label(state) if state else None),
            ("Postal code", said.get("postal_code")),
            ("Within", f"{radius:g} km" if radius is not None else None),
            ("Pace", label.pace_label(said["pace"]) if said.get("pace") else None),
            ("Hours a week", f"{hours:g}" if hours is not None else None),
            ("Start within", label.months_label(within) if within is not None else None),
            ("Budget", label.money(budget) if budget is not None else None),
            ("At most", label.months_label(most) if most is not None else None),
        )
    )


def _priorities(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [criterion for criterion in label.CRITERION_LABELS if said.get(criterion)]
    return _facts((label.criterion_label(name), label.priority_label(said[name]).capitalize()) for name in names)

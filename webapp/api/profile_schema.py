"""The profile's JSON form as a JSON schema, made from the same words and limits that read it.

It says as much as a schema can: what it lets through is nearly always accepted. `Profile.from_json` has the last word.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.field import FIELDS
from webapp.domain.profile import (
    INTEREST_LIMIT,
    INTERESTS_LIMIT,
    WORDS_LIMIT,
    Criterion,
    Modality,
    Pace,
    Priority,
)
from webapp.domain.subject import Subject, SubjectLevel


def _object(properties: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "object", "description": description, "additionalProperties": False, "properties": properties}


def _word(kind: Iterable[StrEnum], description: str = "") -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "enum": [member.value for member in kind]}
    return {**schema, "description": description} if description else schema


def _words(kind: type[StrEnum], description: str) -> dict[str, Any]:
    return {
        "type": "array",
        "description": description,
        "uniqueItems": True,
        "maxItems": len(kind),
        "items": _word(kind),
    }


def _number(low: float, high: float, description: str) -> dict[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high, "description": description}


def _text(limit: int, description: str = "") -> dict[str, Any]:
    return {"type": "string", "maxLength": limit, "description": description}


def profile_schema() -> dict[str, Any]:
    """The schema of a profile. Every key is optional; a key that is missing is unknown."""
    interests = {"type": "array", "maxItems": INTERESTS_LIMIT, "uniqueItems": True, "items": _text(INTEREST_LIMIT)}
    return _object(
        {
            "goal": _object(
                {
                    "occupation": {
                        "type": "string",
                        "pattern": r"^[0-9]{2}-[0-9]{4}$",
                        "description": "The job aimed at: a SOC code.",
                    },
                    "words": _text(WORDS_LIMIT, "The aim in the student's own words."),
                    "credentials": _words(Credential, "Kinds of program that come into question."),
                    "interests": {**interests, "description": "Topics of interest, in the student's own words."},
                },
                "Where the student wants to go.",
            ),
            "background": _object(
                {
                    "education": _word(Education, "The highest level completed."),
                    "field": {"type": "string", "enum": sorted(FIELDS), "description": "Of study: a CIP family."},
                    "gpa": _number(0, 4, "On the scale to 4."),
                    "work_years": _number(0, 70, "Years of full-time work."),
                    "english": _word(EnglishLevel, "On the European scale, or native."),
                },
                "What the student brings.",
            ),
            "subjects": _object(
                {subject.value: _word(SubjectLevel) for subject in Subject}, "How far the student got in each subject."
            ),
            "practical": _practical(),
            "priorities": _object(
                {criterion.value: _word(Priority) for criterion in Criterion}, "How much each criterion matters."
            ),
        },
        "All the engine may know of a student: no name, no address, nothing to reach them by.",
    )


def _practical() -> dict[str, Any]:
    return _object(
        {
            "modalities": _words(Modality, "Ways of attending that come into question."),
            "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166-1 code."},
            "state": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "In the US: the state's code."},
            "postal_code": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9 -]{1,10}$"},
            "radius_km": _number(1, 20_000, "How far a campus may be."),
            "pace": _word(Pace),
            "hours_per_week": _number(1, 100, "Time there is for study."),
            "start_within_months": _number(0, 120, "How soon to start."),
            "budget_usd": {**_number(0, 10_000_000, "For the whole program."), "multipleOf": 0.01},
            "months_max": _number(1, 240, "How long it may take."),
        },
        "Limits of life.",
    )

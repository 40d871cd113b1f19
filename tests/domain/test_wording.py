"""Words: every code of the engine has a sentence, and sentences read from JSON say what they should."""

import re
from pathlib import Path

import pytest

import webapp.matching
from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.label import (
    band_label,
    basis_label,
    control_label,
    credential_label,
    criterion_label,
    education_label,
    english_label,
    modality_label,
    money,
    money_cents,
    pace_label,
    priority_label,
    rule_label,
    subject_label,
    subject_level_label,
    term_label,
    verdict_label,
    verdict_sentence,
)
from webapp.domain.listing import TERMS, Control, TuitionBasis
from webapp.domain.profile import Criterion, Modality, Pace, Priority
from webapp.domain.requirement import gap_sentence
from webapp.domain.subject import Subject, SubjectLevel
from webapp.domain.wording import (
    CAVEAT_CODES,
    REASON_CODES,
    UnknownCodeError,
    caveat_sentence,
    reason_sentence,
    source_phrase,
)
from webapp.matching import DEFAULT_WEIGHTS
from webapp.matching.entry import ADMISSION_RULES
from webapp.matching.limits import LIMIT_RULES
from webapp.matching.rules import Verdict


def emitted(module: str) -> set[str]:
    source = (Path(webapp.matching.__file__).parent / f"{module}.py").read_text()
    return set(re.findall(r'say\(\s*"([a-z_]+)"', source))


def test_every_reason_the_engine_can_give_has_a_sentence() -> None:
    codes = emitted("reasons") | {"background_" + n for n in ("education", "field", "gpa", "work_years", "english")}
    codes |= {"cost_within_budget", "cost_total", "background_any_field", "interests_shared", "interests_near"}
    assert codes == REASON_CODES


def test_every_caveat_the_engine_can_give_has_a_sentence() -> None:
    codes = emitted("caveats") | emitted("ranking") | {f"{criterion.value}_weak" for criterion in Criterion}
    codes |= {f"{criterion}_untold" for criterion in DEFAULT_WEIGHTS.unasked}
    assert codes | {"stale", "unverified", "not_yet"} == CAVEAT_CODES


def test_every_word_of_the_vocabulary_has_a_label() -> None:
    assert all(criterion_label(c) for c in Criterion)
    assert all(credential_label(c) for c in Credential)
    assert all(education_label(e) for e in Education)
    assert all(subject_label(s) for s in Subject)
    assert all(subject_level_label(level) for level in SubjectLevel)
    assert all(modality_label(m) for m in Modality)
    assert all(pace_label(p) for p in Pace)
    assert all(priority_label(p) for p in Priority)
    assert all(english_label(level) for level in EnglishLevel)
    assert all(control_label(c) for c in Control)
    assert all(basis_label(b) for b in TuitionBasis)
    assert all(term_label(t) for t in TERMS)
    assert all(rule_label(r) for r in (*ADMISSION_RULES, *LIMIT_RULES, "state"))
    assert all(verdict_label(v.label) and verdict_sentence(v.label) for v in Verdict)
    assert all(band_label(b) for b in ("strong", "good", "possible"))


def test_a_reason_read_from_json_ties_the_answer_to_the_fact() -> None:
    reason = {
        "code": "cost_within_budget",
        "criterion": "cost",
        "student": {"path": "practical.budget_usd", "value": 30000},
        "fact": {"column": "tuition_total_usd", "value": 18852.5, "basis": "program"},
        "source": "Alder website",
        "as_of": "2026-10-01",
    }
    expected = "You said your budget is $30,000; tuition in all is $18,852.50, published for this program."
    assert reason_sentence(reason) == expected
    assert source_phrase(reason) == "Source: Alder website, as of October 1, 2026."


def test_caveats_and_gaps_read_plainly() -> None:
    assert caveat_sentence({"code": "cost_unknown", "student": None, "fact": None}) == "The price is not published."
    gap = {"rule": "subject.statistics", "needs": "several_courses", "has": "one_course", "bridges": ["a"]}
    assert gap_sentence(gap) == (
        "Needs statistics: several courses; you said: one course. A listed program closes this gap."
    )


def test_an_unknown_code_is_an_error_not_a_blank() -> None:
    with pytest.raises(UnknownCodeError):
        reason_sentence({"code": "because", "student": None, "fact": None})


def test_money_and_months() -> None:
    assert (money(30000), money(0), money(1.5), money_cents(3_000_050)) == ("$30,000", "$0", "$1.50", "$30,000.50")
    assert term_label("2027-01") == "January 2027"

"""What each code of the vocabulary is called in plain English."""

from collections.abc import Mapping, Sequence

from webapp.domain.calendar import month_words
from webapp.domain.field import FIELDS
from webapp.domain.geography import STATES
from webapp.domain.occupation import find_occupation

KM_PER_MILE = 1.609344

CRITERION_LABELS: Mapping[str, str] = {
    "goal": "Career goal",
    "background": "Your background",
    "cost": "Cost",
    "duration": "Time to finish",
    "schedule": "Schedule",
    "place": "Place",
    "start": "Start date",
    "outcomes": "Outcomes",
    "interests": "Interests",
}
VERDICT_LABELS: Mapping[str, str] = {
    "eligible": "You meet the requirements",
    "likely": "You likely meet the requirements",
    "conditional": "Within reach after a bridge",
    "not_yet": "Not yet",
    "unknown": "We cannot tell",
}
VERDICT_SENTENCES: Mapping[str, str] = {
    "eligible": "You meet every entry requirement that this program publishes.",
    "likely": "You meet what this program publishes, but it does not publish every requirement.",
    "conditional": "You miss a requirement, and a listed course or program closes that gap.",
    "not_yet": "You miss a requirement that no listed course or program closes.",
    "unknown": "We know too little to say whether you meet the requirements.",
}
BAND_LABELS: Mapping[str, str] = {"strong": "Strong match", "good": "Good match", "possible": "Possible match"}
CREDENTIAL_LABELS: Mapping[str, str] = {
    "bootcamp": "bootcamp",
    "professional_certificate": "professional certificate",
    "undergraduate_certificate": "undergraduate certificate",
    "associate": "associate degree",
    "bachelor": "bachelor's degree",
    "graduate_certificate": "graduate certificate",
    "master": "master's degree",
    "doctorate": "doctorate",
}
EDUCATION_LABELS: Mapping[str, str] = {
    "less_than_high_school": "less than high school",
    "high_school": "high school",
    "some_college": "some college",
    "associate": "an associate degree",
    "bachelor": "a bachelor's degree",
    "master": "a master's degree",
    "doctorate": "a doctorate",
}
SUBJECT_LABELS: Mapping[str, str] = {
    "programming": "programming",
    "statistics": "statistics",
    "calculus": "calculus",
    "linear_algebra": "linear algebra",
    "databases": "databases",
    "machine_learning": "machine learning",
}
SUBJECT_LEVEL_LABELS: Mapping[str, str] = {
    "none": "none",
    "self_study": "self-study",
    "one_course": "one course",
    "several_courses": "several courses",
    "used_at_work": "used at work",
    "unknown": "don't know",
}
MODALITY_LABELS: Mapping[str, str] = {"online": "online", "hybrid": "partly online", "on_campus": "on campus"}
PACE_LABELS: Mapping[str, str] = {"full_time": "full-time", "part_time": "part-time"}
PRIORITY_LABELS: Mapping[str, str] = {
    "must": "a must",
    "important": "important",
    "nice": "nice to have",
    "ignore": "not important",
}
ENGLISH_LABELS: Mapping[str, str] = {
    **{level: f"English level {level.upper()}" for level in ("a1", "a2", "b1", "b2", "c1", "c2")},
    "native": "English as a first language",
}
CONTROL_LABELS: Mapping[str, str] = {
    "public": "public",
    "private_nonprofit": "private, nonprofit",
    "private_for_profit": "private, for profit",
}
BASIS_LABELS: Mapping[str, str] = {
    "program": "published for this program",
    "institution_average": "an average of the whole institution, not this program's price",
    "per_credit": "worked out from the price per credit",
}
TERM_LABELS: Mapping[str, str] = {
    "fall": "fall",
    "winter": "winter",
    "spring": "spring",
    "summer": "summer",
    "rolling": "any time",
    "monthly": "every month",
}
RULE_LABELS: Mapping[str, str] = {
    "hidden": "was put aside by you",
    "goal": "awards another credential than those you named",
    "place": "cannot be reached from where you are, in a way you accept",
    "schedule": "does not fit your pace or your hours",
    "duration": "takes longer than your limit",
    "start": "starts later than you want",
    "cost": "costs more than your budget",
    "background": "asks for something you do not have yet",
    "education": "education",
    "field": "field of study",
    "gpa": "grade point average",
    "work_years": "years of work",
    "english": "English",
    "state": "state you live in",
    **{f"subject.{subject}": label for subject, label in SUBJECT_LABELS.items()},
}


def criterion_label(criterion: str) -> str:
    """The name of a criterion."""
    return CRITERION_LABELS[criterion]


def verdict_label(verdict: str) -> str:
    """A verdict in a few words."""
    return VERDICT_LABELS[verdict]


def verdict_sentence(verdict: str) -> str:
    """What a verdict means."""
    return VERDICT_SENTENCES[verdict]


def band_label(band: str) -> str:
    """A band in two words."""
    return BAND_LABELS[band]


def credential_label(credential: str) -> str:
    """A credential, without article."""
    return CREDENTIAL_LABELS[credential]


def education_label(education: str) -> str:
    """A level of education, with article where it takes one."""
    return EDUCATION_LABELS[education]


def subject_label(subject: str) -> str:
    """A subject."""
    return SUBJECT_LABELS[subject]


def subject_level_label(level: str) -> str:
    """How well someone knows a subject."""
    return SUBJECT_LEVEL_LABELS[level]


def modality_label(modality: str) -> str:
    """A way of teaching."""
    return MODALITY_LABELS[modality]


def pace_label(pace: str) -> str:
    """Full-time or part-time."""
    return PACE_LABELS[pace]


def priority_label(priority: str) -> str:
    """How much something matters."""
    return PRIORITY_LABELS[priority]


def english_label(level: str) -> str:
    """A level of English."""
    return ENGLISH_LABELS[level]


def control_label(control: str) -> str:
    """Who runs an institution."""
    return CONTROL_LABELS[control]


def basis_label(basis: str) -> str:
    """What a tuition figure is a figure of."""
    return BASIS_LABELS[basis]


def rule_label(rule: str) -> str:
    """A rule: for a hard limit what the excluded programs do, for a rule on entry what it is about."""
    return RULE_LABELS[rule]


def state_label(state: str) -> str:
    """The name of a US state, or the code where it is not one."""
    return STATES.get(state, state)


def field_label(family: str) -> str:
    """A field of study, by its two-digit family or a longer CIP code."""
    return FIELDS.get(family[:2], family)


def occupation_label(soc: str) -> str:
    """What people call an occupation, or its code where the table does not have it."""
    occupation = find_occupation(soc)
    return soc if occupation is None else occupation.plain_title


def term_label(term: str) -> str:
    """A start term; a month `YYYY-MM` as words."""
    if term in TERM_LABELS:
        return TERM_LABELS[term]
    return month_words(term)


def money(dollars: float) -> str:
    """US dollars, with cents only where there are some."""
    return f"${dollars:,.0f}" if float(dollars).is_integer() else f"${dollars:,.2f}"


def money_cents(cents: int) -> str:
    """US cents as dollars."""
    return money(cents / 100)


def months_label(months: float) -> str:
    """A number of months."""
    return counted(months, "month")


def distance_label(km: float) -> str:
    """A distance as people in the United States say it, with kilometres for everyone else."""
    return f"{counted(max(1, round(km / KM_PER_MILE)), 'mile')} ({km:,.0f} km)"


def percent(share: float) -> str:
    """A share in 0..1 as a whole percentage."""
    return f"{share * 100:.0f}%"


def counted(number: float, noun: str) -> str:
    """A number with its noun, in the plural where it is not one."""
    return f"{number:g} {noun}" if number == 1 else f"{number:,.6g} {noun}s"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Several things as one phrase."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def an(noun: str) -> str:
    """A noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"

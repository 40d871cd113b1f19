"""The form for introductions: which schools, who you are, how they may contact you, and what each school asks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms.validators import ValidationError

from webapp.domain.consent import matches_by_mail_text
from webapp.domain.contact_preferences import (
    LANGUAGES,
    USUAL_ATTEMPTS,
    WEEKDAYS,
    ContactHours,
    ContactPreferences,
    Day,
    PartOfDay,
)
from webapp.domain.partner import ContactChannel
from webapp.domain.question import AnswerValue, Question
from webapp.domain.submission import Contact
from webapp.domain.time_zone import TIME_ZONES, US_TIME_ZONES
from webapp.student.forms.phone import BAD_PHONE, e164
from webapp.student.forms.question import PREFIX, answer_in, field_for, field_name
from webapp.student.forms.request import TRAP_FILLED, MailboxField
from webapp.ui.choices import CheckboxesField, CheckField, Option, RadioField, SelectField
from webapp.ui.fields import HoneypotField, TelField, TextField
from webapp.ui.forms import BaseForm

CHANNEL_LABELS = {
    ContactChannel.EMAIL: "By e-mail",
    ContactChannel.PHONE: "By phone call",
    ContactChannel.TEXT: "By text message",
}
LIST_CHANGED = (
    "The list has changed since this page was shown. Look at the schools below and tick again. Nothing was sent."
)
NO_LIMIT = "none"
_WEEKDAYS = "weekdays"
_DAYS: Mapping[str, tuple[str, Sequence[Day]]] = {
    _WEEKDAYS: ("Monday to Friday", WEEKDAYS),
    Day.SAT.value: ("Saturday", (Day.SAT,)),
    Day.SUN.value: ("Sunday", (Day.SUN,)),
}
_PARTS = {
    PartOfDay.MORNING: "8 AM to noon",
    PartOfDay.AFTERNOON: "Noon to 5 PM",
    PartOfDay.EVENING: "5 PM to 9 PM",
}
_ATTEMPTS = {
    "1": "Once",
    str(USUAL_ATTEMPTS): f"Up to {USUAL_ATTEMPTS} times",
    "5": "Up to 5 times",
    NO_LIMIT: "I set no limit",
}


class SchoolsField(CheckboxesField):
    """One box for each school that can be asked; which ones is known only when the page is made."""

    def offer(self, options: Sequence[Option]) -> None:
        """Offer these boxes, in this order."""
        self.options = list(options)

    def pre_validate(self, form: Any) -> None:
        """Refuse a school that is not on the list (any more)."""
        try:
            super().pre_validate(form)
        except ValidationError as exc:
            raise ValidationError(LIST_CHANGED) from exc


class IntroductionsForm(BaseForm):
    """What the student says to be introduced. Nothing is ticked beforehand; fields of questions are added by `asking`.

    `questions` are those of each box, by the value of the box.
    """

    schools = SchoolsField(
        "Which schools may we introduce you to?", hint="Tick one or several. Ticking sends nothing yet.", options=[]
    )
    first_name = TextField("First name", max_length=80, autocomplete="given-name", width="m")
    last_name = TextField("Last name", max_length=80, autocomplete="family-name", width="m")
    email = MailboxField(
        "E-mail address",
        hint="We confirm there what you asked for, with a link to cancel it.",
        required="Write your e-mail address: we confirm there what you asked for.",
    )
    channels = CheckboxesField(
        "How may the schools you ticked contact you?",
        hint="They may use only the ways you tick here.",
        options=[Option(channel.value, words) for channel, words in CHANNEL_LABELS.items()],
        inline=True,
    )
    phone = TelField(
        "Phone number", hint="Needed only for calls and text messages. It is not kept and not sent otherwise."
    )
    days = CheckboxesField(
        "On which days may they call or text?",
        hint="Tick none if any day is fine.",
        options=[Option(value, words) for value, (words, _) in _DAYS.items()],
        inline=True,
    )
    parts = CheckboxesField(
        "At what time of day may they call or text?",
        hint="Tick none if any time from 8 AM to 9 PM is fine.",
        options=[Option(part.value, words) for part, words in _PARTS.items()],
        inline=True,
    )
    time_zone = SelectField(
        "Your time zone",
        options=[
            Option(zone, words, group="United States" if zone in US_TIME_ZONES else "Elsewhere")
            for zone, words in TIME_ZONES.items()
        ],
        unknown=None,
        width="l",
    )
    language = SelectField(
        "Language you would like to be contacted in",
        hint="A school may not be able to. Then it writes in English.",
        options=[Option(code, name) for code, name in LANGUAGES.items()],
        unknown=None,
        blank="English",
        width="m",
    )
    attempts = RadioField(
        "How often may a school try to reach you?",
        hint=f"Counted until you answer. If you leave this open, we tell them {USUAL_ATTEMPTS} times at most.",
        options=[Option(value, words) for value, words in _ATTEMPTS.items()],
        unknown=None,
    )
    may_wait = CheckField(
        "If a school has no free place, let my request wait",
        hint="Some schools take only so many students in a day or a month. Left open, we tell you at once instead.",
    )
    mail = CheckField("Mail me the whole list as well", hint=matches_by_mail_text())
    adult = CheckField("I am 18 or older", hint="We introduce adults only.")
    homepage = HoneypotField()

    def __init__(
        self,
        *args: Any,
        schools: Sequence[Option] = (),
        questions: Mapping[str, Sequence[Question]] | None = None,
        region: str = "US",
        test_addresses: bool = False,
        is_adult: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schools.offer(schools)
        self.questions = questions or {}
        self.region, self.test_addresses = region, test_addresses
        self.phone_e164: str | None = None
        if is_adult:
            # Said in the form already; nobody is asked the same twice.
            del self.adult
        self._put_questions_behind_schools()

    @property
    def states_adult(self) -> bool:
        """Whether the student says to be 18 or older, here or in the form before."""
        return "adult" not in self or bool(self.adult.data)

    @property
    def chosen_channels(self) -> frozenset[ContactChannel]:
        """The ways ticked."""
        return frozenset(ContactChannel(value) for value in self.channels.data)

    @property
    def contact(self) -> Contact:
        """Who the student is. Call it after `validate()`."""
        return Contact(
            self.email.data or "", self.first_name.data or "", self.last_name.data or "", phone=self.phone_e164
        )

    @property
    def preferences(self) -> ContactPreferences:
        """How the student may be contacted, beside the ways."""
        days = [day for value in self.days.data for day in _DAYS[value][1]]
        attempts = self.attempts.data or str(USUAL_ATTEMPTS)
        return ContactPreferences(
            hours=ContactHours.of(days, [PartOfDay(part) for part in self.parts.data]),
            time_zone=self.time_zone.data,
            language=self.language.data or "en",
            max_attempts=None if attempts == NO_LIMIT else int(attempts),
        ).within(self.chosen_channels)

    def answers_for(self, school: str) -> dict[UUID, AnswerValue]:
        """What was answered to the questions of one box, by the id of the question."""
        answers = {question.id: answer_in(question, self[field_name(question)]) for question in self.questions[school]}
        return {question_id: value for question_id, value in answers.items() if value is not None}

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then what one answer asks of another."""
        super().validate(extra_validators)
        if not self.schools.data:
            _refuse(self.schools, "Tick at least one school. If you want none, you are done: nothing was sent.")
        self._check_person()
        self._check_contact()
        self._check_questions()
        if self.homepage.is_tripped:
            self.form_errors.append(TRAP_FILLED)
            self.homepage.raw_data = None
            self.homepage.data = None
        return not self.errors

    def _check_person(self) -> None:
        if not self.first_name.data:
            _refuse(self.first_name, "Write your first name, so that the school knows whom to write to.")
        if not self.last_name.data:
            _refuse(self.last_name, "Write your last name, so that the school knows whom to write to.")
        if not self.states_adult:
            _refuse(
                self.adult, "We introduce only people of 18 or older. If you are younger, have the list mailed instead."
            )

    def _check_contact(self) -> None:
        """Read the number only where a way was ticked that needs one; otherwise it is not kept."""
        self.phone_e164 = None
        if not self.channels.data:
            _refuse(self.channels, "Tick at least one way in which the schools may contact you.")
        if not any(channel.needs_phone for channel in self.chosen_channels if not self.channels.errors):
            self.phone.errors = []
            return
        if not self.time_zone.data:
            _refuse(self.time_zone, "Choose your time zone, so that nobody calls you at night.")
        if not self.phone.data:
            _refuse(self.phone, "Write your phone number, or untick phone calls and text messages.")
        if self.phone.errors:
            return
        self.phone_e164 = e164(self.phone.data or "", self.region)
        if self.phone_e164 is None:
            _refuse(self.phone, BAD_PHONE)

    def _check_questions(self) -> None:
        """Questions of a school that is not ticked were not asked: whatever stands there is no mistake."""
        for school, questions in self.questions.items():
            for question in questions:
                field = self[field_name(question)]
                if school not in self.schools.data:
                    field.errors = []
                elif question.required and not field.is_answered:
                    _refuse(field, f"Answer this question of the school, or untick the school: {question.label}")

    def _put_questions_behind_schools(self) -> None:
        """Errors are listed in the order of the page, where a school's questions stand beneath its box."""
        bound: dict[str, Any] = dict(self._fields)
        asked = {name: field for name, field in bound.items() if name.startswith(PREFIX)}
        ordered: dict[str, Any] = {}
        for name, field in bound.items():
            if name not in asked:
                ordered[name] = field
            if name == "schools":
                ordered.update(asked)
        self._fields: dict[str, Any] = ordered


def asking(questions: Iterable[Question]) -> type[IntroductionsForm]:
    """The form with a field for each question."""
    return type("AskingForm", (IntroductionsForm,), {field_name(each): field_for(each) for each in questions})


def _refuse(field: Any, text: str) -> None:
    if not field.errors:
        field.errors = [text]

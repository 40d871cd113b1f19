"""A submission: what a student asks for after seeing the ranked list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.partner import ContactChannel
from webapp.domain.question import AnswerValue


@dataclass(frozen=True, slots=True)
class Contact:
    """Who the student is. The e-mail is normalised; the phone is E.164 (ITU-T) or absent."""

    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class IntroductionRequest:
    """One ticked school: the partner, the program the introduction is about, and the words the student saw.

    `answers` are to the partner's own questions, by the id of the question.
    """

    partner_id: UUID
    program_id: str
    text_version: str
    answers: Mapping[UUID, AnswerValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission:
    """All of one request. `nonce` is made when the page is shown: the same nonce is the same submission.

    `adult` is true only where the student stated to be 18 or older; without it there are no introductions.
    `may_wait` lets an introduction wait where a school has no place now; without it the student is told at once.
    `gpc` says that the browser sent Global Privacy Control with it.
    """

    nonce: str
    draft_id: UUID
    contact: Contact
    wants_mail: bool
    introductions: tuple[IntroductionRequest, ...]
    channels: frozenset[ContactChannel]
    page: str
    adult: bool = False
    attribution: Mapping[str, str] = field(default_factory=dict)
    preferences: ContactPreferences = field(default_factory=ContactPreferences)
    gpc: bool = False
    may_wait: bool = False

"""A submission: what a student asks for after seeing the ranked list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from webapp.domain.partner import ContactChannel


@dataclass(frozen=True, slots=True)
class Contact:
    """Who the student is. The e-mail is normalised; the phone is E.164 (ITU-T) or absent."""

    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class IntroductionRequest:
    """One ticked school: the partner, the program the introduction is about, and the words the student saw."""

    partner_id: UUID
    program_id: str
    text_version: str


@dataclass(frozen=True, slots=True)
class Submission:
    """All of one request. `nonce` is made when the page is shown: the same nonce is the same submission.

    `gpc` says that the browser sent Global Privacy Control with it.
    """

    nonce: str
    draft_id: UUID
    contact: Contact
    wants_mail: bool
    introductions: tuple[IntroductionRequest, ...]
    channels: frozenset[ContactChannel]
    page: str
    attribution: Mapping[str, str] = field(default_factory=dict)
    gpc: bool = False

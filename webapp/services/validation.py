"""Validation: whether the details of a lead can be right, graded, with what was found.

Everything is judged by form alone; nobody is asked over the network. Only what cannot be right is invalid.
"""

from collections.abc import Iterator

import phonenumbers
from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from webapp.domain.finding import Finding, Grade, grade_of
from webapp.domain.partner import ContactChannel
from webapp.domain.person_name import name_findings
from webapp.domain.submission import Contact
from webapp.models import Lead, Prospect

_FEWEST_DIGITS_THAT_DIFFER = 2


def look_at(session: Session, lead: Lead) -> Grade:
    """Grade the details that `lead` (already locked) would send, and keep grade and findings with it."""
    prospect = session.get_one(Prospect, lead.prospect_id)
    contact = Contact(prospect.email or "", prospect.first_name or "", prospect.last_name or "", prospect.phone)
    findings = findings_of(contact, may_phone=any(ContactChannel(channel).needs_phone for channel in lead.channels))
    lead.grade, lead.findings = grade_of(findings), [finding.value for finding in findings]
    return lead.grade


def findings_of(contact: Contact, *, may_phone: bool) -> tuple[Finding, ...]:
    """What is strange about these details. A phone number counts only where the school gets it."""
    phone = _phone(contact.phone or "") if may_phone else ()
    return (*_email(contact.email), *phone, *name_findings(contact.first_name, contact.last_name))


def _email(address: str) -> Iterator[Finding]:
    """By the rules of `email-validator`: what mail servers take today, not all that RFC 5321 would allow."""
    try:
        told = validate_email(address.strip(" "), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        yield Finding.EMAIL_MALFORMED
        return
    if is_disposable(told.ascii_domain or told.domain):
        yield Finding.EMAIL_DISPOSABLE


def is_disposable(domain: str) -> bool:
    """Whether a domain, or one that it lies under, hands out addresses that vanish."""
    labels = domain.lower().split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def _phone(number: str) -> Iterator[Finding]:
    """Of a number in E.164 (ITU-T)."""
    if not number:
        yield Finding.PHONE_MISSING
        return
    try:
        told = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        yield Finding.PHONE_IMPOSSIBLE
        return
    if not phonenumbers.is_possible_number(told):
        yield Finding.PHONE_IMPOSSIBLE
    elif not phonenumbers.is_valid_number(told) or _is_one_digit(str(told.national_number)):
        yield Finding.PHONE_UNLIKELY


def _is_one_digit(national: str) -> bool:
    return len(set(national)) < _FEWEST_DIGITS_THAT_DIFFER

"""Where a student stands on the way: what they have so far, what a listing adds, what still keeps them out.

The plain rule, one listing at a time. `chains` walks many standings at once and must agree with it; a test compares.
What the student did not tell stays unknown and keeps nobody out: nothing that may be there already is asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from webapp.domain.attainment import attainment_of, raised
from webapp.domain.credential import Education
from webapp.domain.listing import ANY_FIELD, ANY_WITH_PREREQUISITES, Listing
from webapp.domain.profile import Profile
from webapp.domain.subject import Subject, SubjectLevel


@dataclass(frozen=True, slots=True)
class Standing:
    """What someone has. None, or a subject left out, is unknown. `admitted` are programs that a bridge has opened."""

    education: Education | None
    fields: frozenset[str] | None
    subjects: Mapping[Subject, SubjectLevel]
    admitted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, profile: Profile) -> "Standing":
        """Where a profile stands before the first step."""
        family = profile.background.field
        levels = {subject: level for subject in Subject if (level := profile.subjects.known(subject)) is not None}
        return cls(profile.background.education, None if family is None else frozenset({family}), levels)

    def after(self, listing: Listing) -> "Standing":
        """Where they stand with this listing finished. Nothing that was there is lost."""
        gained = attainment_of(listing.credential, listing.cip)
        levels = dict(self.subjects)
        bridged = [(bridge.subject, bridge.level) for bridge in listing.bridge_for]
        for subject, level in [*gained.subjects.items(), *bridged]:
            if subject in levels and level is not None and levels[subject].rank < level.rank:
                levels[subject] = level
        education, fields = self.education, self.fields
        if education is not None and gained.education is not None:
            education = raised(education, gained.education)
        if fields is not None and gained.family is not None:
            fields |= {gained.family}
        opened = {bridge.program_id for bridge in listing.bridge_for if bridge.program_id is not None}
        return replace(
            self,
            education=education,
            fields=fields,
            subjects=levels,
            admitted=self.admitted | (opened - {listing.program_id}),
        )

    def lacks(self, listing: Listing) -> tuple[str, ...]:
        """The rules on entry that study can mend and that still fail here, in the order of the rules."""
        lacking = []
        minimum = listing.min_education or listing.credential.usual_minimum
        if self.education is not None and self.education.rank < minimum.rank:
            lacking.append("education")
        if listing.program_id in self.admitted:
            return tuple(lacking)
        accepted = listing.accepted_fields
        open_to_all = not accepted or ANY_FIELD in accepted or ANY_WITH_PREREQUISITES in accepted
        if self.fields is not None and not open_to_all and self.fields.isdisjoint(accepted):
            lacking.append("field")
        for subject, level in sorted(self.subjects.items(), key=lambda item: list(Subject).index(item[0])):
            required = listing.requirement(subject)
            if required is not None and level.rank < required.rank:
                lacking.append(f"subject.{subject.value}")
        return tuple(lacking)


def gives(before: Standing, listing: Listing) -> dict[str, Any]:
    """What finishing a listing adds to a standing, as JSON: education, field, subjects by level."""
    gained = attainment_of(listing.credential, listing.cip)
    after = before.after(listing)
    added: dict[str, Any] = {}
    if gained.education is not None and (before.education is None or after.education is not before.education):
        added["education"] = gained.education.value
    if gained.family is not None and (before.fields is None or after.fields != before.fields):
        added["field"] = gained.family
    levels = {
        subject.value: level.value for subject, level in after.subjects.items() if before.subjects[subject] is not level
    }
    return {**added, "subjects": levels} if levels else added

"""Files at the import centre in each state that its page shows."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from webapp.bootstrap import Runtime
from webapp.models import Institution, PartnerInstitution
from webapp.queries.listing import published_listings
from webapp.services import import_job, import_work, listing_draft, program_proposal
from webapp.services import listing as listings


@dataclass(frozen=True)
class Sent:
    """One file that waits for its columns to be named, one that was checked, one that a worker has yet to take.

    And a listing with a history and a draft full of faults beside it, and a draft in review.
    """

    mapping_id: UUID
    checked_id: UUID
    due_id: UUID
    program_id: str
    draft_id: UUID
    review_id: UUID
    proposal_id: UUID


def send_some(running: Runtime) -> Sent:
    """Three files of sources of their own, about schools that the demo has by almost the same names."""
    with running.begin() as session:
        schools = sorted({each.institution for each in published_listings(session)})[:3]
    base = {"credential": "master", "cip": "30.7001", "tuition_total_usd": "21000", "verified_on": "2026-09-01"}
    known = [
        {"program_id": f"tour-{n}", "institution": name, "name": f"Data {n}", **base} for n, name in enumerate(schools)
    ]
    import_work.run(running.begin, running.clock, published := send(running, known, "tour-known"))
    with running.begin() as session:
        import_job.start_apply(session, running.clock, published)
    import_work.run(running.begin, running.clock, published)
    changed = [
        {**known[0], "name": "Data science", "tuition_total_usd": "22500.50"},
        {**known[1], "institution": f"The {schools[1]} Inst.", "cip": "30.70"},
        {**known[2], "program_id": "tour-9", "institution": f"The {schools[2]} Inst."},
    ]
    checked = send(running, changed, "tour-known")
    import_work.run(running.begin, running.clock, checked)
    other = [
        {"Our mark": "k-1", "School": schools[0], "Degree program": "Data", "Level": "master", "CIP code": "30.7001"}
    ]
    draft_id, review_id = write_some(running)
    return Sent(
        send(running, other, "tour-other"),
        checked,
        send(running, known, "tour-due"),
        "tour-0",
        draft_id,
        review_id,
        propose(running),
    )


def write_some(running: Runtime) -> tuple[UUID, UUID]:
    """Drafts: one with faults beside a listing that was changed before, one in review."""
    clock, actor = running.clock, "ada@staff.example"
    with running.begin() as session:
        listings.verify(session, clock, ["tour-0"], on=clock.now().date())
        wrong = {
            "institution": "X",
            "name": "Guaranteed job <img src=x onerror=alert(1)><script>alert(2)</script>",
            "credential": "master",
            "cip": "11",
            "min_gpa": "nine",
        }
        draft_id = listing_draft.open_draft(session, clock, "tour-0", actor=actor)
        listing_draft.save(session, clock, draft_id, listing_draft.Written(wrong), actor=actor)
        good = {"institution": "Tour School", "name": "Data", "credential": "master", "cip": "30.7001"}
        review_id = listing_draft.begin(session, clock, listing_draft.Written(good), program_id="tour-new", actor=actor)
        listing_draft.send_to_review(session, clock, review_id)
    return draft_id, review_id


def propose(running: Runtime) -> UUID:
    """A partner's proposal for one of its own listings."""
    with running.begin() as session:
        partner_id, institution_id = session.execute(
            select(PartnerInstitution.partner_id, PartnerInstitution.institution_id).limit(1)
        ).one()
        name = session.get_one(Institution, institution_id).name
        row = {"program_id": "tour-proposed", "institution": name, "name": "Data", "credential": "master"}
        return program_proposal.propose_listing(
            session,
            running.clock,
            partner_id=partner_id,
            listing={**row, "cip": "30.7001", "tuition_total_usd": "9000"},
            note="New from fall on.",
            test=False,
            actor="pat@school.example",
        )


def send(running: Runtime, rows: Sequence[Mapping[str, str]], source: str) -> UUID:
    """Hand a CSV file of these rows in."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    with running.begin() as session:
        return import_job.receive(
            session,
            running.clock,
            {import_job.FILE: io.BytesIO(out.getvalue().encode())},
            source=source,
            filename=f"{source}.csv",
            staff_id=None,
            actor="ada@staff.example",
        )

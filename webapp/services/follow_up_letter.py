"""What the mails of follow-ups say."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.links import Links
from webapp.emails.contact_question import ContactQuestion
from webapp.emails.footer import Footer
from webapp.emails.listing_changed import ChangedListing, ListingChanged
from webapp.models import Lead, Message, Partner, Prospect, Submission
from webapp.queries.listing import listings_by_id
from webapp.queries.listing_change import listing_changes
from webapp.services.introduction_letter import at_home


def contact_question(session: Session, message: Message, links: Links, footer: Footer) -> ContactQuestion:
    """The question whether a school was in touch."""
    lead = session.get_one(Lead, message.lead_id)
    listing = listings_by_id(session, [lead.program_id]).get(lead.program_id)
    return ContactQuestion(
        footer=footer,
        first_name=session.get_one(Prospect, lead.prospect_id).first_name or "",
        legal_entity=session.get_one(Partner, lead.partner_id).legal_name,
        program=listing.name if listing else lead.program_id,
        delivered_at=at_home(lead, lead.delivered_at or lead.created_at),
        answer_url=links.contact_question_url(lead.id),
    )


def listing_changed(session: Session, message: Message, links: Links, footer: Footer) -> ListingChanged | None:
    """The changes as they stand when the mail leaves; None where nothing differs any more."""
    prospect = session.get_one(Prospect, message.prospect_id)
    changes = listing_changes(session, prospect.id, message.about["since_version"])
    if not changes:
        return None
    draft_id = session.execute(select(Submission.draft_id).where(Submission.prospect_id == prospect.id)).scalar_one()
    return ListingChanged(
        footer=footer,
        first_name=prospect.first_name or "",
        listings=tuple(
            ChangedListing(
                program=each.listing.name,
                institution=each.listing.institution,
                changes=each.sentences,
                url="" if each.withdrawn else each.listing.url or "",
            )
            for each in changes
        ),
        results_url=links.results_url(draft_id),
    )

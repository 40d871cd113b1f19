"""Tables. Importing this package registers all of them on `Base.metadata`."""

from webapp.models.account import FailedLogin, StaffAccount, StaffRole
from webapp.models.api_key import ApiKey, KeptAnswer
from webapp.models.audit import AuditEntry
from webapp.models.base import Base
from webapp.models.catalog import CatalogImport, CatalogVersion, ImportStatus
from webapp.models.consent import Consent
from webapp.models.consent_anchor import ConsentAnchor
from webapp.models.delivery import Attempt, Delivery
from webapp.models.draft import Draft, DraftStep
from webapp.models.feedback import Feedback
from webapp.models.institution import Institution
from webapp.models.lead import Lead, LeadEvent
from webapp.models.link_request import LinkRequest
from webapp.models.listing_revision import ListingRevision
from webapp.models.match import Match
from webapp.models.message import InboxMail, Message
from webapp.models.notice import PartnerNotice
from webapp.models.outbox import OutboxEvent
from webapp.models.partner import GroupedProgram, Partner, PartnerEndpoint, PartnerInstitution, ProgramGroup
from webapp.models.pending_request import PendingRequest
from webapp.models.posting import ReceivedPosting
from webapp.models.program import ListingStatus, Program
from webapp.models.program_proposal import ProgramProposal
from webapp.models.prospect import Prospect
from webapp.models.question import LeadAnswer, PartnerQuestion
from webapp.models.resume_link import ResumeLink
from webapp.models.shared_list import SharedList
from webapp.models.shortlist import ShortlistedProgram
from webapp.models.submission import Submission
from webapp.models.suppression import Suppression
from webapp.models.terms import CapUse, PartnerTerms

__all__ = [
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "Base",
    "CapUse",
    "CatalogImport",
    "CatalogVersion",
    "Consent",
    "ConsentAnchor",
    "Delivery",
    "Draft",
    "DraftStep",
    "FailedLogin",
    "Feedback",
    "GroupedProgram",
    "ImportStatus",
    "InboxMail",
    "Institution",
    "KeptAnswer",
    "Lead",
    "LeadAnswer",
    "LeadEvent",
    "LinkRequest",
    "ListingRevision",
    "ListingStatus",
    "Match",
    "Message",
    "OutboxEvent",
    "Partner",
    "PartnerEndpoint",
    "PartnerInstitution",
    "PartnerNotice",
    "PartnerQuestion",
    "PartnerTerms",
    "PendingRequest",
    "Program",
    "ProgramGroup",
    "ProgramProposal",
    "Prospect",
    "ReceivedPosting",
    "ResumeLink",
    "SharedList",
    "ShortlistedProgram",
    "StaffAccount",
    "StaffRole",
    "Submission",
    "Suppression",
]

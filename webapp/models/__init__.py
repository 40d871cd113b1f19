"""Tables. Importing this package registers all of them on `Base.metadata`."""

from webapp.models.account import FailedLogin, StaffAccount, StaffRole
from webapp.models.api_key import ApiKey, KeptAnswer
from webapp.models.audit import AuditEntry
from webapp.models.base import Base
from webapp.models.bulk_act import BulkAct, BulkActItem
from webapp.models.cap import Cap, CapCounter, CapReservation, PaceCounter, PacePlace, PartnerSchedule
from webapp.models.cap_request import CapRequest
from webapp.models.catalog import CatalogImport, CatalogVersion, ImportStatus, VersionCause
from webapp.models.complaint import Complaint
from webapp.models.consent import Consent
from webapp.models.consent_anchor import ConsentAnchor
from webapp.models.day_count import CountedDay, DayCount, StaleDay
from webapp.models.delivery import Attempt, Delivery, DeliveryBatch
from webapp.models.draft import Draft, DraftStep
from webapp.models.duplicate import DuplicateMark, ProspectKey
from webapp.models.exposure_audit import ExposureAudit
from webapp.models.feedback import Feedback
from webapp.models.follow_up import FollowUp
from webapp.models.funnel import ContactAnswer, FunnelEvent, FunnelStanding, StatusLink
from webapp.models.import_change import ImportChange, ImportInstitution, ListingChange
from webapp.models.import_job import ImportFilePart, ImportJob, ImportMapping
from webapp.models.inbound_mail import InboundMail
from webapp.models.institution import Institution
from webapp.models.lead import Lead, LeadEvent
from webapp.models.lead_return import LeadReturn, ReturnEvent
from webapp.models.ledger import BillingCycle, Invoice, InvoiceNumber, LeadCharge, LedgerEntry
from webapp.models.link_request import LinkRequest
from webapp.models.listing_draft import ListingDraft
from webapp.models.listing_revision import ListingRevision
from webapp.models.mail_domain import MailDomain
from webapp.models.mail_reputation import MailReputation
from webapp.models.match import Match
from webapp.models.message import InboxMail, Message
from webapp.models.notice import PartnerNotice
from webapp.models.outbox import OutboxEvent
from webapp.models.partner import (
    GroupedProgram,
    Partner,
    PartnerEndpoint,
    PartnerEvent,
    PartnerInstitution,
    ProgramGroup,
)
from webapp.models.partner_account import PartnerAccessLink, PartnerAccount
from webapp.models.partner_filter import PartnerFilter
from webapp.models.pending_request import PendingRequest
from webapp.models.posting import ReceivedPosting
from webapp.models.privacy_request import PrivacyRequest
from webapp.models.program import ListingStatus, Program
from webapp.models.program_proposal import ProgramProposal
from webapp.models.prospect import Prospect
from webapp.models.publisher import Publisher, PublisherDay
from webapp.models.question import LeadAnswer, PartnerQuestion
from webapp.models.resume_link import ResumeLink
from webapp.models.retention_run import RetentionRun
from webapp.models.saved_view import ListChoice, SavedView
from webapp.models.screening_policy import ScreeningPolicy
from webapp.models.seed import SeedContact, SeedLead
from webapp.models.shared_list import SharedList
from webapp.models.shortlist import ShortlistedProgram
from webapp.models.staff_access import StaffAccessLink, StaffPolicy
from webapp.models.staff_session import StaffSession
from webapp.models.submission import Submission
from webapp.models.suppression import Suppression
from webapp.models.switch import SwitchedOff
from webapp.models.terms import CapUse, Fee, PartnerTerms, TermsVersion
from webapp.models.weights import WeightsTrial, WeightsVersion

__all__ = [
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "Base",
    "BillingCycle",
    "BulkAct",
    "BulkActItem",
    "Cap",
    "CapCounter",
    "CapRequest",
    "CapReservation",
    "CapUse",
    "CatalogImport",
    "CatalogVersion",
    "Complaint",
    "Consent",
    "ConsentAnchor",
    "ContactAnswer",
    "CountedDay",
    "DayCount",
    "Delivery",
    "DeliveryBatch",
    "Draft",
    "DraftStep",
    "DuplicateMark",
    "ExposureAudit",
    "FailedLogin",
    "Fee",
    "Feedback",
    "FollowUp",
    "FunnelEvent",
    "FunnelStanding",
    "GroupedProgram",
    "ImportChange",
    "ImportFilePart",
    "ImportInstitution",
    "ImportJob",
    "ImportMapping",
    "ImportStatus",
    "InboundMail",
    "InboxMail",
    "Institution",
    "Invoice",
    "InvoiceNumber",
    "KeptAnswer",
    "Lead",
    "LeadAnswer",
    "LeadCharge",
    "LeadEvent",
    "LeadReturn",
    "LedgerEntry",
    "LinkRequest",
    "ListChoice",
    "ListingChange",
    "ListingDraft",
    "ListingRevision",
    "ListingStatus",
    "MailDomain",
    "MailReputation",
    "Match",
    "Message",
    "OutboxEvent",
    "PaceCounter",
    "PacePlace",
    "Partner",
    "PartnerAccessLink",
    "PartnerAccount",
    "PartnerEndpoint",
    "PartnerEvent",
    "PartnerFilter",
    "PartnerInstitution",
    "PartnerNotice",
    "PartnerQuestion",
    "PartnerSchedule",
    "PartnerTerms",
    "PendingRequest",
    "PrivacyRequest",
    "Program",
    "ProgramGroup",
    "ProgramProposal",
    "Prospect",
    "ProspectKey",
    "Publisher",
    "PublisherDay",
    "ReceivedPosting",
    "ResumeLink",
    "RetentionRun",
    "ReturnEvent",
    "SavedView",
    "ScreeningPolicy",
    "SeedContact",
    "SeedLead",
    "SharedList",
    "ShortlistedProgram",
    "StaffAccessLink",
    "StaffAccount",
    "StaffPolicy",
    "StaffRole",
    "StaffSession",
    "StaleDay",
    "StatusLink",
    "Submission",
    "Suppression",
    "SwitchedOff",
    "TermsVersion",
    "VersionCause",
    "WeightsTrial",
    "WeightsVersion",
]

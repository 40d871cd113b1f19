"""One filled context for each mail: for the previews, the golden files and the pictures. All in it is invented."""

from dataclasses import replace
from datetime import UTC, datetime

from webapp.domain.consent import introduction_text
from webapp.domain.contact_preferences import WEEKDAYS, ContactHours, ContactPreferences, PartOfDay
from webapp.domain.notice import NoticeKind
from webapp.domain.partner import ContactChannel
from webapp.domain.partner_role import AccessPurpose
from webapp.domain.staff_alert import AlertKind
from webapp.domain.staff_session import AccountNews, StaffAccessPurpose
from webapp.emails.account_news import AccountNewsMail
from webapp.emails.address_change import AddressChange
from webapp.emails.confirm_address import ConfirmAddress
from webapp.emails.confirm_introductions import ConfirmIntroductions
from webapp.emails.contact_question import ContactQuestion
from webapp.emails.footer import Footer
from webapp.emails.introduction_update import IntroductionNews, IntroductionUpdate
from webapp.emails.introductions_opened import IntroducedSchool, IntroductionsOpened
from webapp.emails.listing_changed import ChangedListing, ListingChanged
from webapp.emails.matched_programs import MatchedPrograms, ProgramCard
from webapp.emails.my_data_links import MyDataLinks, RequestLink
from webapp.emails.partner_access import PartnerAccess
from webapp.emails.partner_batch import PartnerBatch
from webapp.emails.partner_lead import PartnerLead
from webapp.emails.partner_lead_withdrawn import PartnerLeadWithdrawn
from webapp.emails.partner_method import PartnerMethod
from webapp.emails.partner_notice import PartnerNotice
from webapp.emails.partner_paused import PartnerPaused
from webapp.emails.renderer import Context
from webapp.emails.resume_link import ResumeLink
from webapp.emails.staff_access import StaffAccess
from webapp.emails.staff_alert import StaffAlert
from webapp.emails.status_request import StatusRequest

SITE = "https://program-match.example"
NOON = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
FOOTER = Footer(
    site_name="Program Match",
    site_url=SITE,
    postal_address="1 Example Way, Springfield, IL 62701, USA",
    my_data_url=f"{SITE}/my-data/m1",
    unsubscribe_url=f"{SITE}/unsubscribe/matches/u1",
)
CARD = ProgramCard(
    rank=1,
    name="M.S. in Applied Machine Learning",
    institution="Northfield University (demo)",
    verdict="eligible",
    verdict_label="You meet the requirements",
    verdict_sentence="You told us of a bachelor’s degree and several courses in statistics. That is all it asks for.",
    reasons=(
        "You want to become a data scientist; this field leads there (classification of fields, 2020).",
        "You have about $30,000; the whole program costs $24,600 (school’s page, checked October 2, 2026).",
        "You want to study part-time and online; it is offered that way (school’s page, checked October 2, 2026).",
    ),
    caveats=("Its graduates’ salaries are not published.", "It asks for 20 hours a week; you said 15."),
    price="$24,600 for the whole program",
    price_note="the program’s own price, checked October 2, 2026",
    modality="Online, part-time",
    duration="20 months, about 20 hours a week",
    start="Fall or spring",
    url="https://northfield.example/ms-aml?from=match&x=1",
    next_step="Ask whether your statistics courses count for the spring start, before December 1.",
    is_partner=True,
    is_demo=True,
)
SPARSE = replace(
    CARD,
    rank=3,
    name="Data Engineering Bootcamp",
    institution="Harbor Code School",
    verdict="unknown",
    verdict_label="We cannot tell yet",
    verdict_sentence="",
    reasons=("It takes four months; you want to be done within a year.",),
    caveats=(),
    price="",
    price_note="",
    modality="",
    duration="4 months, full-time",
    start="",
    url="",
    next_step="",
    is_partner=False,
    is_demo=False,
)
CONDITIONAL = replace(
    CARD,
    rank=2,
    name="Graduate Certificate in Data Science",
    institution="Lakeshore State University",
    verdict="conditional",
    verdict_label="You need one thing first",
    verdict_sentence="One course in linear algebra is missing. The school’s own bridge course brings you there.",
    is_partner=False,
    is_demo=False,
    price="$9,150",
    price_note="average of the institution, 2023-24",
)
MATCHED = MatchedPrograms(
    footer=FOOTER,
    first_name="Zoë",
    programs=(CARD, CONDITIONAL, SPARSE),
    considered=6213,
    results_url=f"{SITE}/results/r1",
    requested_at=NOON,
    confirm_url=f"{SITE}/my-data/m1/confirm",
)
ALLOWED = (
    (ContactChannel.EMAIL, ContactChannel.PHONE),
    ContactPreferences(ContactHours.of(WEEKDAYS, [PartOfDay.EVENING]), "America/Los_Angeles"),
)
OPENED = IntroductionsOpened(
    footer=replace(FOOTER, unsubscribe_url=""),
    first_name="Zoë",
    schools=(
        IntroducedSchool(
            legal_entity="Northfield Education, Inc.",
            program="M.S. in Applied Machine Learning",
            institution="Northfield University",
            consent_text=introduction_text("Northfield Education, Inc.", "M.S. in Applied Machine Learning", *ALLOWED),
            consent_version="2026-11-01",
            answers=(
                ("When do you hope to start?", "Next fall"),
                ("Is there something you would like to ask us?", "Do evening courses count?"),
            ),
        ),
        IntroducedSchool(
            legal_entity="Harbor Code School LLC",
            program="Data Engineering Bootcamp",
            institution="Harbor Code School",
            consent_text=introduction_text("Harbor Code School LLC", "Data Engineering Bootcamp", *ALLOWED),
            consent_version="2026-11-01",
        ),
    ),
    what_is_sent=(
        "Your name",
        "Your e-mail address",
        "Your phone number",
        "Your education, subjects and goal, as you gave them",
        "Your answers to the school's own questions",
    ),
    contact=(
        "By e-mail and by phone call, and in no other way",
        "With calls only on Mondays to Fridays between 5 PM and 9 PM, Pacific Time (Los Angeles)",
        "In English",
        "At most 3 times unless you answer",
    ),
    agreed_at=NOON,
    goes_out_at=NOON.replace(minute=15),
    cancel_url=f"{SITE}/my-data/m1",
)
UPDATE = IntroductionUpdate(
    footer=replace(FOOTER, unsubscribe_url=""),
    first_name="Zoë",
    news=IntroductionNews.DELIVERED,
    legal_entity="Northfield Education, Inc.",
    program="M.S. in Applied Machine Learning",
    institution="Northfield University",
    at=NOON,
    results_url=f"{SITE}/results/r1",
    program_url="https://northfield.example/ms-aml",
    cancel_url=f"{SITE}/my-data/m1",
)
WITHDRAWN = PartnerLeadWithdrawn(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    legal_entity="Northfield Education, Inc.",
    lead_id="01935f1c-7d5a-7c1e-9f0b-2f6f1c5f8a11",
    program_id="northfield-ms-aml",
    program="M.S. in Applied Machine Learning",
    delivered_at=NOON,
    withdrawn_at=NOON.replace(hour=18),
)
RESUME = ResumeLink(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    resume_url=f"{SITE}/resume/d1",
    expires_at=NOON.replace(month=12),
)
ACCESS = PartnerAccess(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    purpose=AccessPurpose.INVITATION,
    legal_entity="Larkspur Institute, Inc.",
    access_url=f"{SITE}/partner/access/a1",
    expires_at=NOON.replace(month=12),
)
LINKS = MyDataLinks(
    footer=replace(FOOTER, my_data_url="", unsubscribe_url=""),
    requests=(
        RequestLink(asked_at=NOON, schools=2, page_url=f"{SITE}/my-data/m1"),
        RequestLink(asked_at=NOON.replace(day=3), schools=0, page_url=f"{SITE}/my-data/m2"),
    ),
)
CONFIRM = ConfirmAddress(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    confirm_url=f"{SITE}/my-data/address/a1",
    valid_until=NOON.replace(day=24),
)
CHANGE = AddressChange(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    asked_at=NOON,
    valid_until=NOON.replace(day=24),
    page_url=f"{SITE}/my-data/m1",
)
NOTICE = PartnerNotice(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    kind=NoticeKind.ERASED,
    legal_entity="Northfield Education, Inc.",
    lead_id="01935f1c-7d5a-7c1e-9f0b-2f6f1c5f8a11",
    program_id="northfield-ms-aml",
    program="M.S. in Applied Machine Learning",
    decided_at=NOON.replace(hour=18),
    acknowledge_url=f"{SITE}/partner/notices/n1",
)
STATUS = StatusRequest(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    legal_entity="Northfield Education, Inc.",
    lead_id="01935f1c-7d5a-7c1e-9f0b-2f6f1c5f8a11",
    program_id="northfield-ms-aml",
    program="M.S. in Applied Machine Learning",
    delivered_at=NOON.replace(day=3),
    valid_until=NOON.replace(day=24),
    status_url=f"{SITE}/partner/status/s1",
)
CONFIRM_INTRODUCTIONS = ConfirmIntroductions(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    schools=("Northfield Education, Inc.", "Harbor Code School LLC"),
    confirm_url=f"{SITE}/my-data/confirm/c1",
    ends_at=NOON.replace(month=12),
)
PAUSED = PartnerPaused(
    footer=replace(FOOTER, unsubscribe_url="", my_data_url=""),
    legal_entity="Northfield Education, Inc.",
    complaints=3,
    delivered=41,
    days=30,
    percent=5,
    kinds=("They were contacted more often than they allowed.", "Somebody else had their details."),
    paused_at=NOON,
)
LEAD = PartnerLead(
    footer=NOTICE.footer,
    legal_entity="Northfield Education, Inc.",
    lead_id=NOTICE.lead_id,
    program="M.S. in Applied Machine Learning",
    test=False,
    facts=(
        ("Name", "Ana Silva"),
        ("E-mail", "ana@student.example"),
        ("State", "CA"),
        ("May be contacted by", "email, phone"),
    ),
    reasons=("You want to work as a data scientist; this program leads there.",),
    lead_url=f"{SITE}/partner/leads/{NOTICE.lead_id}",
)
BATCH = PartnerBatch(
    footer=NOTICE.footer,
    legal_entity="Northfield Education, Inc.",
    leads=12,
    due_at=NOON,
    file_url=f"{SITE}/partner/batches/b1",
)
METHOD = PartnerMethod(
    footer=NOTICE.footer,
    legal_entity="Northfield Education, Inc.",
    disabled=True,
    host="crm.northfield.example",
    failures=10,
    since=NOON,
    goes_on=False,
    methods_url=f"{SITE}/partner/delivery",
)
ALERT = StaffAlert(
    footer=NOTICE.footer,
    kind=AlertKind.MAIL_STOPPED,
    mails=2140,
    complaints=7,
    noticed_at=NOON,
    page_url=f"{SITE}/admin/mails",
)
CONTACT_QUESTION = ContactQuestion(
    footer=FOOTER,
    first_name="Zoë",
    legal_entity="Northfield Education, Inc.",
    program="M.S. in Applied Machine Learning",
    delivered_at=NOON,
    answer_url=f"{SITE}/contacted/q1",
)
LISTING_CHANGED = ListingChanged(
    footer=FOOTER,
    first_name="Zoë",
    listings=(
        ChangedListing(
            "M.S. in Applied Machine Learning",
            "Northfield University (demo)",
            ("The price is now $26,100 in all; it was $24,600 in all.", "Start: in fall; it was in fall or spring."),
            "https://northfield.example/ms-aml?from=match&x=1",
        ),
        ChangedListing(
            "Data Engineering Bootcamp",
            "Harbor Code School",
            ("It is not offered in our catalog any more. Ask the school whether it still is.",),
            "",
        ),
    ),
    results_url=f"{SITE}/results/r1",
)
STAFF_ACCESS = StaffAccess(
    footer=replace(FOOTER, my_data_url="", unsubscribe_url=""),
    purpose=StaffAccessPurpose.INVITATION,
    access_url=f"{SITE}/admin/access/t1",
    expires_at=NOON,
)
ACCOUNT_NEWS = AccountNewsMail(
    footer=replace(FOOTER, my_data_url="", unsubscribe_url=""),
    news=AccountNews.PASSWORD_CHANGED,
    happened_at=NOON,
    account_url=f"{SITE}/admin/account",
    is_staff=True,
)
SAMPLES: dict[str, Context] = {
    "confirm_introductions": CONFIRM_INTRODUCTIONS,
    "partner_paused": PAUSED,
    "matched_programs": replace(MATCHED, introductions=OPENED),
    "introductions_opened": OPENED,
    "introduction_update": UPDATE,
    "partner_lead_withdrawn": WITHDRAWN,
    "resume_link": RESUME,
    "partner_access": ACCESS,
    "my_data_links": LINKS,
    "confirm_address": CONFIRM,
    "address_change": CHANGE,
    "partner_notice": NOTICE,
    "status_request": STATUS,
    "partner_lead": LEAD,
    "partner_batch": BATCH,
    "partner_method": METHOD,
    "staff_alert": ALERT,
    "staff_access": STAFF_ACCESS,
    "account_news": ACCOUNT_NEWS,
    "contact_question": CONTACT_QUESTION,
    "listing_changed": LISTING_CHANGED,
}

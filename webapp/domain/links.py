"""The addresses that open a student's own pages. A link is as good as a key, so it is made in one place."""

from dataclasses import dataclass, field
from uuid import UUID

from webapp.domain.ids import derived_token
from webapp.domain.signed_id import read_signed_id, sign_id


@dataclass(frozen=True, slots=True)
class Links:
    """Makes tokens and whole addresses. Tokens are derived, so they can be made again but are never stored."""

    base_url: str
    secret: str = field(repr=False)

    def draft_token(self, draft_id: UUID, version: int = 1) -> str:
        """What the cookie of a form being filled holds."""
        return derived_token(self.secret, "draft", draft_id, version)

    def results_token(self, draft_id: UUID, version: int = 1) -> str:
        return derived_token(self.secret, "results", draft_id, version)

    def my_data_token(self, prospect_id: UUID, version: int = 1) -> str:
        return derived_token(self.secret, "my-data", prospect_id, version)

    def resume_token(self, link_id: UUID, version: int = 1) -> str:
        """What a mailed link to a form being filled holds."""
        return derived_token(self.secret, "resume", link_id, version)

    def resume_url(self, link_id: UUID, version: int = 1) -> str:
        return f"{self.base_url}/resume/{self.resume_token(link_id, version)}"

    def preview_token(self, draft_id: UUID) -> str:
        """What opens the preview of a listing that staff are writing, for whoever has it."""
        return derived_token(self.secret, "listing-preview", draft_id, 1)

    def preview_url(self, draft_id: UUID) -> str:
        return f"{self.base_url}/programs/preview/{draft_id}/{self.preview_token(draft_id)}"

    def shared_token(self, shared_id: UUID) -> str:
        """What opens a list that was shared, for whoever has it."""
        return derived_token(self.secret, "shared", shared_id, 1)

    def shared_url(self, shared_id: UUID) -> str:
        return f"{self.base_url}/shared/{self.shared_token(shared_id)}"

    def notice_token(self, notice_id: UUID) -> str:
        """What the link holds by which a partner says that it did what a notice asks."""
        return derived_token(self.secret, "notice", notice_id, 1)

    def status_token(self, link_id: UUID) -> str:
        """What the link holds by which a partner says how far it came with one lead."""
        return derived_token(self.secret, "status", link_id, 1)

    def partner_access_token(self, link_id: UUID) -> str:
        """What the mailed link holds by which somebody of a partner's team sets a password."""
        return derived_token(self.secret, "partner-access", link_id, 1)

    def partner_access_url(self, link_id: UUID) -> str:
        return f"{self.base_url}/partner/access/{self.partner_access_token(link_id)}"

    def staff_access_token(self, link_id: UUID) -> str:
        """What the mailed link holds by which a member of staff sets a password."""
        return derived_token(self.secret, "staff-access", link_id, 1)

    def staff_access_url(self, link_id: UUID) -> str:
        return f"{self.base_url}/admin/access/{self.staff_access_token(link_id)}"

    def staff_account_url(self) -> str:
        """Where a member of staff sees their own log-ins. It asks for a log-in."""
        return f"{self.base_url}/admin/account"

    def partner_account_url(self) -> str:
        """Where somebody of a partner's team sees their own account. It asks for a log-in."""
        return f"{self.base_url}/partner/account"

    def address_token(self, prospect_id: UUID, version: int) -> str:
        """What the link holds by which the owner of a new address confirms it."""
        return derived_token(self.secret, "address", prospect_id, version)

    def confirmation_token(self, prospect_id: UUID) -> str:
        """What the link holds by which a student confirms the address that they gave."""
        return derived_token(self.secret, "confirmation", prospect_id, 1)

    def demo_password(self) -> str:
        """The password of the demo school's account, in development."""
        return derived_token(self.secret, "demo-portal", UUID(int=0), 1)[:20]

    def results_url(self, draft_id: UUID, version: int = 1) -> str:
        return f"{self.base_url}/results/{self.results_token(draft_id, version)}"

    def my_data_url(self, prospect_id: UUID, version: int = 1) -> str:
        return f"{self.base_url}/my-data/{self.my_data_token(prospect_id, version)}"

    def unsubscribe_url(self, message_id: UUID, topic: str) -> str:
        """Where the reader of one message stops mail of `topic`: its class, or `all`. Nothing personal is in it."""
        return f"{self.base_url}/unsubscribe/{topic}/{self.unsubscribe_token(message_id, topic)}"

    def unsubscribe_token(self, message_id: UUID, topic: str) -> str:
        """Signed for this topic alone: the one of a mail's topic does not stop another."""
        return sign_id(self.secret, f"unsubscribe:{topic}", message_id)

    def message_to_stop(self, token: str, topic: str) -> UUID | None:
        """The message whose link this is; None where the token was not made for `topic`."""
        return read_signed_id(self.secret, f"unsubscribe:{topic}", token)

    def contact_question_url(self, lead_id: UUID) -> str:
        """Where a student says whether the school was in touch. It opens this question and nothing else."""
        return f"{self.base_url}/contacted/{sign_id(self.secret, 'contact-question', lead_id)}"

    def lead_asked_about(self, token: str) -> UUID | None:
        """The lead whose question this is; None where we did not sign it."""
        return read_signed_id(self.secret, "contact-question", token)

    def notice_url(self, notice_id: UUID) -> str:
        return f"{self.base_url}/partner/notices/{self.notice_token(notice_id)}"

    def status_url(self, link_id: UUID) -> str:
        return f"{self.base_url}/partner/status/{self.status_token(link_id)}"

    def partner_lead_url(self, lead_id: UUID) -> str:
        """Where a partner reads one lead in its portal. The id alone opens nothing."""
        return f"{self.base_url}/partner/leads/{lead_id}"

    def partner_batch_url(self, batch_id: UUID) -> str:
        """Where a partner fetches a file of leads in its portal. The id alone opens nothing."""
        return f"{self.base_url}/partner/batches/{batch_id}"

    def staff_mails_url(self) -> str:
        """Where staff see every mail there is, and how our mail is taken."""
        return f"{self.base_url}/admin/mails"

    def partner_methods_url(self) -> str:
        """Where a partner sees how its leads are delivered."""
        return f"{self.base_url}/partner/deliveries"

    def address_url(self, prospect_id: UUID, version: int) -> str:
        return f"{self.base_url}/my-data/address/{self.address_token(prospect_id, version)}"

    def confirmation_url(self, prospect_id: UUID) -> str:
        return f"{self.base_url}/my-data/confirm/{self.confirmation_token(prospect_id)}"

    def consent_url(self, consent_id: UUID) -> str:
        """Where a partner reads the consent record it was given. The id alone opens nothing."""
        return f"{self.base_url}/partner/consents/{consent_id}"

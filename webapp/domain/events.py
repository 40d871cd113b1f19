"""Outbox events: facts to be acted on after commit. They carry ids, never personal data."""

from enum import StrEnum


class EventKind(StrEnum):
    MESSAGE_DUE = "message.due"  # subject: a message
    LEAD_DUE = "lead.due"  # subject: a lead whose undo window ends, or whose hold may end
    DELIVERY_DUE = "delivery.due"  # subject: a delivery
    NOTICE_DUE = "notice.due"  # subject: a notice to a partner
    LINK_REQUESTED = "link.requested"  # subject: a request that a link be mailed
    IMPORT_DUE = "import.due"  # subject: an import that a worker is to check, publish or undo
    BATCH_DUE = "batch.due"  # subject: a file of leads whose due time has come
    BULK_ACT_DUE = "bulk_act.due"  # subject: an act of staff upon many
    MAIL_RECEIVED = "mail.received"  # subject: a mail that came back to us
    WEIGHTS_TRIAL_DUE = "weights.trial_due"  # subject: a trial of proposed weights on last week's lists

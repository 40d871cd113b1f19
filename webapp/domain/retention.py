"""Retention: how often what was kept long enough is removed, and what that is, in words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

RUN_EVERY: Final = timedelta(minutes=15)
WORK_LABELS: Final[Mapping[str, str]] = {
    "outbox_events": "Events that were published",
    "resume_links": "Links that open a form again",
    "access_links": "Links by which partners' people set a password",
    "drafts": "Forms from which nothing was asked for",
    "shared_lists": "Shared lists that ended",
    "pending_requests": "Requests that were typed and never sent",
    "link_requests": "Notes of who asked for a link",
    "inbound_mails": "Reports about mails, whole or in part",
    "latecomers": "What workers wrote about students who were erased meanwhile",
    "consents": "Students whose consents were kept for their years",
    "kept_answers": "Answers kept for repeated requests of the API",
    "mail_turns": "Domains that got no mail for a day",
    "import_jobs": "Import files that waited for somebody too long",
    "staff_sessions": "Log-ins of staff that are over",
    "staff_access_links": "Links by which staff set a password",
    "bulk_acts": "Acts on many that were planned and not started",
}
"""Each kind of thing that is removed, in the order in which it is."""

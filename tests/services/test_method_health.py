"""The health of a method: a run of failures warns, then disables; enabling sends what failed."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.school import School
from tests.services.methods import Add, Work, mails
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import Side
from webapp.domain.lead import LeadStatus
from webapp.domain.message import Template
from webapp.gateways.errors import Retryable
from webapp.gateways.fakes import FakeWebhook
from webapp.models import Lead, PartnerEndpoint
from webapp.services import delivery_method
from webapp.services.transaction import Begin


def test_a_run_of_failures_warns_then_disables_and_enabling_resumes(
    session: Session,
    add: Add,
    ask: Any,
    work: Work,
    webhook: FakeWebhook,
    clock: FrozenClock,
    begin: Begin,
    school: School,
) -> None:
    webhook.answer_next(*[Retryable("timed_out")] * 10)
    ask(4)
    for _ in range(2):
        work()
        clock.advance(timedelta(minutes=10))
    method = session.get_one(PartnerEndpoint, school.endpoint_id)
    assert (method.failures_in_row, method.warned_at) == (8, None)  # many, but for minutes only
    clock.advance(timedelta(hours=49))
    work()
    session.expire_all()
    assert method.failures_in_row == 10
    assert method.disabled_reason == "run_of_failures"
    news = [each.about["news"] for each in mails(session, Template.PARTNER_METHOD)]
    assert news == ["failing", "disabled"]
    work()  # the others were hurried, and have nowhere to go
    ends = {(each.status, each.reason) for each in session.scalars(select(Lead))}
    assert ends <= {(LeadStatus.FAILED, "endpoint_disabled"), (LeadStatus.DELIVERED, "http_200")}
    assert (LeadStatus.FAILED, "endpoint_disabled") in ends
    resumed = delivery_method.enable(begin, clock, school.endpoint_id, by=Side.STAFF)
    assert len(resumed.sent) >= 2
    work()
    assert {each.status for each in session.scalars(select(Lead))} == {LeadStatus.DELIVERED}
    session.expire_all()
    assert (method.failures_in_row, method.failing_since) == (0, None)

"""Statuses move along their roads only."""

from typing import Any

import pytest

from webapp.domain.delivery import DELIVERY_LIFECYCLE, DeliveryStatus
from webapp.domain.errors import InvalidTransition
from webapp.domain.lead import LEAD_LIFECYCLE, NOT_YET_SENT, LeadStatus
from webapp.domain.message import MESSAGE_LIFECYCLE, MessageStatus

ALL: list[Any] = [
    (LEAD_LIFECYCLE, LeadStatus.UNDO_WINDOW),
    (DELIVERY_LIFECYCLE, DeliveryStatus.WAITING),
    (MESSAGE_LIFECYCLE, MessageStatus.PENDING),
]


@pytest.mark.parametrize(("lifecycle", "start"), ALL)
def test_every_status_has_its_roads_and_they_lead_to_statuses(lifecycle: Any, start: Any) -> None:
    assert set(lifecycle.roads) == set(start.__class__)
    for ends in lifecycle.roads.values():
        assert ends <= set(lifecycle.roads)


@pytest.mark.parametrize(("lifecycle", "start"), ALL)
def test_from_the_start_every_status_can_be_reached(lifecycle: Any, start: Any) -> None:
    reached, look_at = {start}, [start]
    while look_at:
        for following in lifecycle.roads[look_at.pop()] - reached:
            reached.add(following)
            look_at.append(following)
    assert reached == set(lifecycle.roads)


def test_a_road_that_is_not_there_is_refused_in_words() -> None:
    with pytest.raises(InvalidTransition, match="A lead that is delivered cannot become queued"):
        LEAD_LIFECYCLE.check(LeadStatus.DELIVERED, LeadStatus.QUEUED)


def test_what_has_not_been_sent_can_be_withdrawn() -> None:
    assert all(LEAD_LIFECYCLE.allows(status, LeadStatus.WITHDRAWN) for status in NOT_YET_SENT)


def test_nothing_leaves_withdrawn_or_expired() -> None:
    assert LEAD_LIFECYCLE.is_terminal(LeadStatus.WITHDRAWN)
    assert LEAD_LIFECYCLE.is_terminal(LeadStatus.EXPIRED)


def test_an_uncertain_mail_never_goes_out_by_itself() -> None:
    assert not MESSAGE_LIFECYCLE.allows(MessageStatus.UNCERTAIN, MessageStatus.LEASED)

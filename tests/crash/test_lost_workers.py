"""Workers are killed while they talk to the world; then the world is away. 200 students each."""

import time

import pytest

from tests.crash.installation import Installation, nothing_lost_nothing_doubled
from webapp.services.message_record import BEGUN_TOGETHER

STUDENTS = 200
KILLS = 2
THREADS = 4

pytestmark = pytest.mark.crash


def test_worker_killed_between_claim_and_send(installation: Installation) -> None:
    """The mail server holds the worker before it has given anything away; it is killed there, again and again."""
    installation.start()
    installation.mail.hold("rcpt")
    installation.submit(STUDENTS)
    for _ in range(KILLS):
        installation.kill_while_held(installation.mail.waiting)
    installation.mail.let_go()
    installation.wait_until_settled(STUDENTS)
    nothing_lost_nothing_doubled(installation, STUDENTS)
    assert len(installation.mail.taken) == STUDENTS


def test_worker_killed_between_send_and_record(installation: Installation) -> None:
    """First the mail server, then the partner takes what it gets and holds the answer; the worker dies waiting."""
    half = STUDENTS // 2
    installation.start()
    installation.mail.hold("data")
    installation.submit(half)
    for _ in range(KILLS):
        installation.kill_while_held(installation.mail.waiting)
    installation.mail.let_go()
    installation.partner.gate.clear()
    installation.submit(half, start=half)
    for _ in range(KILLS):
        installation.kill_while_held(installation.partner.waiting)
    installation.partner.gate.set()
    installation.wait_until_settled(STUDENTS)
    messages, _ = installation.states()
    # At most what the killed had begun, a few mails for each of their threads.
    assert 1 <= messages["uncertain"] <= KILLS * THREADS * BEGUN_TOGETHER
    nothing_lost_nothing_doubled(installation, STUDENTS, uncertain_at_most=messages["uncertain"])
    assert installation.attempts()["abandoned"] >= 2 * KILLS
    # Those held at the answer did arrive, and were not sent twice; we could not know, and say so.
    assert len(installation.mail.taken) >= messages["handed_over"] + KILLS


def test_mail_server_down_for_a_minute_and_partner_failing(installation: Installation) -> None:
    """The mail server is away for a minute; the partner answers 500 for as long, then 200."""
    installation.mail.stop()
    installation.partner.status = 500
    installation.submit(STUDENTS)
    installation.start()
    time.sleep(60)
    messages, leads = installation.states()
    assert set(messages) <= {"deferred", "leased", "pending"}
    assert "delivered" not in leads
    installation.mail.start()
    installation.partner.status = 200
    installation.wait_until_settled(STUDENTS, seconds=120)
    nothing_lost_nothing_doubled(installation, STUDENTS)
    assert installation.attempts()["retryable"] >= 2 * STUDENTS

"""Nothing lost, nothing doubled, whatever dies. Each test makes its fault for real, with 200 students."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.crash.installation import Installation, running
from webapp import embedded

STUDENTS = 200
KILLS = 4

pytestmark = pytest.mark.crash


@pytest.fixture
def installation(var_directory: Path) -> Iterator[Installation]:
    with running(var_directory) as made:
        yield made


def nothing_lost_nothing_doubled(installation: Installation, *, uncertain_at_most: int = 0) -> None:
    """The end of every test: what the rows say and what the world saw agree, one for one."""
    messages, leads = installation.states()
    assert leads == {"delivered": STUDENTS}
    assert sum(messages.values()) == STUDENTS
    assert set(messages) <= {"handed_over", "uncertain"}
    assert messages["uncertain"] <= uncertain_at_most
    assert installation.open_leases() == 0
    assert installation.partner.badly_signed == 0
    assert len(installation.partner.accepted) == STUDENTS
    assert set(installation.partner.accepted.values()) == {1}
    taken = installation.mail.taken
    assert set(taken.values()) == {1}
    assert messages["handed_over"] <= len(taken) <= STUDENTS
    assert installation.sent_without_record() == set()


def test_worker_killed_between_claim_and_send(installation: Installation) -> None:
    """The mail server holds the worker before it has given anything away; it is killed there, again and again."""
    installation.start()
    installation.mail.hold("rcpt")
    installation.submit(STUDENTS)
    for _ in range(KILLS):
        assert installation.mail.waiting.acquire(timeout=40)
        installation.kill("worker")
        installation.start("worker")
    installation.mail.let_go()
    installation.wait_until_settled(STUDENTS)
    nothing_lost_nothing_doubled(installation)
    assert len(installation.mail.taken) == STUDENTS


def test_worker_killed_between_send_and_record(installation: Installation) -> None:
    """Mail server and partner take what they get and hold the answer; the worker is killed before it hears it."""
    installation.start()
    installation.mail.hold("data")
    installation.partner.gate.clear()
    installation.submit(STUDENTS)
    for _ in range(KILLS):
        assert installation.mail.waiting.acquire(timeout=40)
        assert installation.partner.waiting.acquire(timeout=40)
        installation.kill("worker")
        installation.start("worker")
    installation.mail.let_go()
    installation.partner.gate.set()
    installation.wait_until_settled(STUDENTS)
    in_flight = KILLS * 4 * 2  # four threads a worker, and one that was starting
    nothing_lost_nothing_doubled(installation, uncertain_at_most=in_flight)
    messages, _ = installation.states()
    assert messages["uncertain"] >= 1
    assert installation.attempts()["abandoned"] >= KILLS
    # Every uncertain mail did arrive: we could not know, and did not send it twice.
    assert len(installation.mail.taken) == STUDENTS


def test_broker_flushed_and_killed(installation: Installation) -> None:
    """Everything the broker holds is thrown away twice, then it is killed, while work is under way."""
    installation.submit(STUDENTS)
    installation.start()
    client = redis.Redis.from_url(installation.addresses.redis_url)
    for part in (STUDENTS // 4, STUDENTS // 2):
        _wait_for_mails(installation, part)
        client.flushall()
    embedded.kill(installation.var, database=False)
    time.sleep(1)
    installation.servers.start()
    client.flushall()
    installation.wait_until_settled(STUDENTS, seconds=90)
    client.close()
    nothing_lost_nothing_doubled(installation)


def test_database_restarted(installation: Installation) -> None:
    """PostgreSQL is killed and started again while work is under way."""
    installation.submit(STUDENTS)
    installation.start()
    _wait_for_mails(installation, 20)
    embedded.kill(installation.var, broker=False)
    time.sleep(2)
    installation.servers.start()
    installation.wait_until_settled(STUDENTS, seconds=90)
    nothing_lost_nothing_doubled(installation, uncertain_at_most=8)


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
    installation.wait_until_settled(STUDENTS, seconds=90)
    nothing_lost_nothing_doubled(installation)
    assert installation.attempts()["retryable"] >= 2 * STUDENTS


def _wait_for_mails(installation: Installation, number: int) -> None:
    def done() -> bool:
        messages, _ = installation.states()
        return messages["handed_over"] >= number

    installation.wait_until(done, seconds=40, what=f"{number} mails handed over")

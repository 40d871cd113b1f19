"""The broker loses everything, the database is killed: while 200 students' mails and leads are under way."""

import time

import pytest
import redis

from tests.crash.installation import Installation, nothing_lost_nothing_doubled
from webapp import embedded
from webapp.services.message_record import BEGUN_TOGETHER

STUDENTS = 200
THREADS = 4

pytestmark = pytest.mark.crash


def test_broker_flushed_and_killed(installation: Installation) -> None:
    """Everything the broker holds is thrown away twice, then it is killed and what it saved is thrown away too."""
    installation.submit(STUDENTS)
    installation.start()
    with redis.Redis.from_url(installation.addresses.redis_url) as client:
        for part in (STUDENTS // 4, STUDENTS // 2):
            wait_for_mails(installation, part)
            client.flushall()
        embedded.kill(installation.var, database=False)
        time.sleep(1)
        installation.servers.start()
        client.flushall()
    installation.wait_until_settled(STUDENTS, seconds=120)
    nothing_lost_nothing_doubled(installation, STUDENTS)


def test_database_restarted(installation: Installation) -> None:
    """PostgreSQL is killed and started again. What was being sent at that moment may end uncertain, and says so."""
    installation.submit(STUDENTS)
    installation.start()
    wait_for_mails(installation, STUDENTS // 10)
    embedded.kill(installation.var, broker=False)
    time.sleep(2)
    installation.servers.start()
    installation.wait_until_settled(STUDENTS, seconds=120)
    nothing_lost_nothing_doubled(installation, STUDENTS, uncertain_at_most=THREADS * BEGUN_TOGETHER)


def wait_for_mails(installation: Installation, number: int) -> None:
    def done() -> bool:
        messages, _ = installation.states()
        return messages["handed_over"] >= number

    installation.wait_until(done, seconds=60, what=f"{number} mails handed over")

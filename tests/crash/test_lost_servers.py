"""The broker loses everything, the database is killed: while 200 students' mails and leads are under way."""

import time

import pytest
import redis

from tests.crash.conftest import OwnServers
from tests.crash.installation import Installation, nothing_lost_nothing_doubled
from webapp import embedded
from webapp.services.message_record import BEGUN_TOGETHER

STUDENTS = 200
THREADS = 4

pytestmark = pytest.mark.crash


def test_broker_flushed_and_killed(exposed: Installation, own_servers: OwnServers) -> None:
    """Everything the broker holds is thrown away twice, then it is killed and what it saved is thrown away too."""
    exposed.submit(STUDENTS)
    exposed.start()
    with redis.Redis.from_url(exposed.addresses.redis_url) as client:
        for part in (STUDENTS // 4, STUDENTS // 2):
            wait_for_mails(exposed, part)
            client.flushall()
        embedded.kill(own_servers.var, database=False)
        time.sleep(1)
        own_servers.servers.start()
        client.flushall()
    exposed.wait_until_settled(STUDENTS, seconds=120)
    nothing_lost_nothing_doubled(exposed, STUDENTS)


def test_database_restarted(exposed: Installation, own_servers: OwnServers) -> None:
    """PostgreSQL is killed and started again. What was being sent at that moment may end uncertain, and says so."""
    exposed.submit(STUDENTS)
    exposed.start()
    wait_for_mails(exposed, STUDENTS // 10)
    embedded.kill(own_servers.var, broker=False)
    time.sleep(2)
    own_servers.servers.start()
    exposed.wait_until_settled(STUDENTS, seconds=120)
    nothing_lost_nothing_doubled(exposed, STUDENTS, uncertain_at_most=THREADS * BEGUN_TOGETHER)


def wait_for_mails(installation: Installation, number: int) -> None:
    def done() -> bool:
        messages, _ = installation.states()
        return messages["handed_over"] >= number

    installation.wait_until(done, seconds=60, what=f"{number} mails handed over")

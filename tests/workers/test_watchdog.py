"""A worker that lives but does not work is ended; one that rests or waits for the broker is not."""

from types import SimpleNamespace

import redis

from workers.queues import LEADS, MAIL, OUTBOX, depths
from workers.task import HARD_LIMIT_SECONDS
from workers.watchdog import PATIENCE_SECONDS, Activity, own_queues, watch


class Watched:
    """An activity on a clock of its own, with a queue of `waiting` messages."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.activity = Activity(lambda: self.now)
        self.waiting = 0
        self.broker_is_gone = False
        self.left = False

    def after(self, seconds: float) -> bool:
        self.now += seconds
        watch(self.activity, self._count, self._leave)
        return self.left

    def _count(self) -> int:
        if self.broker_is_gone:
            raise redis.ConnectionError
        return self.waiting

    def _leave(self) -> None:
        self.left = True


def test_an_empty_queue_is_no_reason_to_leave() -> None:
    assert not Watched().after(10_000)


def test_messages_that_nobody_takes_are() -> None:
    watched = Watched()
    watched.after(0)
    watched.waiting = 3
    assert not watched.after(PATIENCE_SECONDS - 1)
    assert watched.after(2)


def test_work_under_way_is_waited_for_up_to_twice_its_limit() -> None:
    watched = Watched()
    watched.waiting = 3
    watched.activity.started("one")
    assert not watched.after(2 * HARD_LIMIT_SECONDS - 1)
    assert watched.after(2)


def test_work_that_ends_counts_as_a_sign_of_life() -> None:
    watched = Watched()
    watched.waiting = 3
    for number in range(20):
        watched.activity.started(str(number))
        assert not watched.after(PATIENCE_SECONDS * 0.9)
        watched.activity.ended(str(number))


def test_a_broker_that_is_gone_is_waited_for() -> None:
    watched = Watched()
    watched.waiting, watched.broker_is_gone = 3, True
    assert not watched.after(10_000)
    watched.broker_is_gone = False
    assert not watched.after(PATIENCE_SECONDS - 1)
    assert watched.after(2)


def test_only_what_waits_for_this_worker_counts(redis_url: str) -> None:
    taken = SimpleNamespace(queues=[SimpleNamespace(name=queue) for queue in (OUTBOX, MAIL)])
    own = own_queues(SimpleNamespace(task_consumer=taken))
    with redis.Redis.from_url(redis_url) as broker:
        broker.lpush(LEADS, "for another worker")
        broker.lpush(MAIL, "one", "two")
        assert depths(broker, own) == {MAIL: 2, OUTBOX: 0}

"""The nudge is best effort: never slow, never an error for the one who nudges."""

import threading

from webapp.gateways.wakeup import WakeUp


def test_a_nudge_is_sent() -> None:
    sent = threading.Event()
    WakeUp(sent.set).nudge()
    assert sent.wait(5)


def test_nudges_while_one_is_on_its_way_become_one() -> None:
    started, go_on, sent = threading.Event(), threading.Event(), []

    def send() -> None:
        sent.append(1)
        started.set()
        go_on.wait(5)

    wake_up = WakeUp(send)
    wake_up.nudge()
    assert started.wait(5)
    started.clear()
    for _ in range(50):
        wake_up.nudge()
    go_on.set()
    assert started.wait(5)
    assert len(sent) == 2


def test_a_broker_that_is_gone_disturbs_nobody() -> None:
    tried, worked = threading.Event(), threading.Event()

    def send() -> None:
        if not tried.is_set():
            tried.set()
            raise ConnectionError("gone")
        worked.set()

    wake_up = WakeUp(send)
    wake_up.nudge()
    assert tried.wait(5)
    wake_up.nudge()
    assert worked.wait(5)

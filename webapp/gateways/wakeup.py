"""A best-effort nudge to the relay after commit. Losing one costs a second of latency, never a row."""

import threading
from collections.abc import Callable
from typing import Final

from webapp.observability.log import get_logger
from webapp.observability.metrics import WAKE_UPS

log = get_logger(__name__)

RELAY_TASK: Final = "outbox.relay"
RELAY_QUEUE: Final = "outbox"


class WakeUp:
    """`nudge()` returns at once. One thread a process does the talking; nudges that come while it talks become one."""

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def nudge(self) -> None:
        self._wanted.set()
        with self._lock:
            # Started on first use, so that a web server which forks its workers does not leave the thread behind.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wake-up", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._wanted.wait():
            self._wanted.clear()
            try:
                self._send()
                WAKE_UPS.labels("sent").inc()
            except Exception as error:  # noqa: BLE001  # whatever the broker's client raises, the schedule makes up for it
                WAKE_UPS.labels("failed").inc()
                log.warning("wake-up failed; the schedule will do it", error=type(error).__name__)

"""The interpreter of a worker, set for many threads that compute and wait in turns, and for objects that stay.

What a worker loads at its start stays until it ends. Collecting garbage looks at all of it again and again, and found
nothing in it: a twelfth of what a mail cost. What it makes for a batch of mails goes without being collected: looking
through it every seven hundred objects, as Python does by itself, cost another twentieth.
"""

import gc
import sys
from typing import Final

from celery.signals import worker_ready

SWITCH_SECONDS: Final = 0.02
"""How long a thread may compute while others wait; the default of 0.005 interrupts one in the middle of a mail."""

COLLECTED_EVERY: Final = 10_000
"""Objects made and not gone, after which the young ones are looked through."""


@worker_ready.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def settle(**_: object) -> None:
    """Once, when all tasks are loaded."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_EVERY)

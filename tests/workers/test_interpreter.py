"""How a worker sets its interpreter, once and for all threads."""

import gc
import sys

from workers.interpreter import SWITCH_SECONDS, settle


def test_what_is_loaded_is_no_longer_looked_through_and_threads_compute_longer() -> None:
    interval = sys.getswitchinterval()
    try:
        settle()
        assert gc.get_freeze_count() > 0
        assert gc.isenabled()
        assert sys.getswitchinterval() == SWITCH_SECONDS
    finally:
        sys.setswitchinterval(interval)

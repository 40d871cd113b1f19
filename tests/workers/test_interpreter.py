"""How a worker sets its interpreter, once and for all threads."""

import gc
import sys

from workers.interpreter import COLLECTED_EVERY, SWITCH_SECONDS, settle


def test_what_is_loaded_is_no_longer_looked_through_and_threads_compute_longer() -> None:
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    try:
        settle()
        assert gc.get_freeze_count() > 0
        assert gc.isenabled()
        assert gc.get_threshold()[0] == COLLECTED_EVERY
        assert sys.getswitchinterval() == SWITCH_SECONDS
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)

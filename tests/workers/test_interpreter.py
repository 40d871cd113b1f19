"""How a worker sets its interpreter, once and for all threads."""

import gc
import sys

from workers.interpreter import SWITCH_SECONDS, YOUNG_OBJECTS, settle


def test_what_is_loaded_is_no_longer_looked_through_and_threads_compute_longer() -> None:
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    try:
        settle()
        assert gc.get_freeze_count() > 0
        assert gc.isenabled()
        assert (gc.get_threshold()[0], sys.getswitchinterval()) == (YOUNG_OBJECTS, SWITCH_SECONDS)
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)

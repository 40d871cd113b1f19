"""Trying proposed weights on last week's lists."""

from celery import shared_task

from webapp.services import weights_trial
from workers.task import ServiceTask, for_each, runtime


@shared_task(base=ServiceTask, name="weights.try")  # type: ignore[untyped-decorator]  # Celery ships no types
def try_weights(ids: list[str]) -> None:
    """Carry each trial out on the catalogue as it is now."""
    built = runtime()
    catalog = built.snapshot.current()
    for_each(ids, lambda trial_id: weights_trial.carry_out(built.begin, built.clock, catalog, trial_id))

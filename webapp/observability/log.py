"""Structured logs, one JSON object a line (or readable lines on a terminal), with personal data redacted."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

EMAIL = re.compile(r"[^\s@<>\"(),;:\\\[\]]+@[^\s@<>\"'(),;:]+")
PHONE = re.compile(r"(?<![\w.-])\+?\(?\d[\d\s().-]{7,17}\d(?![\w-])")
TOKEN_PATH = re.compile(
    r"(/(?:results|my-data/address|my-data/confirm|my-data|contacted|resume|shared|unsubscribe/[^/?\s\"]+"
    r"|programs/preview/[^/?\s\"]+|partner/notices|partner/status|partner/access|admin/access)/)[^/?\s\"]+"
)
"""Addresses that are keys themselves; a test holds every route with a token against it."""
API_KEY = re.compile(r"(pm_(?:test|live)_[0-9a-f]{12})_[\w-]+")
SECRET_KEYS = frozenset(
    {"password", "token", "secret", "authorization", "cookie", "email", "phone", "first_name", "last_name"}
)
REDACTED = "[redacted]"


def redact(value: Any) -> Any:
    """`value` without e-mail addresses, phone numbers and link tokens; containers are walked, keys are kept."""
    if isinstance(value, str):
        without_token = API_KEY.sub(rf"\1_{REDACTED}", TOKEN_PATH.sub(rf"\1{REDACTED}", value))
        return PHONE.sub(_redact_phone, EMAIL.sub(REDACTED, without_token))
    if isinstance(value, Mapping):
        return {key: REDACTED if str(key).lower() in SECRET_KEYS else redact(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    return value


def _redact_phone(found: re.Match[str]) -> str:
    """Dates, times and the names of versions look like phone numbers; they are kept."""
    text = found.group()
    return text if re.match(r"\d{4}-\d{2}-\d{1,2}(?!\d)", text) else REDACTED


def _redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    kept = ("timestamp", "level", "logger")
    return {key: value if key in kept else redact({key: value})[key] for key, value in event.items()}


def configure_logging(*, level: str, json_lines: bool) -> None:
    """Send the standard library's logs and structlog's through one redacting chain to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    renderer: Any = structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:-1], structlog.stdlib.PositionalArgumentsFormatter(), _redact_event],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redact_event, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    if level != "debug":
        # A line for each task each second hides the lines that matter.
        for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat", "kombu"):
            logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; pass facts as keyword arguments, never personal data."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger

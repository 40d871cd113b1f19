"""Publishers: education sites that embed the form in a guide of theirs."""

import re
import secrets
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from webapp.domain.lifecycle import Lifecycle

PUBLISHER: Final = "publisher"
"""The key of an attribution that holds a publisher's embed key. It stays with us: no school is sent it."""

KEY: Final = re.compile(r"pub_[a-z0-9]{20}")
MOST_ORIGINS: Final = 20
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_HOST: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1"})


class PublisherStatus(StrEnum):
    LIVE = "live"
    PAUSED = "paused"


PUBLISHER_LIFECYCLE: Final = Lifecycle[PublisherStatus](
    "publisher",
    {
        PublisherStatus.LIVE: frozenset({PublisherStatus.PAUSED}),
        PublisherStatus.PAUSED: frozenset({PublisherStatus.LIVE}),
    },
)


class OriginError(ValueError):
    """What is no web origin; the message says what would be right."""


def new_key() -> str:
    """A fresh embed key. It is public: it stands in the publisher's pages, and lets in nobody."""
    return "pub_" + "".join(secrets.choice(_ALPHABET) for _ in range(20))


def parse_origin(text: str) -> str:
    """A web origin as `frame-ancestors` takes it (CSP level 3, host-source): scheme, host, port where it is unusual.

    `*.` before a host stands for every host beneath it. Only HTTPS, but for this machine itself. Raise OriginError.
    """
    if len(text.split()) != 1:
        raise OriginError(f"“{' '.join(text.split())}” is no address of a site. Write it like https://www.example.org")
    try:
        parts = urlsplit(text.strip().lower())
        port = parts.port
    except ValueError:
        raise OriginError(f"“{text.strip()}” is no address. Write it like https://www.example.org") from None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise OriginError(f"“{text.strip()}” is no address of a site. Write it like https://www.example.org")
    if parts.scheme == "http" and host not in _LOCAL:
        raise OriginError(f"“{text.strip()}” is not served by HTTPS. Write it like https://{host}")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username or parts.password:
        raise OriginError(f"“{text.strip()}” names a page. Write the site alone: {parts.scheme}://{host}")
    if host.startswith("*.") and host.count(".") < 2:
        raise OriginError(f"“{text.strip()}” takes in too much. Write the site itself, like https://*.example.org")
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in (None, usual) else f":{port}")


def parse_origins(text: str) -> tuple[str, ...]:
    """The origins written in `text`, one to a line, each once and in order. Raise OriginError."""
    found = tuple(dict.fromkeys(parse_origin(line) for line in text.splitlines() if line.strip()))
    if not found:
        raise OriginError("Write at least one site, like https://www.example.org")
    if len(found) > MOST_ORIGINS:
        raise OriginError(f"At most {MOST_ORIGINS} sites are taken.")
    return found

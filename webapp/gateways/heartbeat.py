"""Heartbeats: processes say in Redis that they live, and what they see. Nothing depends on them but a page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import redis

KEPT_SECONDS = 60
_PREFIX = "heartbeat:"
_MOST = 200


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The latest sign of one process. `queues` is how many messages it saw waiting, where it looks at queues."""

    kind: str
    name: str
    at: datetime
    version: str
    queues: Mapping[str, int] = field(default_factory=dict)
    busy: int = 0

    def silent_for(self, now: datetime) -> float:
        """Seconds since it was heard of."""
        return (now - self.at).total_seconds()


class Heartbeats:
    """Writes and reads heartbeats. A process that has been silent for `KEPT_SECONDS` is no longer listed."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def beat(self, heartbeat: Heartbeat) -> None:
        """Write one down. Raises redis.RedisError."""
        told = {
            "at": heartbeat.at.astimezone(UTC).isoformat(),
            "version": heartbeat.version,
            "queues": dict(heartbeat.queues),
            "busy": heartbeat.busy,
        }
        self._client.set(f"{_PREFIX}{heartbeat.kind}:{heartbeat.name}", json.dumps(told), ex=KEPT_SECONDS)

    def all(self) -> tuple[Heartbeat, ...]:
        """Every process heard of lately, by kind and name. Raises redis.RedisError."""
        keys = sorted(cast(bytes, key).decode() for key in self._client.scan_iter(f"{_PREFIX}*", count=1000))[:_MOST]
        values = cast(list[Any], self._client.mget(keys)) if keys else []
        return tuple(_read(key, value) for key, value in zip(keys, values, strict=True) if value is not None)


def _read(key: str, value: bytes) -> Heartbeat:
    kind, _, name = key.removeprefix(_PREFIX).partition(":")
    told = json.loads(value)
    return Heartbeat(
        kind=kind,
        name=name,
        at=datetime.fromisoformat(told["at"]),
        version=told["version"],
        queues=told["queues"],
        busy=told["busy"],
    )

"""Static files under names that change with their content, so that browsers may keep them for good."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

_VERSIONED = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{12})(?P<suffix>\.[a-z0-9]+)")


@dataclass(slots=True)
class AssetFolder:
    """A folder of static files and the digests of what it holds, read again when a file changes."""

    root: Path
    _digests: dict[str, tuple[int, str]] = field(default_factory=dict)

    def versioned(self, name: str) -> str:
        """``css/base.css`` as ``css/base.<digest>.css``. Raises ``FileNotFoundError`` for a file that is not there."""
        path = self.root / name
        stamp = path.stat().st_mtime_ns
        known = self._digests.get(name)
        if known is None or known[0] != stamp:
            known = (stamp, hashlib.sha256(path.read_bytes()).hexdigest()[:12])
            self._digests[name] = known
        stem, dot, suffix = name.rpartition(".")
        return f"{stem}.{known[1]}{dot}{suffix}"

    def resolve(self, name: str) -> tuple[str, bool]:
        """The file behind a requested ``name``, and whether the name carries its present digest (so never changes)."""
        match = _VERSIONED.fullmatch(name)
        if match is None or (self.root / name).is_file():
            return name, False
        plain = match["stem"] + match["suffix"]
        try:
            return plain, self.versioned(plain) == name
        except (OSError, ValueError):
            return plain, False

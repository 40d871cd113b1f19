"""Static files under names that change with their content, so that browsers may keep them for good."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.security import safe_join

_VERSIONED = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{12})(?P<suffix>\.[a-z0-9]+)")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file in memory."""

    content: bytes
    media_type: str
    digest: str
    stamp: int


@dataclass(slots=True)
class AssetFolder:
    """A folder of small static files, held in memory and read again when one changes."""

    root: Path
    _held: dict[str, Asset] = field(default_factory=dict)

    def find(self, name: str) -> Asset | None:
        """The file called ``name`` below the folder, or None; a name that leads out of the folder finds nothing."""
        path = safe_join(str(self.root), name)
        if path is None or not Path(path).is_file():
            return None
        stamp = Path(path).stat().st_mtime_ns
        held = self._held.get(name)
        if held is None or held.stamp != stamp:
            content = Path(path).read_bytes()
            held = Asset(content, _media_type(path), hashlib.sha256(content).hexdigest()[:12], stamp)
            self._held[name] = held
        return held

    def versioned(self, name: str) -> str:
        """``css/base.css`` as ``css/base.<digest>.css``. Raises ``FileNotFoundError`` for a file that is not there."""
        asset = self.find(name)
        if asset is None:
            raise FileNotFoundError(name)
        stem, dot, suffix = name.rpartition(".")
        return f"{stem}.{asset.digest}{dot}{suffix}"

    def resolve(self, name: str) -> tuple[Asset | None, bool]:
        """The file behind a requested ``name``, and whether the name carries its present digest (so never changes)."""
        plain = self.find(name)
        match = _VERSIONED.fullmatch(name)
        if plain is not None or match is None:
            return plain, False
        asset = self.find(match["stem"] + match["suffix"])
        return asset, asset is not None and asset.digest == match["digest"]


def _media_type(path: str) -> str:
    return _TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"

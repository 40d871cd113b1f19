"""A body that is posted, as people read it: the exact text, and the same laid out."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Payload:
    """`exact` is what is sent. `laid_out` is for reading only; it is empty where it would say nothing more."""

    exact: str
    laid_out: str = ""


def payload_of(content: bytes, content_type: str) -> Payload:
    """`content` as text. Harmless only where it is shown as text."""
    text = content.decode("utf-8-sig", "replace")
    if content_type.startswith("application/json"):
        try:
            return Payload(text, json.dumps(json.loads(text), indent=2, ensure_ascii=False))
        except ValueError:
            return Payload(text)
    if content_type.startswith("application/x-www-form-urlencoded"):
        pairs = parse_qsl(text, keep_blank_values=True)
        return Payload(text, "\n".join(f"{name}: {value}" for name, value in pairs))
    return Payload(text)


def sample_name(media_type: str) -> str:
    """A name for the file that holds a sample lead of this media type."""
    endings = {"application/json": "json", "text/csv": "csv"}
    return f"sample-lead.{endings.get(media_type.partition(';')[0], 'txt')}"

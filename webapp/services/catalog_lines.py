"""Lines of a file somebody gave us: bounded, decoded, never more than one in memory."""

import gzip
import os
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from webapp.domain.errors import Problem, Refused

MAX_BYTES = 200 * 1024 * 1024
MAX_LINE = 128 * 1024
GZIP = b"\x1f\x8b"


def text_lines(
    stream: BinaryIO, *, name: str, remedy: str, max_bytes: int = MAX_BYTES, fallback: str | None = None
) -> Iterator[str]:
    """Decoded lines with their line ends, a byte order mark at the start taken off.

    Refused, naming the line, at the first that is too long, holds a NUL byte or is neither UTF-8 nor, if given, in the
    `fallback` encoding; and as soon as `max_bytes` are passed, however large the file is.
    """
    total = 0
    for number, raw in enumerate(_raw_lines(stream, name), start=1):
        total += len(raw)
        if total > max_bytes:
            raise _too_large(name, max_bytes)
        if len(raw) > MAX_LINE:
            what = f"Line {number} has more than {MAX_LINE} bytes."
            raise Refused(Problem(name, what, "Check that every quote is closed."))
        if b"\0" in raw:
            raise Refused(Problem(name, f"Line {number} holds a NUL byte, so this is no text file.", remedy))
        yield _decoded(raw, number, name, remedy, fallback)


def check_size(stream: BinaryIO, name: str, max_bytes: int = MAX_BYTES) -> None:
    """Refuse at once a file that can tell it is too large. What comes through a pipe is counted while it is read."""
    if not stream.seekable():
        return
    here = stream.tell()
    size = stream.seek(0, os.SEEK_END)
    stream.seek(here)
    if size > max_bytes:
        raise _too_large(name, max_bytes)


def unpacked(stream: BinaryIO) -> BinaryIO:
    """The stream itself, or what it unpacks to where it is gzip. Unpacks only as far as it is read."""
    start = stream.read(2)
    stream.seek(0)
    # gzip.GzipFile reads like any binary file; typeshed only lacks the word for it.
    return gzip.GzipFile(fileobj=stream) if start == GZIP else stream  # type: ignore[return-value]


def _too_large(name: str, max_bytes: int) -> Refused:
    limit = f"{max_bytes / 1024 / 1024:g} MB"
    return Refused(Problem(name, f"It is larger than {limit}.", "Give a smaller file, or raise the limit (--max-mb)."))


def _raw_lines(stream: BinaryIO, name: str) -> Iterator[bytes]:
    try:
        while raw := stream.readline(MAX_LINE + 1):
            yield raw
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Refused(Problem(name, "It is compressed, and the compression is damaged.", "Fetch it again.")) from None


def _decoded(raw: bytes, number: int, name: str, remedy: str, fallback: str | None) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        if fallback is not None:
            return raw.decode(fallback, errors="replace")
        what = f"Line {number} is not UTF-8 (byte {error.start + 1} of the line)."
        raise Refused(Problem(name, what, remedy)) from None

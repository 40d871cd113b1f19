"""Answers in gzip (RFC 1952), where that tells nobody anything.

Compressed length gives secrets of a page away to whoever can put text of their choice into the same page (BREACH). So
only answers to plain addresses are compressed: a GET without a query string, which holds nothing that another site
chose. And each page gets a file name of random length in its gzip header, so that its length says little.
"""

import gzip
import io
import secrets
from functools import lru_cache

from flask import Flask, Response, request

LEAST_BYTES = 1_000
MOST_RANDOM_BYTES = 100
_LEVEL, _BEST = 5, 9
_TYPES = ("text/", "image/svg+xml", "application/json")


def install_compression(app: Flask) -> None:
    """Compress what may be compressed, for clients that say that they can read it."""

    @app.after_request
    def compress(response: Response) -> Response:
        if not _may(response):
            return response
        response.headers.add("Vary", "Accept-Encoding")
        if not request.accept_encodings["gzip"]:
            return response
        is_page = response.mimetype == "text/html"
        content = response.get_data()
        response.set_data(_page(content) if is_page else _file(content))
        response.headers["Content-Encoding"] = "gzip"
        tag, weak = response.get_etag()
        if tag is not None and not weak:
            # The same tag names the plain bytes too (RFC 9110 §8.8.3.3).
            response.set_etag(tag, weak=True)
        return response


def _may(response: Response) -> bool:
    return (
        request.method == "GET"
        and not request.query_string
        and response.status_code == 200
        and not response.is_streamed
        and not response.direct_passthrough
        and "Content-Encoding" not in response.headers
        and (response.mimetype or "").startswith(_TYPES)
        and (response.content_length or 0) >= LEAST_BYTES
    )


def _page(content: bytes) -> bytes:
    written = io.BytesIO()
    name = "x" * secrets.randbelow(MOST_RANDOM_BYTES)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=_LEVEL, fileobj=written, mtime=0) as file:
        file.write(content)
    return written.getvalue()


@lru_cache(maxsize=128)
def _file(content: bytes) -> bytes:
    """Files are few and the same for everyone."""
    return gzip.compress(content, _BEST, mtime=0)

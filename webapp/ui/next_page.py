"""Where to go on to after logging in: never away from the pages that were logged in to."""

from urllib.parse import urlsplit


def page_within(wanted: str, home: str, *, never: tuple[str, ...]) -> str:
    """`wanted` by its path and query, if it lies under `home` and begins with none of `never`; else `home`."""
    parts = urlsplit(wanted)
    plain = not parts.scheme and not parts.netloc and parts.path.isascii() and "\\" not in wanted
    inside = parts.path.startswith(home) and "//" not in parts.path and "/../" not in f"{parts.path}/"
    if not (plain and inside and wanted.isprintable()) or parts.path.startswith(never):
        return home
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

"""What went wrong with a server of ours, in words that say what to do."""

from __future__ import annotations

import errno


class EmbeddedServerError(RuntimeError):
    """A server could not be started, joined or stopped. The message names the cause and the way out."""


def explain_os_error(error: OSError, *, doing: str) -> EmbeddedServerError:
    """The same failure as an `EmbeddedServerError`: what we were doing, and the fix for the causes people meet."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        fix = "The disk is full: free some space and start again."
    elif error.errno in (errno.EACCES, errno.EPERM):
        fix = "You may not write there: run as the user who owns that directory, or give it to yourself with chown."
    elif error.errno == errno.EROFS:
        fix = "That file system is read-only: keep the checkout somewhere you can write."
    else:
        fix = "Mend that and start again, or set DATABASE_URL and REDIS_URL to servers of your own."
    where = f" ({error.filename})" if error.filename else ""
    return EmbeddedServerError(f"{doing} failed: {error.strerror or error}{where}. {fix}")


def explain_log(text: str) -> str:
    """The fix for a server's last words, or an empty string when they are not known to us."""
    lowered = text.lower()
    if "no space left on device" in lowered or "disk quota exceeded" in lowered:
        return "The disk is full: free some space and start again."
    if "permission denied" in lowered or "operation not permitted" in lowered:
        return "It may not read or write its directory: give it back to the user who made it (chown -R)."
    if "bad file format" in lowered or "unexpected end of file reading the append only file" in lowered:
        return (
            "The broker's file is damaged. Move the directory `valkey` under var/ away and start again: "
            "nothing is lost, every duty is a row in the database and is queued anew."
        )
    if "could not map anonymous shared memory" in lowered or "cannot allocate memory" in lowered:
        return "There is not enough memory: close something, or set DATABASE_URL to a server elsewhere."
    if "cannot open shared object file" in lowered or "not found (required by" in lowered:
        return "A system library is missing or too old for the bundled server: set DATABASE_URL and REDIS_URL instead."
    return ""

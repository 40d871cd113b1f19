"""The secret key of a development checkout, made once and kept in var/ for its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from webapp.embedded.error import explain_os_error


def development_secret(var: Path) -> str:
    """The key in `var/secret_key`, made now if there is none. For development: production sets SECRET_KEY."""
    path = var / "secret_key"
    try:
        var.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            if kept := path.read_text(encoding="ascii").strip():
                return kept
            handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        made = secrets.token_urlsafe(48)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made + "\n")
    except OSError as error:
        raise explain_os_error(error, doing=f"Keeping the secret key in {path}") from error
    return made

"""Whom PostgreSQL runs as. It refuses to be root; we make no user for it, we borrow one that exists."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from webapp.embedded.error import EmbeddedServerError
from webapp.embedded.process import Account, run_as

UNPRIVILEGED = "nobody"


def account_for(data: Path) -> Account | None:
    """None for an ordinary user: they run it themselves. As root, the owner of existing data, else `nobody`."""
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid, _name_of(owner.st_uid))
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root and this machine has no user `nobody` to run it as. "
            "Run as an ordinary user, or set DATABASE_URL."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def can_enter(directory: Path, account: Account | None) -> bool:
    """Whether the account can go into this directory, tried rather than computed (access lists, mounts)."""
    if account is None:
        return os.access(directory, os.X_OK)
    code, _ = run_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", directory], environment={})
    return code == 0


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)

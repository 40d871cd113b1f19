"""Where everything lies under var/, and the private directories for what cannot lie there."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.error import EmbeddedServerError, explain_os_error

# sockaddr_un holds 108 bytes with the closing zero on Linux, 104 on macOS and the BSDs: stay under the smaller.
SOCKET_PATH_BYTES = 103
LONGEST_SOCKET_NAME = "postgres/.s.PGSQL.5432.lock"


@dataclass(frozen=True, slots=True)
class Layout:
    """The directories of one var/. Two checkouts have two of everything."""

    var: Path

    @property
    def run(self) -> Path:
        """Locks and notes on what runs."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        """One log file per process."""
        return self.var / "log"

    def prepare(self) -> None:
        """Make what is missing. As root var/ can be passed through (not listed) by the user PostgreSQL runs as."""
        try:
            if not self.var.exists():
                self.var.mkdir(parents=True)
                self.var.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for directory in (self.run, self.log):
                directory.mkdir(exist_ok=True)
                directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
        except OSError as error:
            raise explain_os_error(error, doing=f"Preparing {self.var}") from error

    def socket_home(self, *, reachable: bool = True) -> Path:
        """The directory above the sockets: run/ when its path is short enough (and reachable), else a private one."""
        longest = len(os.fsencode(self.run / LONGEST_SOCKET_NAME))
        if reachable and longest <= SOCKET_PATH_BYTES:
            return self.run
        name = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        home = Path(tempfile.gettempdir()) / f"pm-{os.geteuid()}-{name}"
        if len(os.fsencode(home / LONGEST_SOCKET_NAME)) > SOCKET_PATH_BYTES:
            home = Path("/tmp") / home.name  # noqa: S108  (private_directory checks who owns it)
        return private_directory(home, mode=0o711 if os.geteuid() == 0 else 0o700)


def layout_of(var: Path) -> Layout:
    """The layout of a var/ directory, by its real path: a link to it is the same var."""
    return Layout(Path(os.path.realpath(var)))


def private_directory(path: Path, *, mode: int = 0o700, uid: int | None = None, gid: int = -1) -> Path:
    """A directory nobody else can write to, made now or made by us before.

    In a shared temp directory anybody may have made that name first, or a link of that name: such a one is refused.
    """
    owner = os.geteuid() if uid is None else uid
    try:
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            os.chown(path, owner, gid, follow_symlinks=False)
        found = path.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() != owner:
            os.chown(path, owner, gid, follow_symlinks=False)  # root's own, to be handed on
            found = path.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == owner:
            if stat.S_IMODE(found.st_mode) != mode:
                path.chmod(mode)
            return path
    except OSError as error:
        raise explain_os_error(error, doing=f"Making the directory {path}") from error
    what = f"belongs to user {found.st_uid}" if stat.S_ISDIR(found.st_mode) else "is not a directory"
    raise EmbeddedServerError(
        f"{path} is needed for the servers' sockets but {what}, so it is not safe to use. "
        "Remove it, or set TMPDIR to a directory of your own, and start again."
    )

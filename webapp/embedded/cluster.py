"""PostgreSQL's data directory: made whole or not at all, and never by the wrong version."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from webapp.embedded.account import account_for, can_enter
from webapp.embedded.error import EmbeddedServerError, explain_log, explain_os_error
from webapp.embedded.installation import (
    PostgresInstallation,
    postgres_installations,
    runnable_by,
    shared_home,
)
from webapp.embedded.layout import Layout
from webapp.embedded.process import Account, run_as

SUPERUSER = "postgres"


def prepare_cluster(
    layout: Layout, *, durable: bool, progress: Callable[[str], None]
) -> tuple[Path, PostgresInstallation, Account | None]:
    """The data directory (made if there is none), the PostgreSQL that fits it and the account that may run it."""
    link = layout.var / "postgres"
    account = account_for(link)
    if link.is_symlink() and not link.exists():
        raise EmbeddedServerError(
            f"{link} points to {os.readlink(link)}, which is gone. "
            "Bring that directory back, or remove the link to begin with an empty database."
        )
    if (link / "PG_VERSION").exists():
        data = link.resolve()
        if not can_enter(data, account):
            whom = account.name if account else "you"
            raise EmbeddedServerError(
                f"The database in {data} cannot be opened by {whom}. Run as the user who made it, "
                "or let that user pass through the directories above it (chmod o+x)."
            )
        return data, runnable_by(_fitting(data), account, progress), account
    if link.exists() and any(link.iterdir()):
        raise EmbeddedServerError(
            f"{link} holds files but no PostgreSQL database. Move it away, then start again to get an empty database."
        )
    installation = runnable_by(postgres_installations()[0], account, progress)
    return _create(layout, link, installation, account, durable, progress), installation, account


def _fitting(data: Path) -> PostgresInstallation:
    made_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    here = postgres_installations()
    for installation in here:
        if str(installation.major) == made_by:
            return installation
    versions = " and ".join(str(installation.major) for installation in here)
    raise EmbeddedServerError(
        f"The database in {data} was made by PostgreSQL {made_by}; installed here: {versions}. "
        f"Install the earlier release of Program Match and dump it with pg_dump, or set DATABASE_URL to a PostgreSQL "
        f"{made_by} on it, or move the directory away to begin with an empty database."
    )


def _create(
    layout: Layout,
    link: Path,
    installation: PostgresInstallation,
    account: Account | None,
    durable: bool,
    progress: Callable[[str], None],
) -> Path:
    """Make the cluster beside its final place and rename it: a kill half-way leaves nothing that looks finished."""
    elsewhere = not can_enter(layout.var, account)
    try:
        home = shared_home() if elsewhere else layout.var
        for left in [] if elsewhere else layout.var.glob("postgres.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=home))
        if account is not None:
            os.chown(fresh, account.uid, account.gid)
        progress(f"Making an empty PostgreSQL {installation.version} database")
        _initdb(installation, fresh, account, durable)
        if link.exists() and not link.is_symlink():
            link.rmdir()
        if not elsewhere:
            return fresh.rename(link)
        data = fresh.rename(fresh.with_name(fresh.name.replace(".new-", "-")))
        link.symlink_to(data)
    except OSError as error:
        raise explain_os_error(error, doing=f"Making the database in {link}") from error
    progress(f"Only root can enter {layout.var}, so the database lies in {data}")
    return data


def _initdb(installation: PostgresInstallation, data: Path, account: Account | None, durable: bool) -> None:
    command: list[str | Path] = [installation.program("initdb"), "-D", data, "-U", SUPERUSER, "--auth=trust"]
    command += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
    if installation.major >= 17:  # the same order of words on every machine, without the system's locales
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not durable:
        command.append("--no-sync")
    code, said = run_as(account, command, environment={"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"})
    if code != 0:
        shutil.rmtree(data, ignore_errors=True)
        last = "; ".join(line for line in said.strip().splitlines()[-3:])
        raise EmbeddedServerError(f"PostgreSQL could not make its database: {last}. {explain_log(said)}".strip())

"""Everything that `make run` starts, as real processes on a var/ of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, update

from webapp.embedded import running_servers
from webapp.gateways.sealing import Seal
from webapp.models import PartnerEndpoint

SECRET = "a secret for the whole stack, long enough"
STAFF = ("owner@program-match.example", "a password nobody would guess 2026")


@dataclass(frozen=True)
class Stack:
    """Where it is and how to change what outsiders would."""

    url: str
    var: Path
    environment: Mapping[str, str]

    def tool(self, *arguments: str, said: str = "") -> str:
        """Run `program-match` as a user would."""
        done = subprocess.run(
            [sys.executable, "-m", "webapp.cli.main", *arguments],
            env=dict(self.environment),
            input=said,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def send_leads_to(self, url: str, secret: str) -> None:
        """Point every partner's endpoint at `url`."""
        with running_servers(self.var, broker=False) as servers:
            engine = create_engine(servers.database_url)
            with engine.begin() as connection:
                sealed = Seal(SECRET).close(secret)
                connection.execute(update(PartnerEndpoint).values(url=url, sealed_secret=sealed))
            engine.dispose()


@contextmanager
def running_stack(var: Path, **settings: str) -> Iterator[Stack]:
    """`program-match run` until the block ends; stopped as by Ctrl-C. `settings` are environment variables."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "PORT": str(port),
        "VAR_DIR": str(var),
        "SECRET_KEY": SECRET,
        **settings,
    }
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp.cli.main", "run"],
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            _wait_for_words(process, var / "run.out", "Program Match runs.", seconds=150)
            yield Stack(f"http://127.0.0.1:{port}", var, environment)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def ready(stack: Stack) -> dict[str, str]:
    """What /readyz says."""
    try:
        with urllib.request.urlopen(f"{stack.url}/readyz", timeout=5) as answer:
            told: dict[str, str] = json.load(answer)
            return told
    except urllib.error.HTTPError as refused:
        return {"status": str(refused.code)}


def _wait_for_words(process: subprocess.Popen[bytes], log: Path, words: str, *, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while words not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > give_up:
            raise AssertionError(f"the stack did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

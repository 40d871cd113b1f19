"""The embedded servers keep their data, recover by themselves and never collide."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from webapp.embedded import Addresses, EmbeddedServerError, kill, running_servers, status, stop
from webapp.embedded.process import command_line, identify, wait_gone

ROOT = Path(__file__).resolve().parents[2]


def _query(addresses: Addresses, statement: str) -> list[tuple[object, ...]]:
    url = addresses.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return list(cursor.fetchall()) if cursor.description else []


def _keep_something(addresses: Addresses) -> None:
    _query(addresses, "CREATE TABLE kept (n int)")
    _query(addresses, "INSERT INTO kept VALUES (42)")
    with redis.Redis.from_url(addresses.redis_url) as client:
        client.set("kept", "42")


def _kept(addresses: Addresses) -> bool:
    with redis.Redis.from_url(addresses.redis_url) as client:
        return _query(addresses, "SELECT n FROM kept") == [(42,)] and client.get("kept") == b"42"


def _starter(var: Path, *, durable: bool = False) -> subprocess.Popen[str]:
    """A process that starts the servers of this var/ and waits; it has started them when this returns."""
    program = (
        "import sys, pathlib, time, webapp.embedded as e\n"
        "with e.running_servers(pathlib.Path(sys.argv[1]), durable=bool(sys.argv[2])):\n"
        "    print('up', flush=True); sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(var), "yes" if durable else ""],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    return child


def test_data_survives_a_clean_stop(used_var: Path) -> None:
    with running_servers(used_var) as addresses:
        _keep_something(addresses)
        assert {server.name for server in status(used_var)} == {"PostgreSQL", "Valkey"}
    assert status(used_var) == []
    with running_servers(used_var) as addresses:
        assert _kept(addresses)


def test_data_survives_kill_of_everything(used_var: Path) -> None:
    starter = _starter(used_var, durable=True)
    with running_servers(used_var) as addresses:
        _keep_something(addresses)
        with redis.Redis.from_url(addresses.redis_url) as client:
            assert client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
    kill(used_var)  # before the starter: its death would let them end in good order
    starter.kill()
    starter.communicate()
    assert status(used_var) == []
    assert (used_var / "postgres" / "postmaster.pid").exists()
    with running_servers(used_var) as addresses:
        assert _kept(addresses)


def test_servers_end_with_a_killed_starter(used_var: Path) -> None:
    starter = _starter(used_var)
    servers = [identify(server.pid) for server in status(used_var)]
    starter.kill()
    starter.communicate()
    assert len(servers) == 2
    assert all(server is not None and wait_gone(server, 60.0) for server in servers)


def test_a_cut_tail_of_the_append_only_file_is_mended(used_var: Path) -> None:
    with (
        running_servers(used_var, database=False, durable=False) as addresses,
        redis.Redis.from_url(addresses.redis_url) as client,
    ):
        client.set("kept", "42")
        client.set("half", "written")
    (increment,) = (used_var / "valkey" / "appendonlydir").glob("*.incr.aof")
    with increment.open("r+b") as file:
        file.truncate(increment.stat().st_size - 5)
    with (
        running_servers(used_var, database=False, durable=False) as addresses,
        redis.Redis.from_url(addresses.redis_url) as client,
    ):
        assert client.get("kept") == b"42"
        assert client.get("half") is None


def test_pid_files_that_name_a_living_stranger_are_cleared(used_var: Path) -> None:
    with running_servers(used_var, durable=False) as addresses:
        _keep_something(addresses)
    owner = (used_var / "postgres").stat().st_uid
    stranger = subprocess.Popen(["sleep", "600"], **({"user": owner} if os.geteuid() == 0 else {}))  # type: ignore[call-overload]  # a mixed mapping
    try:
        identity = identify(stranger.pid)
        assert identity is not None
        pid_file = used_var / "postgres" / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{used_var}/postgres\n1700000000\n5432\n\n\n\n\n")
        shutil.chown(pid_file, owner)
        for word in ("postgres", "valkey"):
            note = {"pid": stranger.pid, "started": identity.started, "sockets": "/nowhere", "mark": "/nothing"}
            (used_var / "run" / f"{word}.json").write_text(json.dumps(note))
        assert status(used_var) == []
        with running_servers(used_var, durable=False) as addresses:
            assert _kept(addresses)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_joiner_leaves_the_servers_running_and_the_starter_waits_for_joiners(used_var: Path) -> None:
    starter = _starter(used_var)
    before = status(used_var)
    with running_servers(used_var, durable=False) as addresses:
        assert status(used_var) == before
        assert starter.stdin is not None
        starter.stdin.close()  # it wants to stop now
        with pytest.raises(subprocess.TimeoutExpired):
            starter.wait(0.5)
        assert _query(addresses, "SELECT 1") == [(1,)]
    assert starter.wait(60.0) == 0
    assert starter.stdout is not None
    starter.stdout.close()
    assert status(used_var) == []


def test_a_starter_does_not_stop_what_another_started_after_a_crash(used_var: Path) -> None:
    with running_servers(used_var, database=False, durable=False):
        kill(used_var, database=False)
        other = _starter(used_var)
    assert {server.name for server in status(used_var)} == {"PostgreSQL", "Valkey"}
    other.communicate("")
    assert status(used_var) == []


def test_two_vars_run_side_by_side(used_var: Path) -> None:
    with (
        running_servers(used_var, durable=False) as one,
        running_servers(used_var.with_name("other"), durable=False) as other,
    ):
        _keep_something(one)
        _keep_something(other)
        assert one.database_url != other.database_url
        assert len({server.pid for var in ("var", "other") for server in status(used_var.with_name(var))}) == 4
    assert status(used_var.with_name("other")) == []


def test_a_path_too_long_for_a_socket_gets_a_private_short_one(used_var: Path) -> None:
    var = used_var.with_name("long name " * 9) / "var"
    var.parent.mkdir(mode=0o711)
    used_var.rename(var)
    with running_servers(var) as addresses:
        _keep_something(addresses)
        assert _kept(addresses)
        socket_path = Path(addresses.redis_url.removeprefix("unix://").partition("?")[0])
        assert len(os.fsencode(socket_path)) <= 103
        assert socket_path.parent.stat().st_mode & 0o077 == 0
        assert socket_path.parents[1].stat().st_mode & 0o066 == 0
    shutil.rmtree(socket_path.parents[1])


@pytest.fixture
def temp_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A stand-in for /tmp, so that strangers can be planted in it."""
    with tempfile.TemporaryDirectory(prefix="pm-t-", dir="/tmp") as name:
        monkeypatch.setattr(tempfile, "tempdir", name)
        Path(name).chmod(0o1777)
        yield Path(name)


@pytest.mark.parametrize("planted", ["link", "directory of another"])
def test_a_planted_socket_directory_is_refused(var_directory: Path, temp_directory: Path, planted: str) -> None:
    var = var_directory / ("x" * 100)
    with running_servers(var, database=False) as addresses:
        home = Path(addresses.redis_url.removeprefix("unix://").partition("?")[0]).parents[1]
    assert home.parent == temp_directory
    shutil.rmtree(home)
    if planted == "link" or os.geteuid() != 0:
        home.symlink_to(temp_directory)
    else:
        home.mkdir()
        os.chown(home, 12345, 12345)
    with pytest.raises(EmbeddedServerError, match="not safe"), running_servers(var, database=False):
        pass


def test_no_tcp_port_is_opened(used_var: Path) -> None:
    with running_servers(used_var, durable=False):
        for server in status(used_var):
            handles = Path(f"/proc/{server.pid}/fd").iterdir()
            sockets = {os.readlink(handle) for handle in handles}
            tables = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
            inodes = {f"socket:[{line.split()[9]}]" for line in tables.splitlines() if "sl" not in line}
            assert not sockets & inodes


def test_a_database_of_another_version_is_named(used_var: Path) -> None:
    with running_servers(used_var, broker=False, durable=False):
        pass
    (used_var / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 12; installed here: 18 and 16"):
        running_servers(used_var, broker=False, durable=False).__enter__()


def test_a_start_that_fails_says_why(used_var: Path) -> None:
    with running_servers(used_var, durable=False):
        pass
    configuration = used_var / "postgres" / "postgresql.conf"
    configuration.write_text(configuration.read_text() + "\nno_such_setting = 1\n")
    with pytest.raises(EmbeddedServerError, match=r"no_such_setting.*Its log is .*postgres\.log"):
        running_servers(used_var, durable=False).__enter__()
    assert status(used_var) == []


def test_a_damaged_broker_file_says_what_to_do(used_var: Path) -> None:
    with (
        running_servers(used_var, database=False, durable=False) as addresses,
        redis.Redis.from_url(addresses.redis_url) as client,
    ):
        client.set("kept", "42")
    (increment,) = (used_var / "valkey" / "appendonlydir").glob("*.incr.aof")
    increment.write_bytes(b"nonsense\r\n" + increment.read_bytes())
    with pytest.raises(EmbeddedServerError, match="Move the directory `valkey`"):
        running_servers(used_var, database=False, durable=False).__enter__()


def test_stop_ends_servers_whoever_started_them(used_var: Path) -> None:
    starter = _starter(used_var)
    stop(used_var)
    assert status(used_var) == []
    starter.communicate("")
    assert starter.returncode == 0


def test_a_server_we_did_not_note_is_left_alone_and_named(used_var: Path) -> None:
    starter = _starter(used_var)
    note = used_var / "run" / "postgres.json"
    kept = note.read_text()
    note.unlink()
    with pytest.raises(EmbeddedServerError, match="already runs on"):
        running_servers(used_var, durable=False).__enter__()
    note.write_text(kept)
    assert len(status(used_var)) == 2
    starter.communicate("")


def test_as_an_ordinary_user(var_directory: Path) -> None:
    """Root tries it as `nobody`; anybody else has been doing it all along and tries a read-only parent instead."""
    if os.geteuid() != 0:
        var_directory.parent.chmod(0o500)
        with pytest.raises(EmbeddedServerError, match="run as the user who owns"):
            running_servers(var_directory).__enter__()
        var_directory.parent.chmod(0o700)
        return
    home = var_directory.with_name("ordinary")
    home.mkdir()
    os.chown(home, 65534, 65534)
    program = (
        "import sys, pathlib; from webapp.embedded import running_servers, status\n"
        "for _ in range(2):\n"
        "    with running_servers(pathlib.Path(sys.argv[1])):\n"
        "        print(len(status(pathlib.Path(sys.argv[1]))))\n"
    )
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    python = [sys.executable, "-c"]
    probe = "import subprocess, sys, webapp.embedded; subprocess.run([sys.executable, '-c', ''], check=True)"
    if subprocess.run([*become, *python, probe], cwd=ROOT, check=False, capture_output=True).returncode:
        # Root's private Python: let the ordinary user pass through its directories, and be ordinary otherwise.
        become += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    child = subprocess.run(
        [*become, *python, program, str(home / "var")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (child.stdout, child.returncode) == ("2\n2\n", 0), child.stderr
    assert {path.owner() for path in (home / "var").iterdir()} == {"nobody"}


def test_a_checkout_only_root_can_enter(var_directory: Path) -> None:
    """Root keeps the database where the unprivileged server can reach it, and a link where one looks for it."""
    var_directory.parent.chmod(0o700)
    said: list[str] = []
    with running_servers(var_directory, broker=False, progress=said.append) as addresses:
        _query(addresses, "CREATE TABLE kept AS SELECT 42 AS n")
    with running_servers(var_directory, broker=False) as addresses:
        assert _query(addresses, "SELECT n FROM kept") == [(42,)]
    if os.geteuid() == 0:
        assert any("Only root can enter" in line for line in said)
        data = (var_directory / "postgres").resolve()
        assert data.parent != var_directory
        shutil.rmtree(data)
        shutil.rmtree(Path(addresses.database_url.partition("host=")[2].partition("&")[0]).parent)


def test_a_pid_taken_over_by_another_program_is_not_ours(used_var: Path) -> None:
    with running_servers(used_var, database=False, durable=False):
        pid = status(used_var)[0].pid
        note = used_var / "run" / "valkey.json"
        body = json.loads(note.read_text())
        note.write_text(json.dumps({**body, "started": "another boot:1"}))
        assert status(used_var) == []
        note.write_text(json.dumps(body))
        assert status(used_var)[0].pid == pid
        assert command_line(pid)
        os.kill(pid, signal.SIGCONT)

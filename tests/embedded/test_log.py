"""Log files stay private and small."""

from __future__ import annotations

from pathlib import Path

from webapp.embedded.log import KEEP_BYTES, open_log, tail_of, trim_log


def test_a_long_log_is_put_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    with open_log(path) as writer:
        writer.write(b"x" * (KEEP_BYTES + 1))
        writer.flush()
        trim_log(path)
        writer.write(b"still here")
    assert path.read_bytes() == b"still here"
    assert path.with_name("web.log.1").stat().st_size == KEEP_BYTES + 1


def test_a_log_is_for_its_owner_only_and_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    for line in (b"one\n", b"two\n"):
        with open_log(path) as writer:
            writer.write(line)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == b"one\ntwo\n"
    assert tail_of(path, since=4) == "two"

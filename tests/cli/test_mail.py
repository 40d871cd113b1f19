"""`mail ingest` takes files of every make, once; `mail listen` says what it lacks."""

import json
import mailbox
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from tests.cli.shell import database_env, shell
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.models import InboundMail, Message

FIXTURES = Path(__file__).parents[1] / "gateways" / "inbound"
TOKEN = "5d1c0f9a3b7e48264a90bc1de2f3748596a7b8c9"


def test_every_make_of_file_is_taken_once(fresh_database_url: str, tmp_path: Path) -> None:
    engine, env = create_engine(fresh_database_url), database_env(fresh_database_url)
    with Session(engine) as session, session.begin():
        session.add(
            Message(
                key="k",
                message_class=MessageClass.TRANSACTIONAL,
                template=Template.MY_DATA_LINKS,
                template_version="1",
                status=MessageStatus.HANDED_OVER,
                return_token=TOKEN,
                recipient_key=b"key",
            )
        )
    raws = [path.read_bytes() for path in sorted(FIXTURES.glob("gmail-*.eml"))]
    box = mailbox.mbox(tmp_path / "reports.mbox")
    for raw in raws:
        box.add(raw)
    box.close()
    maildir = mailbox.Maildir(tmp_path / "Maildir")
    maildir.add((FIXTURES / "yahoo-feedback.eml").read_bytes())
    (tmp_path / "empty").mkdir()

    def ingest(*paths: str, stdin: bytes | None = None) -> dict[str, int]:
        done = shell("mail", "ingest", *paths, "--json", env=env, stdin=stdin)
        assert done.exit_code == 0, done.stderr
        return dict(json.loads(done.stdout))

    assert ingest(str(tmp_path / "reports.mbox")) == {"new": 4, "known": 0}
    assert ingest(str(tmp_path / "reports.mbox"), str(tmp_path / "empty")) == {"new": 0, "known": 4}
    assert ingest(str(tmp_path / "Maildir")) == {"new": 1, "known": 0}
    assert ingest(str(FIXTURES / "sieve-vacation.eml"), "-", stdin=b"\xff\x00 no mail at all") == {"new": 2, "known": 0}
    assert ingest(str(tmp_path)) == {"new": 0, "known": 5}
    with Session(engine) as session:
        assert session.scalars(select(Message.status)).one() is MessageStatus.BOUNCED
        assert session.execute(select(func.count()).where(InboundMail.handled_at.is_(None))).scalar_one() == 0
    assert shell("mail", "ingest", str(tmp_path / "nowhere"), env=env).exit_code == 1
    assert shell("mail", "ingest", env=env).exit_code == 2
    engine.dispose()


def test_listening_needs_an_address_that_can_be_opened(fresh_database_url: str) -> None:
    env = {**database_env(fresh_database_url), "INBOUND_URL": None}
    missing = shell("mail", "listen", env=env)
    assert (missing.exit_code, "INBOUND_URL: is not set" in missing.stderr) == (1, True)
    for url in ("lmtp://127.0.0.1", "ftp://127.0.0.1:1"):
        assert shell("mail", "listen", "--url", url, env=env).exit_code == 1, url
    # A process of its own: where a browser's tests run before, this one's thread has an event loop already.
    command = [sys.executable, "-m", "webapp.cli.main", "mail", "listen", "--url", "lmtp://nowhere.invalid:1"]
    told = {name: value for name, value in env.items() if value is not None}
    ran = subprocess.run(command, env={**os.environ, **told}, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, "cannot be opened" in ran.stderr) == (1, True)

"""`program-match mail`: what comes back for the mails we send, and how they stand with those who receive them."""

from __future__ import annotations

import asyncio
import mailbox
import signal
import sys
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from pathlib import Path

import click

from webapp.cli.mail_check import check
from webapp.cli.output import print_json, say
from webapp.cli.runtime import open_runtime
from webapp.domain.errors import Problem, Refused
from webapp.domain.return_path import parse_return_path
from webapp.gateways.mail_listener import ListenAddress, MailListener
from webapp.services import inbound_mail
from webapp.services.seed import find_seed_at

_TO = ("X-Original-To", "Delivered-To", "X-Envelope-To", "Envelope-To", "To")
"""Where a mail that lies in a file says whom it was for, the surest first."""


@click.group("mail")
def mail() -> None:
    """What comes back for the mails we send, and how they stand with those who receive them."""


mail.add_command(check)


@mail.command("listen")
@click.option("--url", envvar="INBOUND_URL", help="lmtp://host:port, smtp://host:port or lmtp+unix:///path.")
def listen(url: str | None) -> None:
    """Take in reports from the mail server: bounces, complaints, automatic answers. Runs until it is stopped."""
    with open_runtime() as runtime:
        where = url or runtime.settings.inbound_url
        if not where:
            raise Refused(Problem("INBOUND_URL", "is not set.", "Set it, or say --url lmtp://127.0.0.1:8024."))
        try:
            address = ListenAddress.parse(where)
        except ValueError as error:
            raise Refused(Problem("INBOUND_URL", f"cannot be used: {error}.")) from None

        def take(raw: bytes, to: str) -> None:
            with runtime.begin() as session:
                inbound_mail.receive(session, runtime.clock, runtime.links, raw, to=to, source=address.protocol)

        def is_seed(to: str) -> bool:
            with runtime.begin() as session:
                return find_seed_at(session, runtime.links, to) is not None

        try:
            asyncio.run(_serve(MailListener(address, take, is_ours=is_seed), where))
        except OSError as error:
            raise Refused(Problem("INBOUND_URL", f"{where} cannot be opened: {error.strerror}.")) from None


@mail.command("ingest")
@click.argument("paths", nargs=-1, required=True, metavar="FILE|DIRECTORY|- ...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ingest(paths: tuple[str, ...], as_json: bool) -> None:
    """Take in mails that lie in files: single mails, mbox files, Maildirs, directories of files, or - for one mail.

    The same mail twice is taken once.
    """
    counts = {"new": 0, "known": 0}
    with open_runtime() as runtime:
        for raw in _mails(paths):
            with runtime.begin() as session:
                mail_id = inbound_mail.receive(
                    session, runtime.clock, runtime.links, raw, to=_recipient(raw), source="ingest"
                )
            if mail_id is None:
                counts["known"] += 1
                continue
            counts["new"] += 1
            with runtime.begin() as session:
                inbound_mail.handle(session, runtime.clock, mail_id)
    if as_json:
        print_json(counts)
        return
    say(f"New: {counts['new']}. Known before: {counts['known']}.")


async def _serve(listener: MailListener, where: str) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    await listener.start()
    say(f"Taking in reports at {where}")
    await over.wait()
    await listener.stop()


def _mails(paths: tuple[str, ...]) -> Iterator[bytes]:
    for name in paths:
        if name == "-":
            yield sys.stdin.buffer.read()
            continue
        path = Path(name)
        if not path.exists():
            raise Refused(Problem(name, "is not there."))
        yield from _mails_at(path)


def _mails_at(path: Path) -> Iterator[bytes]:
    if path.is_dir() and (path / "cur").is_dir() and (path / "new").is_dir():
        for each in sorted([*(path / "new").iterdir(), *(path / "cur").iterdir()]):
            yield each.read_bytes()
        return
    if path.is_dir():
        for each in sorted(each for each in path.rglob("*") if each.is_file()):
            yield from _mails_at(each)
        return
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if not is_mbox:
        yield path.read_bytes()
        return
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    finally:
        box.close()


def _recipient(raw: bytes) -> str:
    """The envelope sender of ours that a stored mail was for; "" where its head names none."""
    head = BytesHeaderParser().parsebytes(raw)
    for name in _TO:
        for value in head.get_all(name, []):
            if parse_return_path(str(value)) is not None:
                return str(value)
    return ""

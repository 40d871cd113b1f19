"""Files on their way in: kept in pieces in the database, where every worker finds them; gone once they are imported."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import IO, BinaryIO, Final, cast
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from webapp.domain.errors import Problem, Refused
from webapp.models import ImportFilePart
from webapp.services.catalog_lines import unpacked
from webapp.services.transaction import Begin

MAX_BYTES: Final = 90 * 1024 * 1024
_PIECE: Final = 1024 * 1024
_IN_MEMORY: Final = 8 * 1024 * 1024


def keep(session: Session, job_id: UUID, files: Mapping[str, BinaryIO], *, max_bytes: int = MAX_BYTES) -> None:
    """Write files in pieces, by role. Refused when one is larger than `max_bytes`: roll back then."""
    for role, stream in files.items():
        stream.seek(0)
        total = number = 0
        while piece := stream.read(_PIECE):
            total += len(piece)
            if total > max_bytes:
                limit = f"{max_bytes // 1024 // 1024} MB"
                raise Refused(Problem(role, f"It is larger than {limit}.", "Divide it, or import it from the shell."))
            session.execute(insert(ImportFilePart).values(job_id=job_id, role=role, number=number, content=piece))
            number += 1


@contextmanager
def opened(begin: Begin, job_id: UUID) -> Iterator[dict[str, BinaryIO]]:
    """The files of a job by role, each a local file while the block lasts: no connection is held for reading."""
    with ExitStack() as stack:
        files: dict[str, BinaryIO] = {}
        with begin() as session:
            pieces = session.execute(
                select(ImportFilePart.role, ImportFilePart.content)
                .where(ImportFilePart.job_id == job_id)
                .order_by(ImportFilePart.role, ImportFilePart.number)
                .execution_options(yield_per=4)
            )
            for role, content in pieces:
                if role not in files:
                    files[role] = cast(BinaryIO, stack.enter_context(_spool()))
                files[role].write(content)
        for stream in files.values():
            stream.seek(0)
        yield files


def line_count(stream: BinaryIO) -> int:
    """How many lines a file has, gzip or not; it stands at its start again afterwards."""
    lines = 0
    text = unpacked(stream)
    while piece := text.read(_PIECE):
        lines += piece.count(b"\n")
    stream.seek(0)
    return lines


def drop(session: Session, job_id: UUID) -> None:
    """Delete the files of a job. Harmless when they are gone."""
    session.execute(
        delete(ImportFilePart).where(ImportFilePart.job_id == job_id).execution_options(synchronize_session=False)
    )


def _spool() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)

"""`consent verify`: whatever is changed in a stored record, by whoever can write the table, the record is named."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from tests.cli.shell import SECRET, database_env, shell
from tests.factories.request import submit_request
from tests.factories.school import make_school
from webapp.domain.clock import SystemClock
from webapp.domain.links import Links
from webapp.domain.partner import ContactChannel
from webapp.gateways.sealing import Seal
from webapp.queries.consents import all_consent_chains
from webapp.services import lead

BOTH = frozenset({ContactChannel.EMAIL, ContactChannel.TEXT})
BITS = {"sequence": 32, "at": 50, "prospect_key": 256, "digest": 256} | dict.fromkeys(
    ("id", "prospect_id", "submission_id", "lead_id"), 128
)
COLUMNS = (
    *BITS,
    *("kind", "purpose", "legal_entity", "program_id", "channels", "text_version", "text", "page"),
)


@pytest.fixture(scope="module")
def engine(make_database: Any) -> Iterator[Engine]:
    """Three students with eleven records; one took something back. The values of a column are not checked."""
    with make_database() as url:
        made = create_engine(url)
        with Session(made) as session, session.begin():
            fill(session)
        with made.begin() as connection:
            for name in ("consentkind", "consentpurpose"):
                connection.execute(text(f"ALTER TABLE consents DROP CONSTRAINT ck_consents_{name}"))
        yield made
        made.dispose()


def fill(session: Session) -> None:
    clock, links = SystemClock(), Links("https://match.example", SECRET)
    schools = [make_school(session, Seal(SECRET), name=name) for name in ("Larkspur", "Osprey", "Thistle")]
    for number in range(3):
        stored = submit_request(
            session, clock, links, schools, email=f"s{number}@student.example", phone="+14155550100", channels=BOTH
        )
    lead.withdraw_all(session, clock, prospect_id=stored.prospect_id, page="/my-data")


def records(connection: Connection) -> list[Any]:
    return list(connection.execute(text("SELECT * FROM consents ORDER BY prospect_id, sequence")).all())


def named(connection: Connection) -> set[UUID | None]:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        return {chain.fault.record_id for chain in all_consent_chains(session) if chain.fault}


def unguard(connection: Connection) -> None:
    """As somebody who owns the database can: triggers and foreign keys no longer speak."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))


def flipped(column: str, value: Any, bit: int) -> str | bytes:
    """`value` with one bit changed, as text that the database reads (bytes for bytea)."""
    if isinstance(value, bytes):
        return flip(value, bit)
    if isinstance(value, UUID):
        return str(UUID(bytes=flip(value.bytes, bit)))
    if isinstance(value, int):
        return str(int.from_bytes(flip(value.to_bytes(4, signed=True), bit), signed=True))
    written = json.dumps(value) if column == "channels" else str(value)
    try:
        changed = flip(written.encode(), bit).decode()
    except UnicodeDecodeError:
        assume(False)
    if column == "channels":
        try:
            assume(json.loads(changed) != value)
        except ValueError:
            assume(False)
    assume("\0" not in changed)
    return changed


def flip(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
@pytest.mark.parametrize("column", COLUMNS)
def test_any_flipped_bit_names_the_record(engine: Engine, column: str, data: st.DataObject) -> None:
    with engine.connect() as connection:
        unguard(connection)
        row = data.draw(st.sampled_from(records(connection)))
        value = getattr(row, column)
        assume(value not in (None, ""))
        width = BITS.get(column) or 8 * len((json.dumps(value) if column == "channels" else value).encode())
        bit = data.draw(st.integers(0, width - 1))
        where = {"id": row.id}
        if column == "at":
            moved = "at + (CASE WHEN (extract(epoch FROM at) * 1000000)::bigint & :bit = 0 THEN 1 ELSE -1 END)"
            change = f"{moved} * (:bit * interval '1 microsecond')"
            values: dict[str, Any] = {"bit": 1 << bit}
        else:
            kind = {"channels": "jsonb", "sequence": "int", "prospect_key": "bytea", "digest": "bytea"}.get(
                column, "uuid" if isinstance(value, UUID) else "text"
            )
            change = f"CAST(:value AS {kind})"
            values = {"value": flipped(column, value, bit)}
        try:
            changed = connection.execute(
                text(f"UPDATE consents SET {column} = {change} WHERE id = :id RETURNING id, {column} AS value"),
                {**where, **values},
            ).one()
        except (DataError, IntegrityError):
            assume(False)
        assert changed.value != value
        assert changed.id in named(connection)


def test_a_record_deleted_anywhere_is_missed(engine: Engine) -> None:
    with engine.connect() as connection:
        for row in records(connection):
            with connection.begin_nested() as point:
                unguard(connection)
                connection.execute(text("DELETE FROM consents WHERE id = :id"), {"id": row.id})
                assert named(connection) == {None}
                point.rollback()


def test_a_chain_deleted_with_its_anchor_is_missed_by_the_introductions(engine: Engine) -> None:
    with engine.connect() as connection:
        row = records(connection)[0]
        unguard(connection)
        for table in ("consents", "consent_anchors"):
            connection.execute(text(f"DELETE FROM {table} WHERE prospect_id = :id"), {"id": row.prospect_id})
        assert named(connection) == {None}


def test_values_no_record_can_have_are_named_and_stop_nothing(engine: Engine) -> None:
    for column, value in (
        ("at", "'infinity'"),
        ("at", "'-infinity'"),
        ("at", "'20000-01-01'"),
        ("at", "'0044-03-15 BC'"),
        ("channels", "'null'"),
        ("channels", '\'{"email": 1, "text": 2}\''),
        ("channels", "'[1]'"),
        ("kind", "'lent'"),
    ):
        with engine.connect() as connection:
            row = records(connection)[4]
            unguard(connection)
            connection.execute(text(f"UPDATE consents SET {column} = {value} WHERE id = :id"), {"id": row.id})
            assert named(connection) == {row.id}, (column, value)


def test_the_command_names_the_record_and_ends_with_1(fresh_database_url: str) -> None:
    env, made = database_env(fresh_database_url), create_engine(fresh_database_url)
    with Session(made) as session, session.begin():
        fill(session)
    fine = shell("consent", "verify", "--all", env=env)
    assert (fine.exit_code, fine.stdout.strip()) == (0, "All hold: 15 records of 3 students.")
    with made.begin() as connection:
        row = records(connection)[6]
        unguard(connection)
        connection.execute(text("UPDATE consents SET text = text || '.' WHERE id = :id"), {"id": row.id})
    told = shell("consent", "verify", "--all", env=env)
    assert told.exit_code == 1
    assert f"Student {row.prospect_id}, place {row.sequence}, record {row.id}:" in told.stdout
    [fault] = json.loads(shell("consent", "verify", "--all", "--json", env=env).stdout)["faults"]
    assert (fault["record_id"], fault["sequence"]) == (str(row.id), row.sequence)
    for each, code in {
        record.prospect_id: int(record.prospect_id == row.prospect_id) for record in records_of(made)
    }.items():
        assert shell("consent", "verify", "--prospect", str(each), env=env).exit_code == code
    made.dispose()


def records_of(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return records(connection)


def test_whom_to_check_must_be_said(fresh_database_url: str) -> None:
    env = database_env(fresh_database_url)
    assert shell("consent", "verify", env=env).exit_code == 2
    empty = shell("consent", "verify", "--all", "--json", env=env)
    assert json.loads(empty.stdout) == {"holds": True, "students": 0, "records": 0, "faults": []}

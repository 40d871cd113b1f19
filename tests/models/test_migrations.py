"""The schema can be brought up and taken back with data in it, and is what the models say."""

import re
from datetime import timedelta

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories.request import open_draft, submit_request
from tests.factories.schema import downgrade_database
from tests.factories.school import make_school
from webapp.domain.actor import Actor
from webapp.domain.clock import SystemClock
from webapp.domain.delivery import Channel
from webapp.domain.links import Links
from webapp.domain.partner_role import PartnerRole
from webapp.domain.shared_list import SharedContent, SharedKind, SharedProgram
from webapp.gateways.sealing import Seal
from webapp.models import Base, Delivery, Lead, PartnerEndpoint
from webapp.revision import database_revision, head_revision
from webapp.services import share, shortlist
from webapp.services.partner_account import invite
from webapp.upgrade import alembic_config, upgrade_database

SECRET = "a secret for migration tests, long enough"


def revisions() -> list[str]:
    script = ScriptDirectory.from_config(alembic_config())
    return [each.revision for each in reversed(list(script.walk_revisions()))]


def fill(url: str) -> None:
    engine = create_engine(url)
    with Session(engine) as session, session.begin():
        school = make_school(session, Seal(SECRET))
        links = Links("https://match.example", SECRET)
        draft_id = open_draft(session, SystemClock(), links)
        submit_request(session, SystemClock(), links, [school], draft_id=draft_id)
        portal = PartnerEndpoint(partner_id=school.partner_id, kind=Channel.PORTAL, position=2)
        session.add(portal)
        session.flush()
        session.execute(update(Delivery).values(endpoint_id=portal.id, channel=Channel.PORTAL))
        shortlist.add(session, SystemClock(), draft_id, school.program_id)
        content = SharedContent(kind=SharedKind.SHORTLIST, programs=(SharedProgram(program_id=school.program_id),))
        invite(
            session,
            SystemClock(),
            links,
            partner_id=school.partner_id,
            email="ada@school.example",
            name="Ada",
            role=PartnerRole.OWNER,
            by=Actor("test"),
        )
        share.share(session, SystemClock(), links, draft_id, content, keep=timedelta(days=7))
    engine.dispose()


def test_revisions_are_numbered_without_a_gap() -> None:
    assert revisions() == [f"{number:04d}" for number in range(1, len(revisions()) + 1)]


def test_the_head_is_known_without_alembic() -> None:
    assert head_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_down_and_up_again_one_by_one_with_data_in_the_tables(fresh_database_url: str) -> None:
    fill(fresh_database_url)
    for revision in [*reversed(revisions()[:-1]), "base"]:
        downgrade_database(fresh_database_url, revision)
    engine = create_engine(fresh_database_url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    for revision in revisions():
        upgrade_database(fresh_database_url, revision)
    assert database_revision(engine) == head_revision()
    engine.dispose()
    fill(fresh_database_url)


def test_upgrading_twice_is_upgrading_once(fresh_database_url: str) -> None:
    fill(fresh_database_url)
    upgrade_database(fresh_database_url)
    engine = create_engine(fresh_database_url)
    with Session(engine) as session:
        assert len(session.scalars(select(Lead)).all()) == 1
    engine.dispose()


def test_the_schema_is_what_the_models_say(fresh_database_url: str) -> None:
    engine = create_engine(fresh_database_url)
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_check_constraints_are_those_of_the_models(fresh_database_url: str) -> None:
    """Autogeneration does not compare these, so a new status would otherwise be refused only in production."""
    engine = create_engine(fresh_database_url)
    inspector = inspect(engine)
    for table in Base.metadata.sorted_tables:
        stored = {
            str(each["name"]): _words(str(each["sqltext"])) for each in inspector.get_check_constraints(table.name)
        }
        wanted = {
            str(each.name): _words(str(each.sqltext.compile(engine, compile_kwargs={"literal_binds": True})))
            for each in table.constraints
            if isinstance(each, CheckConstraint)
        }
        assert stored == wanted, table.name
    engine.dispose()


@pytest.mark.parametrize("table", ["lead_events", "consents"])
@pytest.mark.parametrize("change", ["UPDATE {} SET page = 'x'", "DELETE FROM {}"])
def test_what_is_written_once_stays(fresh_database_url: str, table: str, change: str) -> None:
    fill(fresh_database_url)
    statement = change.format(table).replace("page", "reason" if table == "lead_events" else "page")
    engine = create_engine(fresh_database_url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _words(constraint: str) -> set[str]:
    """The quoted values of a constraint, or else its names: what is left without the dialect."""
    quoted = set(re.findall(r"'[^']*'", constraint))
    return quoted or set(re.findall(r"\b[a-z_]{5,}\b", constraint.lower()))

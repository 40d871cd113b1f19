"""`partner key`: a key is printed once, listed without its secret, and ended."""

import json

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests.cli.shell import SECRET, database_env, shell
from tests.factories.school import make_school
from webapp.domain.clock import SystemClock
from webapp.gateways.sealing import Seal
from webapp.services.api_key import authenticate


def test_a_key_is_made_shown_once_and_revoked(fresh_database_url: str) -> None:
    engine, env = create_engine(fresh_database_url), database_env(fresh_database_url)
    with Session(engine) as session, session.begin():
        make_school(session, Seal(SECRET))
    asked = ("partner", "key", "create", "larkspur", "--name", "CRM", "--scope", "leads:read", "--live")
    made = shell(*asked, env=env)
    whole = made.stdout.strip()
    with Session(engine) as session, session.begin():
        found = authenticate(session, SystemClock(), whole)
        assert found is not None
        assert (found.partner_name, set(found.scopes), found.test) == ("Larkspur Institute", {"leads:read"}, False)
    listed = shell("partner", "key", "list", "larkspur", "--json", env=env).stdout
    (row,) = json.loads(listed)
    assert whole.startswith(row["prefix"])
    assert whole not in listed
    assert whole[21:] not in shell("partner", "key", "list", "larkspur", env=env).stdout
    assert shell("partner", "key", "revoke", "larkspur", row["id"], env=env).exit_code == 0
    with Session(engine) as session, session.begin():
        assert authenticate(session, SystemClock(), whole) is None
    for wrong, code in ((("nobody", "--name", "x"), 1), (("larkspur", "--name", " "), 1), (("larkspur",), 2)):
        assert shell("partner", "key", "create", *wrong, "--scope", "matches", env=env).exit_code == code
    over = shell(*asked, "--expires", "2020-01-01", env=env)
    assert (over.exit_code, "expires_at" in over.stderr) == (1, True)
    engine.dispose()

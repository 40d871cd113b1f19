"""`counts`: days counted anew, in words and as JSON."""

import json

from tests.cli.shell import database_env, shell


def test_settled_days_are_counted_again(fresh_database_url: str) -> None:
    env = database_env(fresh_database_url)
    told = shell("counts", "again", "--from", "2026-01-01", "--to", "2026-01-02", "--topic", "leads", env=env)
    assert (told.exit_code, told.stdout) == (0, "leads: 2 days\n")
    every = shell("counts", "again", "--from", "2026-01-01", "--to", "2026-01-01", "--json", env=env)
    outliving_their_rows = ("leads", "hand_over", "mail", "scorecard")
    assert json.loads(every.stdout) == dict.fromkeys(outliving_their_rows, 1)
    assert shell("counts", "again", "--from", "2026-01-02", "--to", "2026-01-01", env=env).exit_code == 2

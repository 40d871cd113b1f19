"""`program-match weights`: the versions in words, and learning that says why it proposes nothing."""

import json
import sys

import pytest

from tests.cli.shell import database_env, shell
from webapp.matching.weights import DEFAULT_WEIGHTS


def test_versions_are_listed_and_learning_says_why_it_proposes_nothing(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = database_env(fresh_database_url)
    told = shell("weights", "list", "--json", env=env)
    (version,) = json.loads(told.stdout)
    assert (version["version"], version["status"]) == (DEFAULT_WEIGHTS.version, "live")
    assert version["weights"] == DEFAULT_WEIGHTS.to_json()
    assert "live" in shell("weights", "list", env=env).stdout
    learned = shell("weights", "propose", "--since", "2026-11-01", env=env)
    assert learned.exit_code == 1
    assert "0 of 0 lists" in learned.stdout
    assert "Nothing is proposed. Only 0 lists hold a choice" in learned.stderr
    learned = shell("weights", "propose", "--json", env=env)
    assert json.loads(learned.stdout)["proposed"] is None

    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    for name in ("learning", "weights_learning"):
        monkeypatch.delitem(sys.modules, f"webapp.services.{name}", raising=False)
    missing = shell("weights", "propose", env=env)
    assert missing.exit_code == 1
    assert "make learn" in missing.stderr

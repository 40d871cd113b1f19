"""API keys in the portal: made by the owner, shown once, revoked."""

import re
from collections.abc import Callable

from tests.factories.school import School
from tests.partner.conftest import Visitor
from webapp.bootstrap import Runtime
from webapp.services.api_key import authenticate

PAGE = "/partner/api-keys"


def test_a_key_is_made_shown_once_used_and_revoked(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    owner = logged_in()
    sent = {"name": "CRM sync", "data_kind": "live", "scopes": ["leads:read", "matches"], "expires_at": "2026-12-31"}
    made = owner.post(PAGE, sent, form_at=PAGE)
    key = re.search(r"pm_live_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", made.text)
    assert key is not None
    assert made.headers["Cache-Control"] == "no-store"
    with running.begin() as session:
        caller = authenticate(session, running.clock, key[0])
    assert caller is not None
    assert (caller.partner_id, caller.test, sorted(caller.scopes)) == (
        school.partner_id,
        False,
        ["leads:read", "matches"],
    )
    page = owner.get(PAGE).text
    assert key[0] not in page
    assert "2026-11-25 14:05" in page  # used just now
    owner.post(f"{PAGE}/{caller.key_id}/revoke", form_at=PAGE)
    with running.begin() as session:
        assert authenticate(session, running.clock, key[0]) is None
    assert "made an API key" in owner.get("/partner/activity").text
    assert key[0] not in owner.get("/partner/activity").text


def test_what_is_wrong_with_a_key_stands_beside_its_field(logged_in: Callable[..., Visitor]) -> None:
    owner = logged_in()
    answer = owner.post(PAGE, {"data_kind": "test"}, form_at=PAGE)
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert 'id="scopes-error"' in answer.text
    late = {"name": "x", "data_kind": "test", "scopes": ["matches"], "expires_at": "2026-11-01"}
    assert 'id="expires_at-error"' in owner.post(PAGE, late, form_at=PAGE).text

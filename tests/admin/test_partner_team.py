"""Staff let a school's people into its portal, and help those who are locked out."""

from collections.abc import Callable

from sqlalchemy import select

from tests.admin.conftest import Visitor
from tests.factories.portal import access_token, make_member
from tests.factories.school import School, make_school
from webapp.bootstrap import Runtime
from webapp.domain.ids import new_id
from webapp.domain.partner_role import PartnerRole
from webapp.domain.staff_session import AccountNews
from webapp.models import AuditEntry, Message, PartnerAccount
from webapp.services.partner_access import set_password

CHOSEN = "seven quiet walnut harbours"


def test_a_new_school_gets_its_first_owner_from_the_back_office(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    manager, at = logged_in("partner_manager"), f"/admin/partners/{school.partner_id}/team"
    assert "Nobody can open the portal yet" in manager.get(at).text
    for wrong, told in (({"email": "nobody", "role": "owner"}, "e-mail address"), ({"role": "owner"}, "Write their")):
        refused = manager.post(f"{at}/invite", dict(wrong), form_at=at)
        assert (refused.status_code, told in refused.text) == (422, True)
    email = f"ida-{new_id().hex}@school.example"
    sent: dict[str, object] = {"email": email, "name": "Ida Berg", "role": "owner"}
    assert manager.post(f"{at}/invite", sent, form_at=at).location == at
    assert "Ida Berg" in manager.get(at).text
    with running.begin() as session:
        person = session.scalars(select(PartnerAccount).where(PartnerAccount.email == email)).one()
        assert (person.partner_id, person.role) == (school.partner_id, PartnerRole.OWNER)
        set_password(session, running.clock, access_token(session, running, person.id), CHOSEN)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.object_id == str(person.id))).one()
    assert entry.staff_id is not None
    assert (entry.action, entry.after) == ("invited", {"email": email, "role": "owner"})
    told = manager.client.post(
        f"{at}/{person.id}/remove", data={"csrf_token": manager.token(at)}, follow_redirects=True
    ).text
    assert "no owner who can log in" in told


def test_somebody_locked_out_is_helped_and_told_by_mail(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    with running.begin() as session:
        make_member(session, running, school.partner_id)
        member = make_member(session, running, school.partner_id, PartnerRole.ADMISSIONS)
        account = session.get_one(PartnerAccount, member.id)
        account.totp_since, stamp = running.clock.now(), account.session_stamp
    manager, one = logged_in("partner_manager"), f"/admin/partners/{school.partner_id}/team/{member.id}"
    assert manager.post(f"{one}/second-step/reset", form_at=one).location == one
    assert "Reset the second step" not in manager.get(one).text
    assert manager.post(f"{one}/password-link", form_at=one).location == one
    with running.begin() as session:
        account = session.get_one(PartnerAccount, member.id)
        assert account.totp_since is None
        assert account.session_stamp != stamp, "whoever was logged in is so no more"
        set_password(session, running.clock, access_token(session, running, member.id), CHOSEN)
        news = session.scalars(select(Message.about).where(Message.about["account_id"].astext == str(member.id)))
        assert AccountNews.SECOND_STEP_OFF in [about["news"] for about in news]
    assert "Admissions" not in manager.post(f"{one}/role", {"role": "read_only"}, form_at=one).text
    assert manager.post(f"{one}/remove", form_at=one).status_code == 303
    assert manager.get(one).status_code == 404


def test_people_of_another_school_are_not_reached_through_this_one(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    with running.begin() as session:
        other = make_school(session, running.seal, name=f"Elsewhere{new_id().hex[-8:]}")
        stranger = make_member(session, running, other.partner_id)
    manager, at = logged_in("partner_manager"), f"/admin/partners/{school.partner_id}/team"
    assert manager.get(f"{at}/{stranger.id}").status_code == 404
    for what in ("role", "password-link", "second-step/reset", "remove"):
        answer = manager.post(f"{at}/{stranger.id}/{what}", {"role": "read_only"}, form_at=at)
        assert answer.status_code == 404, what


def test_who_may_not_change_partners_sees_the_team_and_no_form(
    logged_in: Callable[..., Visitor], running: Runtime, school: School
) -> None:
    with running.begin() as session:
        member = make_member(session, running, school.partner_id)
    page = logged_in("support").get(f"/admin/partners/{school.partner_id}/team").text
    assert member.email in page
    assert "Send the invitation" not in page

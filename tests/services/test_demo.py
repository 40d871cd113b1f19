"""The demo: loaded once, repeated harmlessly, never over something real."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from tests.factories.prepared import prepared, session_in
from tests.services.listing_rows import import_rows, row
from webapp.domain.clock import SystemClock
from webapp.domain.links import Links
from webapp.gateways.sealing import Seal
from webapp.models import Institution, Partner, PartnerEndpoint, PartnerInstitution, PartnerTerms, Program
from webapp.queries.cap import list_caps
from webapp.queries.offer import offers_for
from webapp.services.demo import Loaded, demo_login, load
from webapp.services.partner_login import credentials_of
from webapp.services.password import is_password

DEMO = Path(__file__).resolve().parents[2] / "webapp" / "cli" / "demo"
SEAL = Seal("a secret for tests of the demo only, nothing more")


def load_demo(
    session: Session,
    *,
    base: str = "http://127.0.0.1:8000/dev/partner/",
    if_empty: bool = False,
    portal: Links | None = None,
) -> Loaded:
    with (DEMO / "catalog.csv").open("rb") as catalog, (DEMO / "partners.csv").open("rb") as partners:
        return load(
            session,
            SystemClock(),
            SEAL,
            catalog=catalog,
            partners=partners,
            endpoint_url=lambda slug: base + slug,
            portal=portal,
            if_empty=if_empty,
        )


def partner_rows() -> list[dict[str, str]]:
    with (DEMO / "partners.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_listings_partners_terms_and_endpoints_are_there(session: Session) -> None:
    loaded = load_demo(session)
    wanted = partner_rows()
    assert loaded.report is not None
    assert loaded.report.added >= 160
    assert (loaded.partners_added, loaded.partners_kept) == (len(wanted), 0)
    assert session.scalars(select(Program.is_demo).distinct()).all() == [True]
    for told in wanted:
        partner = session.execute(select(Partner).where(Partner.slug == told["slug"])).scalar_one()
        terms = session.execute(select(PartnerTerms).where(PartnerTerms.partner_id == partner.id)).scalar_one()
        assert (terms.price_cents, terms.currency) == (int(told["price_cents"]), told["currency"])
        limits = {
            row.terms.period.value: row.terms.limit for row in list_caps(session, partner.id, SystemClock().now())
        }
        wanted_caps = {"day": told["daily_cap"], "month": told["monthly_cap"]}
        assert limits == {period: int(most) for period, most in wanted_caps.items() if most}
        (endpoint,) = partner.endpoints
        assert endpoint.url == f"http://127.0.0.1:8000/dev/partner/{told['slug']}"
        assert SEAL.open(endpoint.sealed_secret or b"").startswith("whsec_")
        spoken = session.scalars(
            select(Institution.name)
            .join(PartnerInstitution, PartnerInstitution.institution_id == Institution.id)
            .where(PartnerInstitution.partner_id == partner.id)
        ).all()
        assert spoken == [told["institution"]]
    assert offers_for(session, ["demo-brambleford-msds"])["demo-brambleford-msds"].display_name == "Brambleford State"


@pytest.fixture(scope="class")
def with_demo(engine: Engine) -> Iterator[Connection]:
    """The demo, loaded once for the tests of a class."""
    with prepared(engine, load_demo) as connection:
        yield connection


class TestLoaded:
    @pytest.fixture
    def session(self, with_demo: Connection) -> Iterator[Session]:
        with session_in(with_demo) as made:
            yield made

    def test_secrets_differ_and_are_not_stored_in_the_clear(self, session: Session) -> None:
        sealed = [each for each in session.scalars(select(PartnerEndpoint.sealed_secret)) if each is not None]
        assert len({SEAL.open(each) for each in sealed}) == len(sealed) > 1
        assert not any(b"whsec_" in each for each in sealed)

    def test_repeating_changes_nothing(self, session: Session) -> None:
        before = session.execute(select(PartnerEndpoint.id, PartnerEndpoint.sealed_secret)).all()
        again = load_demo(session)
        assert again.report is not None
        assert (again.report.added, again.report.changed, again.report.withdrawn) == (0, 0, 0)
        assert (again.partners_added, again.partners_kept) == (0, len(partner_rows()))
        assert session.execute(select(PartnerEndpoint.id, PartnerEndpoint.sealed_secret)).all() == before

    def test_terms_that_staff_changed_stay(self, session: Session) -> None:
        terms = session.scalars(select(PartnerTerms).limit(1)).one()
        terms.price_cents = 1
        session.flush()
        load_demo(session)
        assert session.get_one(PartnerTerms, terms.id).price_cents == 1

    def test_another_address_replaces_the_endpoint(self, session: Session) -> None:
        load_demo(session, base="http://127.0.0.1:9999/")
        live = session.scalars(select(PartnerEndpoint.url).where(PartnerEndpoint.disabled_at.is_(None))).all()
        assert sorted(url or "" for url in live) == sorted(
            f"http://127.0.0.1:9999/{told['slug']}" for told in partner_rows()
        )


def test_if_empty_leaves_a_catalogue_alone(session: Session) -> None:
    import_rows(session, [row(1)])
    assert load_demo(session, if_empty=True) == Loaded(None)
    assert session.scalars(select(Program.program_id)).all() == ["p-1"]
    assert session.scalars(select(Partner.id)).all() == []


def test_if_empty_fills_an_empty_one(session: Session) -> None:
    assert load_demo(session, if_empty=True).report is not None


def test_a_demo_school_has_an_account_whose_password_is_this_installations_own(session: Session) -> None:
    mine, other = Links("https://one.example", "one secret"), Links("https://one.example", "another secret")
    for _ in range(2):
        load_demo(session, portal=mine)
    known = credentials_of(session, demo_login(mine).email)
    assert is_password(known.password, demo_login(mine).password)
    assert not is_password(known.password, demo_login(other).password)

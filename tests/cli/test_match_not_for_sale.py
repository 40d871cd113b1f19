"""Rank is never for sale: whatever schools pay, allow or sign, `match` answers the same bytes."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, delete, insert, select, update
from sqlalchemy.orm import Session

from tests.cli.shell import database_env, shell
from tests.services.listing_rows import import_bytes, import_rows, row
from webapp.domain.cap import CapMeasure, CapPeriod, WhenFull
from webapp.domain.ids import new_id
from webapp.domain.partner import PartnerStatus
from webapp.models import Cap, Institution, Partner, PartnerInstitution, PartnerTerms

DEMO = Path(__file__).resolve().parents[2] / "webapp" / "cli" / "demo" / "catalog.csv"
PROFILES: tuple[dict[str, object], ...] = (
    {"goal": {"occupation": "15-2051", "credentials": ["master"]}, "practical": {"budget_usd": 30000}},
    {"background": {"education": "bachelor"}, "subjects": {"programming": "one_course", "statistics": "none"}},
    {},
)


class Market:
    """A small catalogue with partners whose commercial side can be shuffled at will."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine, self.url = engine, url
        with Session(engine) as session, session.begin():
            import_rows(session, [row(n, institution=f"Twin {n}", tuition_total_usd="9000") for n in range(6)])
            import_bytes(session, b"\n".join(DEMO.read_bytes().splitlines()[:25]) + b"\n", source="csv:more")
            self.institutions = list(session.scalars(select(Institution.id).order_by(Institution.key)))
            self.partners = [self._partner(session, number) for number in range(len(self.institutions))]

    def shuffle(self, terms: list[tuple[int, int | None, int | None]], flags: list[PartnerStatus | None]) -> None:
        """Give each institution these terms; no flag means that nobody speaks for it."""
        with Session(self.engine) as session, session.begin():
            session.execute(delete(PartnerInstitution))
            for institution, partner, (price, daily, monthly), flag in zip(
                self.institutions, self.partners, terms, flags, strict=True
            ):
                session.execute(
                    update(PartnerTerms).where(PartnerTerms.partner_id == partner).values(price_cents=price)
                )
                session.execute(delete(Cap).where(Cap.partner_id == partner))
                for period, most in ((CapPeriod.DAY, daily), (CapPeriod.MONTH, monthly)):
                    if most is not None:
                        values = {"id": new_id(), "partner_id": partner, "period": period, "most": most}
                        session.execute(insert(Cap).values(measure=CapMeasure.COUNT, when_full=WhenFull.TELL, **values))
                if flag is not None:
                    session.execute(update(Partner).where(Partner.id == partner).values(status=flag))
                    session.execute(insert(PartnerInstitution).values(institution_id=institution, partner_id=partner))

    def answer(self, profile: object) -> str:
        """What the shell prints."""
        result = shell("match", "--profile", "-", "--json", stdin=json.dumps(profile), env=database_env(self.url))
        assert result.exit_code == 0, result.stderr
        return result.stdout

    @staticmethod
    def _partner(session: Session, number: int) -> object:
        partner = Partner(
            id=new_id(),
            slug=f"partner-{number}",
            legal_name=f"Partner {number}, Inc.",
            display_name=f"Partner {number}",
            status=PartnerStatus.LIVE,
            time_zone="UTC",
            contact_email=f"p{number}@partner.example",
        )
        session.add(partner)
        session.flush()
        session.add(PartnerTerms(id=new_id(), partner_id=partner.id, price_cents=0, currency="USD"))
        return partner.id


@pytest.fixture(scope="module")
def market(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[Market]:
    with make_database() as url:
        engine = create_engine(url)
        yield Market(engine, url)
        engine.dispose()


@pytest.fixture(scope="module")
def unpaid(market: Market) -> list[str]:
    """The answers while nobody pays anything."""
    market.shuffle([(0, None, None)] * len(market.partners), [None] * len(market.partners))
    return [market.answer(profile) for profile in PROFILES]


@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_price_caps_and_partner_flag_never_move_a_byte(market: Market, unpaid: list[str], data: st.DataObject) -> None:
    count = len(market.partners)
    cap = st.none() | st.integers(0, 500)
    terms = data.draw(st.lists(st.tuples(st.integers(0, 100_000), cap, cap), min_size=count, max_size=count))
    flags = data.draw(st.lists(st.none() | st.sampled_from(PartnerStatus), min_size=count, max_size=count))
    market.shuffle(terms, flags)
    assert [market.answer(profile) for profile in PROFILES] == unpaid


def test_the_answers_are_of_many_programs_and_differ_by_profile(unpaid: list[str]) -> None:
    assert len(set(unpaid)) == len(PROFILES)
    assert all(json.loads(answer)["considered"] == 30 for answer in unpaid)

"""A school as the database holds it: institution, one program, and a partner with terms and an endpoint."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.cap import CapMeasure, CapPeriod, WhenFull
from webapp.domain.ids import new_id
from webapp.domain.partner import PartnerStatus
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import new_secret
from webapp.models import (
    Cap,
    Institution,
    ListingStatus,
    Partner,
    PartnerEndpoint,
    PartnerInstitution,
    PartnerTerms,
    Program,
)


@dataclass(frozen=True)
class School:
    """What tests need to know of the rows."""

    program_id: str
    partner_id: UUID
    legal_name: str
    secret: str
    endpoint_id: UUID


def make_school(
    session: Session,
    seal: Seal,
    *,
    name: str = "Larkspur",
    url: str = "http://127.0.0.1:9/leads",
    status: PartnerStatus = PartnerStatus.LIVE,
    time_zone: str = "America/New_York",
    daily_cap: int | None = None,
    monthly_cap: int | None = None,
    price_cents: int = 4500,
) -> School:
    """One school with one published program. Names differ by `name`."""
    slug = name.lower()
    institution = Institution(
        id=new_id(), key=f"test-{slug}", name=f"{name} Institute", control="public", title_iv=True
    )
    program = Program(
        id=new_id(),
        program_id=f"test-{slug}-ms",
        institution_id=institution.id,
        catalog_source="test",
        status=ListingStatus.PUBLISHED,
        digest=b"0",
        name=f"Master of Data Science at {name}",
        credential="master",
        cip="30.7001",
        url=f"https://{slug}.example/ms",
        source="Test catalogue",
    )
    partner = Partner(
        id=new_id(),
        slug=slug,
        legal_name=f"{name} Institute, Inc.",
        display_name=f"{name} Institute",
        status=status,
        time_zone=time_zone,
        contact_email=f"leads@{slug}.example",
    )
    secret = new_secret()
    session.add_all([institution, partner])
    session.flush()
    endpoint = PartnerEndpoint(id=new_id(), partner_id=partner.id, url=url, sealed_secret=seal.close(secret))
    session.add_all(
        [
            program,
            PartnerInstitution(institution_id=institution.id, partner_id=partner.id),
            endpoint,
            PartnerTerms(
                partner_id=partner.id,
                price_cents=price_cents,
                currency="USD",
            ),
        ]
    )
    session.flush()
    limits = ((CapPeriod.DAY, daily_cap), (CapPeriod.MONTH, monthly_cap))
    session.add_all(
        Cap(
            id=new_id(),
            partner_id=partner.id,
            period=period,
            measure=CapMeasure.COUNT,
            most=most,
            when_full=WhenFull.HOLD,
        )
        for period, most in limits
        if most is not None
    )
    session.flush()
    return School(program.program_id, partner.id, partner.legal_name, secret, endpoint.id)

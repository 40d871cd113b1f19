"""The demo: an invented catalogue and its partners, so that everything can be tried at once."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.cap import CapMeasure, CapPeriod, CapTerms
from webapp.domain.clock import Clock
from webapp.domain.delivery import Channel
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.domain.partner import PartnerStatus
from webapp.domain.question import QuestionKind
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import new_secret
from webapp.models import Institution, Partner, PartnerEndpoint, PartnerInstitution, PartnerQuestion, PartnerTerms
from webapp.queries.catalog import has_listings
from webapp.services.cap_terms import set_cap
from webapp.services.catalog import Progress, import_listings
from webapp.services.catalog_file import read_listing_file
from webapp.services.catalog_report import ImportReport
from webapp.services.catalog_row import institution_key_of
from webapp.services.partner_account import make_demo_account

SOURCE = "demo"
DEMO_SLUG = "quillmere"
"""The demo school whose portal can be opened."""

EndpointUrl = Callable[[str], str]
"""The address that the leads of a partner are posted to, by the partner's slug."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded. `report` is None when there were listings and only an empty catalogue was to be filled."""

    report: ImportReport | None
    partners_added: int = 0
    partners_kept: int = 0


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """What opens the portal of a demo school, in development."""

    email: str
    name: str
    password: str


def load(
    session: Session,
    clock: Clock,
    seal: Seal,
    *,
    catalog: BinaryIO,
    partners: BinaryIO,
    questions: BinaryIO | None = None,
    endpoint_url: EndpointUrl,
    portal: Links | None = None,
    if_empty: bool = False,
    progress: Progress | None = None,
) -> Loaded:
    """Import `catalog` as the source “demo” and add the missing `partners`, each with an endpoint, a secret and its
    own `questions`. With `portal` one of them gets an account (`demo_login`).

    Safe to repeat: a partner that is there keeps its terms and its secret, and gets a new endpoint only when its
    address is another now. With `if_empty` nothing is done once there is any listing. Refused when the catalogue is.
    """
    if if_empty and has_listings(session):
        return Loaded(None)
    report = import_listings(
        session,
        clock,
        source=SOURCE,
        filename="demo catalogue",
        rows=read_listing_file(catalog),
        is_demo=True,
        allow_withdrawals=True,
        strict=True,
        progress=progress,
    )
    if report.is_refused:
        raise Refused(*report.problems)
    rows = _rows(partners)
    added = sum(_add_partner(session, clock, seal, row, endpoint_url(row["slug"])) for row in rows)
    session.flush()
    if questions is not None:
        _add_questions(session, questions)
    if portal is not None:
        login = demo_login(portal)
        make_demo_account(
            session, clock, partner_slug=DEMO_SLUG, email=login.email, name=login.name, password=login.password
        )
    return Loaded(report, partners_added=added, partners_kept=len(rows) - added)


def demo_login(links: Links) -> DemoLogin:
    """How to log in to the portal as a demo school. The password follows from the secret of this installation alone, so
    that the account is of no use to anybody who does not have it."""
    return DemoLogin("owner@quillmere.example", "Quinn Marsh (invented)", links.demo_password())


def _add_partner(session: Session, clock: Clock, seal: Seal, row: Mapping[str, str], url: str) -> bool:
    partner = session.execute(select(Partner).where(Partner.slug == row["slug"])).scalar_one_or_none()
    is_new = partner is None
    if partner is None:
        partner = _new_partner(row)
        session.add(partner)
        session.flush()
        session.add(_terms(row, partner))
        _cap(session, clock, partner, row)
        _speak_for(session, partner, row["institution"])
    _point_to(session, clock, seal, partner, url)
    return is_new


def _new_partner(row: Mapping[str, str]) -> Partner:
    return Partner(
        id=new_id(),
        slug=row["slug"],
        legal_name=row["legal_name"],
        display_name=row["display_name"],
        status=PartnerStatus(row["status"]),
        time_zone=row["time_zone"],
        contact_email=row["contact_email"],
    )


def _terms(row: Mapping[str, str], partner: Partner) -> PartnerTerms:
    return PartnerTerms(
        id=new_id(),
        partner_id=partner.id,
        price_cents=int(row["price_cents"]),
        currency=row["currency"],
    )


def _cap(session: Session, clock: Clock, partner: Partner, row: Mapping[str, str]) -> None:
    for column, period in (("daily_cap", CapPeriod.DAY), ("monthly_cap", CapPeriod.MONTH)):
        if row[column]:
            set_cap(session, clock, partner.id, CapTerms(period, CapMeasure.COUNT, int(row[column])))


def _speak_for(session: Session, partner: Partner, name: str) -> None:
    key = institution_key_of(name)
    institution = session.execute(select(Institution.id).where(Institution.key == key)).scalar_one_or_none()
    if institution is None:
        raise Refused(Problem("partners", f"No listing is of {name}.", "Name an institution of the demo catalogue."))
    if session.get(PartnerInstitution, institution) is None:
        session.add(PartnerInstitution(institution_id=institution, partner_id=partner.id))


def _point_to(session: Session, clock: Clock, seal: Seal, partner: Partner, url: str) -> None:
    """Post to `url` from now on. Other endpoints end; leads on their way keep what they have."""
    live = session.scalars(
        select(PartnerEndpoint)
        .where(PartnerEndpoint.partner_id == partner.id, PartnerEndpoint.kind == Channel.WEBHOOK)
        .where(PartnerEndpoint.disabled_at.is_(None), PartnerEndpoint.removed_at.is_(None))
    ).all()
    if any(endpoint.url == url for endpoint in live):
        return
    for endpoint in live:
        endpoint.removed_at = endpoint.disabled_at = clock.now()
        endpoint.disabled_reason = "replaced"
    session.add(
        PartnerEndpoint(
            id=new_id(), partner_id=partner.id, url=url, sealed_secret=seal.close(new_secret()), created_at=clock.now()
        )
    )


def _add_questions(session: Session, file: BinaryIO) -> None:
    """Give each partner without questions those of the file. What staff changed since stays."""
    asked = set(session.scalars(select(PartnerQuestion.partner_id).distinct()))
    partners = {partner.slug: partner.id for partner in session.scalars(select(Partner))}
    for position, row in enumerate(_rows(file), start=1):
        partner_id = partners[row["slug"]]
        if partner_id not in asked:
            session.add(_question(row, partner_id, position))
    session.flush()


def _question(row: Mapping[str, str], partner_id: UUID, position: int) -> PartnerQuestion:
    return PartnerQuestion(
        id=new_id(),
        partner_id=partner_id,
        program_id=row["program_id"] or None,
        position=position,
        kind=QuestionKind(row["kind"]),
        label=row["label"],
        help=row["help"],
        required=row["required"] == "yes",
        options=[option.strip() for option in row["options"].split("|") if option.strip()],
    )


def _rows(file: BinaryIO) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read().decode("utf-8"), newline="")))

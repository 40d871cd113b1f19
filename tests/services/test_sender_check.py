"""What name servers say of us, and what is made of it, also where none answers."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from webapp.domain.sender_check import Point, Verdict, judge_dmarc, judge_spf
from webapp.gateways.dkim import DkimSigner
from webapp.gateways.fakes import FakeResolver
from webapp.services.letter import Sender
from webapp.services.sender_check import SenderSetup, check_sender

SIGNER = DkimSigner.from_pem(
    "match.example",
    "s1",
    Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ),
)
SETUP = SenderSetup(
    Sender("hello@mail.match.example", "1 Main Street", return_domain="bounces.match.example"),
    SIGNER,
    "smtp.relay.example",
)
GOOD = {
    ("TXT", "bounces.match.example"): ["unrelated", "v=spf1 include:relay.example -all"],
    ("TXT", "s1._domainkey.match.example"): [SIGNER.public_record()],
    ("TXT", "_dmarc.match.example"): ["v=DMARC1; p=reject; rua=mailto:d@match.example"],
    ("MX", "bounces.match.example"): ["mx.match.example"],
    ("A", "smtp.relay.example"): ["192.0.2.1"],
    ("PTR", "192.0.2.1"): ["smtp.relay.example"],
}


def verdicts(setup: SenderSetup, resolver: FakeResolver) -> dict[Point, Verdict]:
    return {each.point: each.verdict for each in check_sender(setup, resolver)}


def test_a_sender_that_is_in_order_has_every_point_good() -> None:
    assert verdicts(SETUP, FakeResolver(GOOD)) == dict.fromkeys(Point, Verdict.GOOD)


def test_a_sender_of_whom_nothing_is_known_hears_what_to_put_where() -> None:
    points = {each.point: each for each in check_sender(SETUP, FakeResolver())}
    assert {each.verdict for each in points.values()} == {Verdict.BAD}
    assert points[Point.DKIM].wanted == SIGNER.public_record()
    assert points[Point.DKIM].name == "s1._domainkey.match.example"
    assert all(points[point].wanted for point in (Point.SPF, Point.DMARC, Point.RETURN))


def test_offline_it_says_so_and_asks_once() -> None:
    resolver = FakeResolver(offline=True)
    assert verdicts(SETUP, resolver) == dict.fromkeys(Point, Verdict.UNKNOWN)
    assert len(resolver.asked) == 1


def test_who_signs_nothing_and_has_no_mail_server_is_told_the_rest() -> None:
    bare = SenderSetup(SETUP.sender, None, "")
    found = verdicts(bare, FakeResolver(GOOD))
    assert found == {
        Point.SPF: Verdict.GOOD,
        Point.DKIM: Verdict.WEAK,
        Point.DMARC: Verdict.GOOD,
        Point.RETURN: Verdict.GOOD,
    }


@pytest.mark.parametrize(
    ("key", "records", "point", "verdict"),
    [
        (("TXT", "bounces.match.example"), ["v=spf1 +all"], Point.SPF, Verdict.BAD),
        (("TXT", "bounces.match.example"), ["v=spf1 mx"], Point.SPF, Verdict.WEAK),
        (("TXT", "bounces.match.example"), ["v=spf1 -all", "v=spf1 ~all"], Point.SPF, Verdict.BAD),
        (("TXT", "bounces.match.example"), ["V=SPF1 A MX redirect=_spf.x.example"], Point.SPF, Verdict.GOOD),
        (("TXT", "s1._domainkey.match.example"), ["v=DKIM1; k=rsa; p=AAAA"], Point.DKIM, Verdict.BAD),
        (("TXT", "s1._domainkey.match.example"), ["v=DKIM1; p="], Point.DKIM, Verdict.BAD),
        (("TXT", "s1._domainkey.match.example"), [f"t=y; {SIGNER.public_record()}"], Point.DKIM, Verdict.WEAK),
        (("TXT", "s1._domainkey.match.example"), [SIGNER.public_record()] * 2, Point.DKIM, Verdict.BAD),
        (("TXT", "_dmarc.match.example"), ["v=DMARC1; p=none"], Point.DMARC, Verdict.WEAK),
        (("TXT", "_dmarc.match.example"), ["v=DMARC1"], Point.DMARC, Verdict.BAD),
        (("TXT", "_dmarc.mail.match.example"), ["v=DMARC1;p=none"], Point.DMARC, Verdict.WEAK),
        (("PTR", "192.0.2.1"), ["smtp.liar.example"], Point.PTR, Verdict.WEAK),
        (("A", "smtp.relay.example"), [], Point.PTR, Verdict.BAD),
    ],
)
def test_each_fault_is_seen(key: tuple[str, str], records: list[str], point: Point, verdict: Verdict) -> None:
    found = verdicts(SETUP, FakeResolver({**GOOD, key: records}))
    assert found == {each: verdict if each is point else Verdict.GOOD for each in Point}


def test_a_record_that_asks_too_much_and_a_sender_nobody_vouches_for() -> None:
    asking = " ".join(f"include:s{number}.example" for number in range(11))
    assert judge_spf("x.example", [f"v=spf1 {asking} ip4:192.0.2.0/24 all.example -all"]).verdict is Verdict.BAD
    judged = judge_dmarc(
        "_dmarc.a.example", ["v=DMARC1; p=reject"], sender="a.example", envelope="b.example", signer="c.example"
    )
    assert (judged.verdict, "fails" in judged.words) == (Verdict.BAD, True)

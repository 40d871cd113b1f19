"""Signatures as somebody else's library checks them, and what breaks one."""

from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa

from webapp.gateways.dkim import DkimSigner
from webapp.gateways.envelope import compose
from webapp.gateways.mail import Mailbox, OutgoingMail

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HEADERS = {
    "Reply-To": "help@match.example",
    "List-Unsubscribe": "<https://match.example/unsubscribe/" + "t" * 120 + ">",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Feedback-ID": "matched_programs:1:matches:program-match",
    "Auto-Submitted": "auto-generated",
}


def pem(key: object, *, password: bytes = b"") -> bytes:
    sealed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    made: bytes = key.private_bytes(serialization.Encoding.PEM, form, sealed)  # type: ignore[attr-defined]  # any key
    return made


@pytest.fixture(scope="module")
def rsa_key() -> RSAPrivateKey:
    return generate_rsa(65537, 2048)


@pytest.fixture(params=["rsa", "ed25519"])
def signer(request: pytest.FixtureRequest, rsa_key: RSAPrivateKey) -> DkimSigner:
    key = rsa_key if request.param == "rsa" else Ed25519PrivateKey.generate()
    return DkimSigner.from_pem("match.example", "s2026", pem(key))


def is_good(content: bytes, signer: DkimSigner) -> bool:
    return bool(dkim.verify(content, dnsfunc=lambda *_, **__: signer.public_record().encode()))


def a_mail(subject: str = "Your programs", text: str = "Hello.\n\n.dot\n  two  blanks \n\n\n") -> bytes:
    mail = OutgoingMail(
        Mailbox("Program Match", "matches@match.example"),
        "ana@student.example",
        subject,
        text,
        "<p>Zoë</p>" + "x" * 3000,
        "<1@match.example>",
        HEADERS,
    )
    return compose(mail, now=NOON).content


def test_a_signature_holds_and_covers_what_one_click_wants(signer: DkimSigner) -> None:
    for subject in ("Your programs", "Zoë’s programs " * 9, "two  blanks"):
        signed = signer.signature(a_mail(subject), at=NOON) + a_mail(subject)
        assert is_good(signed, signer)
        assert max(len(line) for line in signed.partition(b"\r\nFrom: ")[0].split(b"\r\n")) <= 78
    tag = signed.partition(b" h=")[2].partition(b";")[0].replace(b"\r\n ", b"").lower().split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from", b"subject", b"message-id"} <= set(tag)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"To: ana@", b"To: eve@"),
        (b"/unsubscribe/t", b"/unsubscribe/x"),
        (b"=One-Click", b"=Two-Click"),
        (b"From: ", b"From: Eve <eve@evil.example>\r\nFrom: "),
        (b"Subject: ", b"Subject: Won!\r\nSubject: "),
        (b"Feedback-ID: ", b"List-Unsubscribe: <https://evil.example>\r\nFeedback-ID: "),
        (b"Hello.", b"Hullo."),
    ],
)
def test_what_is_changed_on_the_way_breaks_it(signer: DkimSigner, before: bytes, after: bytes) -> None:
    signed = signer.signature(a_mail(), at=NOON) + a_mail()
    assert before in signed
    head, blank, rest = signed.partition(b"\r\nFrom: ")
    changed = head + (blank + rest).replace(before, after, 1)
    assert not is_good(changed, signer)


def test_keys_that_are_none_are_refused_without_being_told(rsa_key: RSAPrivateKey) -> None:
    bad = [b"", b"no key", pem(rsa_key, password=b"x"), pem(generate_private_key(SECP256R1()))]
    for text in bad:
        with pytest.raises(ValueError, match="key") as refused:
            DkimSigner.from_pem("match.example", "s", text)
        assert "PRIVATE" not in str(refused.value)
    with pytest.raises(ValueError, match="name"):
        DkimSigner.from_pem("match.example; x=y", "s", pem(rsa_key))
    assert "key" not in repr(DkimSigner.from_pem("match.example", "s", pem(rsa_key)))

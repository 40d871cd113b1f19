"""The bytes of a mail: what a reader gets back is what was put in, and nobody can add a header or a recipient."""

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.gateways.envelope import address_of, compose
from webapp.gateways.errors import Permanent
from webapp.gateways.fakes import FakeMail
from webapp.gateways.mail import Mailbox, OutgoingMail

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=120)


def a_mail(
    *,
    name: str = "Program Match",
    address: str = "matches@program-match.example",
    recipient: str = "zoe@student.example",
    subject: str = "Your matches",
    text: str = "Hello\n",
    html: str = "<p>Hello</p>\n",
    message_id: str = "<m1@program-match.example>",
    headers: dict[str, str] | None = None,
    envelope_from: str = "",
) -> OutgoingMail:
    return OutgoingMail(
        Mailbox(name, address), recipient, subject, text, html, message_id, headers or {}, envelope_from
    )


def read(mail: OutgoingMail) -> EmailMessage:
    message = email.message_from_bytes(compose(mail, now=NOW).content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def test_a_plain_mail_reads_back() -> None:
    mail = a_mail(
        headers={"List-Unsubscribe": "<https://program-match.example/u/1>", "Auto-Submitted": "auto-generated"}
    )
    message = read(mail)
    assert message["From"] == "Program Match <matches@program-match.example>"
    assert message["To"] == "zoe@student.example"
    assert message["Date"] == "Sun, 22 Nov 2026 12:00:00 +0000"
    assert message["Message-ID"] == "<m1@program-match.example>"
    assert message["List-Unsubscribe"] == "<https://program-match.example/u/1>"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (body(message, "plain"), body(message, "html")) == ("Hello\n", "<p>Hello</p>\n")


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert compose(a_mail(), now=NOW) == compose(a_mail(), now=NOW)


@pytest.mark.parametrize(
    "words",
    [
        "Zoë's mätches — 3 new 🎓", "見つかった学校", "a" * 300, "ä" * 300, "word " * 80 + "end",
        "=?utf-8?q?=41?=", '"quoted", <b@c.d>',
        "two  blanks", " outer ", "semi;colon, comma", "back\\slash", "'; DROP TABLE x; --", "a=?b", "(comment)",
    ],
)  # fmt: skip
def test_words_in_subject_and_name_read_back(words: str) -> None:
    message = read(a_mail(subject=words, name=words))
    assert message["Subject"] == words
    assert [sender.addr_spec for sender in message["From"].addresses] == ["matches@program-match.example"]
    # The newer parser of Python 3.11 puts blanks between a display name's encoded words; the older does not.
    plain = email.message_from_bytes(compose(a_mail(name=words), now=NOW).content)
    name, address = parseaddr(plain["From"])
    assert str(make_header(decode_header(name))) == words
    assert address == "matches@program-match.example"


@given(subject=PRINTABLE, name=PRINTABLE, text=PRINTABLE, html=PRINTABLE)
def test_any_text_reads_back(subject: str, name: str, text: str, html: str) -> None:
    envelope = compose(a_mail(subject=subject, name=name, text=text, html=html), now=NOW)
    assert envelope.content.isascii()
    assert all(len(line) <= 998 for line in envelope.content.split(b"\r\n"))
    assert b"\n" not in envelope.content.replace(b"\r\n", b"")
    assert b"\r" not in envelope.content.replace(b"\r\n", b"")
    # Lines are kept from the second time on: the bytes stay the same, with and without what DATA wants of dots.
    assert envelope.dotted == envelope.content.replace(b"\r\n.", b"\r\n..") + b".\r\n"
    assert all(compose(a_mail(subject=subject, name=name, text=text, html=html), now=NOW) == envelope for _ in range(2))
    message = read(a_mail(subject=subject, name=name, text=text, html=html))
    assert message["Subject"] == subject
    assert len(message["From"].addresses) == 1
    assert (body(message, "plain"), body(message, "html")) == (text + "\n", html + "\n")


def test_line_ends_become_one_kind_and_dots_stay() -> None:
    message = read(a_mail(text="a\r\nb\rc\n.\n..d\nFrom e\ntrailing \t\n\n"))
    assert body(message, "plain") == "a\nb\nc\n.\n..d\nFrom e\ntrailing \t\n"


@pytest.mark.parametrize("evil", ["\r\nBcc: x@evil.example", "\n", "\r", "\x00", "a\r\n b", "\x0b", "\x7f", "\ud800"])
@pytest.mark.parametrize("place", ["subject", "name", "value", "ascii_value"])
def test_a_control_character_in_a_header_is_refused(evil: str, place: str) -> None:
    evil = "safe" + evil
    mails = {
        "subject": a_mail(subject=evil),
        "name": a_mail(name=evil),
        "value": a_mail(headers={"Feedback-ID": "é" + evil}),
        "ascii_value": a_mail(headers={"List-Unsubscribe": evil}),
    }
    with pytest.raises(Permanent) as refused:
        compose(mails[place], now=NOW)
    assert refused.value.reason == "header_refused"
    with pytest.raises(Permanent):
        FakeMail().send(mails[place])


@pytest.mark.parametrize(
    "headers",
    [{"Bcc": "x@y.example"}, {"bcc": "x"}, {"Subject": "x"}, {"Content-Type": "x"}, {"A: b\r\nBcc": "x"}, {"": "x"},
     {"A b": "x"},
     {"To": "x"}, {"X-A": "1", "x-a": "2"}, {"Ä": "x"}, {"X-Long": "a" * 999}],
)  # fmt: skip
def test_a_header_that_is_not_ours_to_give_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Permanent) as refused:
        compose(a_mail(headers=headers), now=NOW)
    assert refused.value.reason == "header_refused"


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "a", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "<a@b.example>", "Zoe <a@b.example>", "a@b.example>", "a@b c.example", "a\x00@b.example", "a@-b.example",
        "a@b.example SIZE=1",
        "a@" + "b" * 300 + ".example", "a" * 65 + "@b.example", '"a\r\n"@b.example', "a;b@c.example",
        "(c)a@b.example", "\ud800@b.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["sender", "recipient", "bounce"])
def test_an_address_that_is_more_or_less_than_one_is_refused(address: str, place: str) -> None:
    mails = {
        "sender": a_mail(address=address),
        "recipient": a_mail(recipient=address),
        "bounce": a_mail(envelope_from=address or "@"),
    }
    with pytest.raises(Permanent) as refused:
        compose(mails[place], now=NOW)
    assert refused.value.reason == "address_refused"
    assert "@" not in refused.value.text


def test_good_addresses_pass() -> None:
    assert address_of("o'brien+tag@sub.b-c.example") == "o'brien+tag@sub.b-c.example"
    assert address_of('"two words"@b.example') == '"two words"@b.example'
    assert address_of("zoe@bücher.example") == "zoe@xn--bcher-kva.example"
    assert address_of("zoë@b.example") == "zoë@b.example"


@pytest.mark.parametrize(
    "message_id", ["", "m1", "<m1>", "<a@b>\r\nX: y", "<a b@c>", "<@b>", "<a@b", "<" + "a" * 300 + "@b>"]
)
def test_a_message_id_must_be_one(message_id: str) -> None:
    with pytest.raises(Permanent):
        compose(a_mail(message_id=message_id), now=NOW)


def test_the_bounce_address_goes_on_the_envelope_only() -> None:
    mail = a_mail(envelope_from="bounce+token@program-match.example")
    envelope = compose(mail, now=NOW)
    assert (envelope.mail_from, envelope.rcpt_to) == ("bounce+token@program-match.example", "zoe@student.example")
    assert b"bounce" not in envelope.content
    assert compose(a_mail(), now=NOW).mail_from == "matches@program-match.example"


LINES = st.lists(
    st.builds(str.__mul__, st.sampled_from(["a", "From ", ".", " ", "\t", "é"]), st.sampled_from([0, 1, 75, 900, 901])),
    min_size=1,
    max_size=4,
)


@given(lines=LINES)
def test_dots_that_begin_a_line_are_doubled_on_the_wire_and_nowhere_else(lines: list[str]) -> None:
    envelope = compose(a_mail(text="\n".join(lines), html="\n.".join(lines)), now=NOW)
    assert envelope.dotted == envelope.content.replace(b"\r\n.", b"\r\n..") + b".\r\n"
    assert b"\0" not in envelope.content


@given(lines=LINES)
def test_a_body_goes_as_it_is_only_where_no_relay_would_touch_it(lines: list[str]) -> None:
    text = "\n".join(lines).rstrip("\n") + "\n"
    message = read(a_mail(text=text))
    part = message.get_body(("plain",))
    assert part is not None
    assert body(message, "plain") == text
    as_it_is = part["Content-Transfer-Encoding"] == "7bit"
    assert as_it_is == all(
        line.isascii() and len(line) <= 900 and line == line.rstrip() and not line.startswith("From ")
        for line in text.split("\n")
    )
    if not as_it_is:
        assert all(len(line) <= 76 for line in str(part.get_payload()).splitlines())

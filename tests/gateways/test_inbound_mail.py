"""What comes back is read: the shapes of many mail servers, and whatever else somebody may send."""

import csv
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.bounce import ReportKind
from webapp.gateways.inbound_mail import MOST_BYTES, read_report

FIXTURES = Path(__file__).with_name("inbound")
TOKEN = "5d1c0f9a3b7e48264a90bc1de2f3748596a7b8c9"
MESSAGE_ID = UUID("0198f2a4-7c1e-7b3a-9d52-4e8f60a1b2c3")
EXPECTED = list(csv.DictReader((FIXTURES / "expected.csv").read_text().splitlines()))
RAW = [path.read_bytes() for path in sorted(FIXTURES.glob("*.eml"))]


def test_every_shape_is_in_the_table_and_every_kind_occurs() -> None:
    assert sorted(path.name for path in FIXTURES.glob("*.eml")) == sorted(row["file"] for row in EXPECTED)
    assert len(EXPECTED) >= 60
    assert {row["kind"] for row in EXPECTED} == set(ReportKind)


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row["file"])
def test_each_shape_is_read_for_what_it_is(row: dict[str, str]) -> None:
    report = read_report((FIXTURES / row["file"]).read_bytes())
    assert (report.kind, report.status_code) == (row["kind"], row["status_code"])
    # A report names our mail by the envelope sender it was sent to; one that was not, by what it returns of ours.
    if row["names"] == "token":
        assert TOKEN in report.tokens
    else:
        assert report.tokens == ()
        assert MESSAGE_ID in report.message_ids
    assert "@" not in report.diagnosis.replace("<address>", "")


def test_the_same_mail_with_crlf_reads_the_same() -> None:
    for raw in RAW:
        assert read_report(raw.replace(b"\n", b"\r\n")) == read_report(raw)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_raises(data: st.DataObject) -> None:
    """Random bytes, and real shapes cut, doubled and salted."""
    raw = data.draw(st.sampled_from(RAW) | st.binary(max_size=400))
    cut = data.draw(st.integers(0, len(raw)))
    salt = data.draw(
        st.sampled_from(
            [
                b"\x00\xff",
                b"\n\n--",
                b"Content-Type: multipart/mixed; boundary=\xff\n\n",
                b"=?utf-8?B?////?=",
                b":\n \n",
            ]
        )
        | st.binary(max_size=30)
    )
    report = read_report(raw[:cut] + salt + raw[data.draw(st.integers(0, len(raw))) :])
    assert report.kind in ReportKind


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Content-Type: message/rfc822\n\n" * 3000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)),
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 40_000,
        b"Subject: " + b"a" * MOST_BYTES * 3,
        b"To: " + b"<a@b.example>, " * 20_000,
        b"From: mailer-daemon@x.example\nSubject: failure notice\n\n" + b"user " * 50_000,
        b"Content-Type: text/plain; charset=idna\nContent-Transfer-Encoding: base64\n\n%%%%",
        b"Content-Type: text/html\n\n" + b"<" * 100_000,
    ],
    ids=["empty", "nested", "nested-parts", "many-parts", "long-head", "many-addresses", "long-words", "codec", "html"],
)
def test_what_is_made_to_be_slow_or_deep_is_neither(raw: bytes) -> None:
    assert read_report(raw).kind in (ReportKind.OTHER, ReportKind.SOFT_BOUNCE)

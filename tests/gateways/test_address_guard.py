"""The guard: no way of writing an inside address gets through, whatever the name server says."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.gateways.address_guard import guard, judge, resolve_with_system
from webapp.gateways.errors import Permanent, Retryable

PUBLIC = "93.184.215.14"


def never(host: str, port: int) -> Sequence[str]:
    raise AssertionError(f"{host} was looked up")


def answering(*addresses: str) -> "Answering":
    return Answering(addresses)


class Answering:
    """A name server that gives the same addresses for every name, and counts how often it is asked."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = addresses
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.addresses


INSIDE = [
    "0.0.0.0", "0.1.2.3",  # noqa: S104 - an address to be refused, nothing binds to it
    "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    "127.0.0.1", "127.1.2.3", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip

DISGUISED = [
    "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://0X7F.0.0.1/", "https://017700000001/",
    "https://0177.0.0.1/", "https://127.1/", "https://127.0.1/", "https://010.8.8.8/", "https://134744072/",
    "https://8.8.8.08/", "https://0x8.8.8.8/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://127.0.0.1./",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[0:0:0:0:0:ffff:7f00:1]/",
    "https://[64:ff9b::169.254.169.254]/", "https://[2002:7f00:1::]/", "https://[fe80::1%25eth0]/", "https://[::]/",
    "https://１２７.0.0.1/", "https://127。0。0。1/", "https://①②⑦.0.0.1/", "https://169.254.169.254/latest/meta-data/",
]  # fmt: skip

MALFORMED = [
    "", "/", "//example.com/", "example.com", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
    "javascript:alert(1)", "http://example.com/", "HTTP://EXAMPLE.COM", "https://", "https:///x",
    "https://user@example.com/",
    "https://user:pw@example.com/", "https://@example.com/", "https://example.com:0/", "https://example.com:99999/",
    "https://example.com:x/", "https://exa mple.com/", "https://example.com\\@evil.example/",
    "https://example.com/\r\nHost: x",
    "https://example.com/\x00", "\thttps://example.com/", "https://exa\nmple.com/", "https://-a.example/", "https://a..example/",
    "https://%31%32%37.0.0.1/", "https://[::1/", "https://[v1.x]/", "https://" + "a" * 64 + ".example/",
    "https://example.com/" + "a" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    resolve = answering(address)
    with pytest.raises(Permanent) as refused:
        guard("https://partner.example/hook", allow_loopback=False, resolve=resolve)
    assert refused.value.reason == "address_refused"
    assert address not in refused.value.text
    assert resolve.asked == 1


@pytest.mark.parametrize("address", INSIDE)
def test_an_inside_address_written_out_is_refused_without_a_look_up(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Permanent):
        guard(f"https://{host}/hook", allow_loopback=False, resolve=never)


@pytest.mark.parametrize("url", DISGUISED)
def test_a_disguised_number_is_refused_without_a_look_up(url: str) -> None:
    with pytest.raises(Permanent):
        guard(url, allow_loopback=False, resolve=never)


@pytest.mark.parametrize("url", MALFORMED)
def test_a_url_that_is_not_plain_https_is_refused(url: str) -> None:
    with pytest.raises(Permanent) as refused:
        guard(url, allow_loopback=False, resolve=answering(PUBLIC))
    assert refused.value.reason == "url_refused"


def test_one_inside_address_among_public_ones_refuses_the_name() -> None:
    for addresses in ([PUBLIC, "10.0.0.1"], ["2606:4700::1111", "::1", PUBLIC]):
        with pytest.raises(Permanent):
            guard("https://partner.example/", allow_loopback=False, resolve=answering(*addresses))


def test_a_public_name_becomes_a_pinned_target() -> None:
    resolve = answering(PUBLIC, "2606:4700::1111")
    target = guard("https://Partner.Example:8443/a%20b?x=1&y=ä#frag", allow_loopback=False, resolve=resolve)
    assert (target.scheme, target.host, target.port) == ("https", "partner.example", 8443)
    assert target.path == "/a%20b?x=1&y=%C3%A4"
    assert target.addresses == (PUBLIC, "2606:4700::1111")
    assert target.authority == "partner.example:8443"
    assert resolve.asked == 1


def test_an_international_name_is_asked_for_in_ascii() -> None:
    target = guard("https://bücher.example./", allow_loopback=False, resolve=answering(PUBLIC))
    assert (target.host, target.authority, target.path) == ("xn--bcher-kva.example", "xn--bcher-kva.example", "/")


def test_public_addresses_may_be_written_out() -> None:
    assert guard("https://8.8.8.8/", allow_loopback=False, resolve=never).addresses == ("8.8.8.8",)
    target = guard("https://[2606:4700::1111]:8443/", allow_loopback=False, resolve=never)
    assert (target.addresses, target.authority) == (("2606:4700::1111",), "[2606:4700::1111]:8443")


def test_loopback_needs_the_development_flag_and_only_loopback_may_be_plain() -> None:
    for url in ("http://127.0.0.1:5000/x", "http://[::1]:5000/x", "https://127.0.0.1/"):
        assert guard(url, allow_loopback=True, resolve=never).addresses
        with pytest.raises(Permanent):
            guard(url, allow_loopback=False, resolve=never)
    for url in (
        "http://127.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "https://169.254.169.254/",
    ):
        with pytest.raises(Permanent):
            guard(url, allow_loopback=True, resolve=never)
    with pytest.raises(Permanent):
        guard("http://partner.example/", allow_loopback=True, resolve=answering(PUBLIC))
    with pytest.raises(Permanent):
        guard("http://partner.example/", allow_loopback=True, resolve=answering("127.0.0.1", PUBLIC))


def test_a_name_without_an_address_may_be_tried_again() -> None:
    def missing(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    for resolve in (missing, answering()):
        with pytest.raises(Retryable) as refused:
            guard("https://partner.example/", allow_loopback=False, resolve=resolve)
        assert refused.value.reason == "name_not_resolved"


def test_an_answer_that_is_no_address_is_refused() -> None:
    with pytest.raises(Permanent):
        guard("https://partner.example/", allow_loopback=False, resolve=answering("fe80::1%eth0", "x"))


def test_the_system_look_up_finds_localhost_and_the_guard_refuses_it() -> None:
    assert set(resolve_with_system("localhost", 443)) <= {"127.0.0.1", "::1"}
    with pytest.raises(Permanent):
        guard("https://localhost/", allow_loopback=False)


@given(st.ip_addresses())
def test_what_passes_is_public_by_the_standard_library_too(parsed: IPv4Address | IPv6Address) -> None:
    address = str(parsed)
    try:
        judge(address, allow_loopback=False)
    except Permanent:
        return
    assert parsed.is_global
    assert not parsed.is_multicast

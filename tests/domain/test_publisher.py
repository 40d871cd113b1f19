"""Which sites may frame the form."""

import pytest

from webapp.domain.publisher import KEY, MOST_ORIGINS, OriginError, new_key, parse_origin, parse_origins


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://www.example.org", "https://www.example.org"),
        (" HTTPS://Guides.Example.Org/ ", "https://guides.example.org"),
        ("https://example.org:443", "https://example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("https://*.example.org", "https://*.example.org"),
        ("http://localhost:4000", "http://localhost:4000"),
    ],
)
def test_a_site_is_written_as_browsers_compare_it(written: str, origin: str) -> None:
    assert parse_origin(written) == origin


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("example.org", "no address of a site"),
        ("*", "no address of a site"),
        ("https://*", "no address of a site"),
        ("https://*.org", "takes in too much"),
        ("https://example.org; script-src *", "no address of a site"),
        ("https://example.org 'self'", "no address of a site"),
        ("https://example.org, https://b.example", "no address of a site"),
        ("https://me:secret@example.org", "names a page"),
        ("https://example.org/guides", "Write the site alone: https://example.org"),
        ("https://example.org?x=1", "names a page"),
        ("http://example.org", "not served by HTTPS"),
        ("javascript:alert(1)", "no address of a site"),
        ("data:text/html,x", "no address of a site"),
        ("https://example.org:99999", "no address"),
        ("https://[::1", "no address"),
        ("https://exa\nmple.org", "no address"),
        ("https://exa\tmple.org", "no address"),
    ],
)
def test_what_is_no_site_is_refused_with_what_would_be_right(written: str, words: str) -> None:
    with pytest.raises(OriginError, match=words.replace("(", r"\(")):
        parse_origin(written)


def test_sites_stand_one_to_a_line_and_once() -> None:
    assert parse_origins("https://b.example\n\n https://a.example/\nhttps://b.example") == (
        "https://b.example",
        "https://a.example",
    )
    with pytest.raises(OriginError, match="at least one"):
        parse_origins(" \n ")
    with pytest.raises(OriginError, match="At most"):
        parse_origins("\n".join(f"https://s{number}.example" for number in range(MOST_ORIGINS + 1)))


def test_keys_differ_and_have_their_form() -> None:
    keys = {new_key() for _ in range(50)}
    assert len(keys) == 50
    assert all(KEY.fullmatch(key) for key in keys)

"""Answers travel small, but never where their length could give a secret away."""

import gzip

from flask.testing import FlaskClient

PACKED = {"Accept-Encoding": "gzip, br"}


def test_pages_and_files_are_compressed_for_those_who_can_read_it(client: FlaskClient) -> None:
    for path in ("/parts", "/static/css/base.css"):
        plain, packed = client.get(path), client.get(path, headers=PACKED)
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
        assert len(gzip.decompress(packed.data)) == len(plain.data)


def test_refusing_gzip_is_heard(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/parts", headers={"Accept-Encoding": "gzip;q=0, br"}).headers


def test_what_an_address_or_a_post_could_have_put_in_is_not_compressed(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/parts?q=guess", headers=PACKED).headers
    assert "Content-Encoding" not in client.post("/form", headers=PACKED).headers
    assert "Content-Encoding" not in client.get("/nowhere", headers=PACKED).headers


def test_the_length_of_a_page_varies(client: FlaskClient) -> None:
    assert len({len(client.get("/parts", headers=PACKED).data) for _ in range(20)}) > 1


def test_a_kept_file_is_known_again(client: FlaskClient) -> None:
    tag = client.get("/static/css/base.css", headers=PACKED).headers["ETag"]
    assert tag.startswith('W/"')
    again = client.get("/static/css/base.css", headers={**PACKED, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")

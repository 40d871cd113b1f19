"""The pictures that the papers show are the ones the script makes, and small."""

from pathlib import Path

from docs.make_screenshots import MOST_BYTES, OUT, PICTURES, mail_pictures

STAFF = "lead"


def test_every_picture_is_there_small_and_no_other() -> None:
    names = [picture.name for picture in PICTURES]
    assert len(names) == len(set(names)) >= 8
    files = {path.stem: path for path in OUT.glob("*.png")}
    assert files.keys() == {*names, *mail_pictures(), STAFF}
    assert all(_is_png(path) and path.stat().st_size <= MOST_BYTES for path in files.values())


def _is_png(path: Path) -> bool:
    return path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"

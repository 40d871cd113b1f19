"""The golden files: each mail as it was looked at and found good.

After a wanted change, look at the mails again and write the files anew: `python -m tests.emails.golden_files`.
"""

from pathlib import Path

from webapp.emails import render
from webapp.emails.samples import SAMPLES

FOLDER = Path(__file__).parent / "golden"


def golden(name: str) -> dict[Path, str]:
    """The files for one mail and what should be in them."""
    message = render(name, SAMPLES[name])
    return {
        FOLDER / f"{name}.txt": f"Subject: {message.subject}\n\n{message.text}",
        # One element to a line, so that a difference can be read.
        FOLDER / f"{name}.html": message.html.replace("><", ">\n<"),
    }


def write_all() -> None:
    for name in SAMPLES:
        for path, content in golden(name).items():
            path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write_all()

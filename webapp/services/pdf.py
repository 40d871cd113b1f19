"""A few pages of text and lines as PDF 1.4 (ISO 32000), with the fonts every reader has and nothing fetched.

Letters are those of Windows-1252, which the standard fonts hold; others lose their marks or become a question mark.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

WIDTH, HEIGHT = 612.0, 792.0
"""US letter, in points of 1/72 inch, from the lower left corner."""
# Widths in thousandths of the size, from space to tilde: Helvetica, then bold (Adobe's metrics of the standard fonts).
_WIDTHS: Final = (
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556),
    *(1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556),
    *(333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556),
    *(556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584),
)
_BOLD_WIDTHS: Final = (
    *(278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611),
    *(975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556),
    *(333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611),
    *(611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584),
)
_OTHER: Final = 600
_PLAIN: Final = str.maketrans("ŁłĐđĦħıŦŧ", "LlDdHhiTt")
"""Letters that Unicode does not take apart."""


@dataclass
class Page:
    """One page being written."""

    marks: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, *, size: float = 10, bold: bool = False, right: bool = False
    ) -> None:
        """Write `words` from (x, y) on, or up to there."""
        start = x - width_of(words, size, bold=bold) if right else x
        font = "F2" if bold else "F1"
        self.marks.append(f"BT /{font} {size:g} Tf {start:.2f} {y:.2f} Td ({_escaped(words)}) Tj ET")

    def line(self, x: float, y: float, to: float) -> None:
        """Draw a thin level line."""
        self.marks.append(f"0.5 w {x:.2f} {y:.2f} m {to:.2f} {y:.2f} l S")


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """How wide `words` are, in points."""
    told, widths = _known(words), _BOLD_WIDTHS if bold else _WIDTHS
    units = sum(widths[ord(each) - 32] if 32 <= ord(each) < 127 else _OTHER for each in told)
    return units * size / 1000


def wrapped(words: str, size: float, most: float) -> list[str]:
    """`words` in lines no wider than `most`, broken between words, or within one that is too wide alone."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if width_of(longer, size) <= most:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width_of(line, size) > most:
            cut = max(1, int(len(line) * most / width_of(line, size)))
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line or not lines else lines


def written(pages: Sequence[Page], *, title: str) -> bytes:
    """The file. The same pages make the same bytes."""
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en-US) /ViewerPreferences << /DisplayDocTitle true >> >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({_escaped(title)}) /Producer (Program Match) >>",
    ]
    for number, page in enumerate(pages):
        resources = "<< /Font << /F1 3 0 R /F2 4 0 R >> >>"
        box = f"[0 0 {WIDTH:g} {HEIGHT:g}]"
        content = "\n".join(page.marks)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources {resources} /Contents {7 + 2 * number} 0 R >>",
            f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream",
        ]
    return _file(objects)


def _file(objects: Sequence[str]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def _known(words: str) -> str:
    """The same in letters that the fonts hold."""
    told = []
    for each in unicodedata.normalize("NFC", words):
        plain = each
        try:
            each.encode("cp1252")
        except UnicodeEncodeError:
            base = unicodedata.normalize("NFKD", each.translate(_PLAIN))[0]
            plain = base if base.isascii() and base.isprintable() else "?"
        told.append(plain if plain.isprintable() else " ")
    return "".join(told)


def _escaped(words: str) -> str:
    return _known(words).replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")

"""A mail's HTML as a reader meets it: elements, attributes and words. Fails on markup that does not nest."""

import re
from html.parser import HTMLParser
from typing import ClassVar

_PLAIN_TAG = re.compile(r'<([a-z][a-z0-9]*)((?:\s+[a-z][a-z-]*="[^"<>]*")*)\s*>')
"""A tag that can be read in one way only; mails hold hundreds of each, thousands of them alike."""

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Parses at once; `elements` in order, `words` with single blanks, conditional comments left out."""

    known: ClassVar[dict[str, tuple[str, list[tuple[str, str | None]]]]] = {}
    """What plain tags were read as, by their text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self._words: list[str] = []
        self._newest: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"not closed: {self._open}"
        self.words = " ".join("".join(self._words).split())

    @property
    def links(self) -> list[str]:
        return [value for element, name, value in self.attributes if name in ("href", "src", "action", "background")]

    @property
    def styles(self) -> str:
        return " ".join(value for _, name, value in self.attributes if name == "style")

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks for them."""
        return j

    def parse_starttag(self, i: int) -> int:
        """Read a tag, or remember how one of the same text was read."""
        plain = _PLAIN_TAG.match(self.rawdata, i)
        if plain is None or plain[1] in self.CDATA_CONTENT_ELEMENTS:
            return super().parse_starttag(i)
        if (known := self.known.get(plain[0])) is not None:
            self.handle_starttag(*known)
            return plain.end()
        end, tag, attributes = super().parse_starttag(i), self.elements[-1], self._newest
        self.known[plain[0]] = (tag, attributes)
        return end

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self._newest = attrs
        self.attributes.extend((tag, name, value or "") for name, value in attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID, f"<{tag}/> does not close itself"
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> is out of place"

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self._words.append(data)

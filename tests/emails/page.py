"""A mail's HTML as a reader meets it: elements, attributes and words. Fails on markup that does not nest."""

import re
from functools import lru_cache
from html import unescape

from tests.markup import Attributes, MarkupReader, read_tag

VOID = {"meta", "br", "link", "img", "hr", "input"}
_TOKEN = re.compile(r"(<!--.*?--\s*>|<[^<>]*>)", re.DOTALL)
_START = re.compile(r'<[a-z][a-z0-9]*(?:\s+[a-z][a-z:-]*="[^"<>]*")*\s*/?>')
_END = re.compile(r"</([a-z][a-z0-9]*)>")
_SILENT = re.compile(r"<!--(?!>|->).*?--\s*>|<!doctype [a-z]+>", re.DOTALL)


class Page(MarkupReader):
    """Parses at once; `elements` in order, `words` with single blanks, conditional comments left out."""

    def __init__(self, html: str, *, quick: bool = True) -> None:
        super().__init__(convert_charrefs=True)
        self._begin()
        if not quick or not self._read_plain(html):
            self._begin()
            self.feed(html)
            self.close()
        assert self._open == [], f"not closed: {self._open}"
        self.words = " ".join("".join(self._words).split())

    def _begin(self) -> None:
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self._words: list[str] = []

    def _read_plain(self, html: str) -> bool:
        """Read what can be read in one way only, tag by tag as before; False where anything else is met."""
        pieces = _TOKEN.split(html)
        styled = False
        for text, token in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            if "<" in text:
                return False
            if text and not styled:
                self._words.append(_unescaped(text))
            if not token:
                continue
            kind, name, attributes = _told(token)
            if styled and (kind, name) != ("end", "style"):
                return False
            if kind == "end":
                self.handle_endtag(name)
            elif kind == "start":
                self.elements.append(name)
                self.attributes.extend(attributes)
                if name not in VOID:
                    self._open.append(name)
            elif kind != "silent":
                return False
            styled = (kind, name) == ("start", "style")
        return True

    @property
    def links(self) -> list[str]:
        return [value for element, name, value in self.attributes if name in ("href", "src", "action", "background")]

    @property
    def styles(self) -> str:
        return " ".join(value for _, name, value in self.attributes if name == "style")

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.elements.append(tag)
        self.attributes.extend((tag, name, value or "") for name, value in attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        assert tag in VOID, f"<{tag}/> does not close itself"
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> is out of place"

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self._words.append(data)


_unescaped = lru_cache(maxsize=5_000)(unescape)


@lru_cache(maxsize=20_000)
def _told(token: str) -> tuple[str, str, tuple[tuple[str, str, str], ...]]:
    """The kind of a token, its name and its attributes; the kind is "" where there is more than one way to read it."""
    if end := _END.fullmatch(token):
        return "end", end[1], ()
    if _SILENT.fullmatch(token):
        return "silent", "", ()
    if not _START.fullmatch(token) or token.startswith("<script"):
        return "", "", ()
    name, attributes = read_tag(token)
    if token.endswith("/>") and name not in VOID:
        return "", "", ()
    return "start", name, tuple((name, key, value or "") for key, value in attributes)

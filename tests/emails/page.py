"""A mail's HTML as a reader meets it: elements, attributes and words. Fails on markup that does not nest."""

from tests.markup import MarkupReader

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(MarkupReader):
    """Parses at once; `elements` in order, `words` with single blanks, conditional comments left out."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self._words: list[str] = []
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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
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

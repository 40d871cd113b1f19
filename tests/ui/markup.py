"""Checks that a page is well-formed HTML and that its references lead somewhere."""

from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "data-copy")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> names an attribute twice: {names}")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag}> has the inline {name}")
            if name == "id":
                self.ids.append(value or "")
            if name in _REFERENCES:
                self.references.extend((value or "").split())
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:] or 'nothing'} at {self.getpos()}")
        else:
            self.open.pop()


def markup_faults(html: str) -> list[str]:
    """What is wrong: tags out of order or left open, inline code, ids used twice, references that lead nowhere."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    faults = reader.faults + [f"<{tag}> is never closed" for tag in reader.open]
    faults += [f"the id {name!r} is used twice" for name in sorted({n for n in reader.ids if reader.ids.count(n) > 1})]
    return faults + [f"nothing has the id {name!r}" for name in reader.references if name not in reader.ids]

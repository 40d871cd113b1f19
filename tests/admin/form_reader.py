"""The forms of a page, filled in as the page fills them in."""

from dataclasses import dataclass, field

from tests.markup import MarkupReader

_TEXTS = (None, "", "text", "hidden", "email", "tel", "date", "time", "number", "url", "search", "password")


@dataclass
class PageForm:
    """One form: where it goes, what it would send as it stands, and the fields in which one writes."""

    method: str
    action: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)


class FormReader(MarkupReader):
    """Reads every form of a page. The first submit button with a name counts as the one that is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: set[str] = set()
        self._open: PageForm | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.add(told.get("href", ""))
        if tag == "form":
            self._open = PageForm(told.get("method", "get"), told.get("action", ""))
            self.forms.append(self._open)
        elif self._open is not None:
            self._field(tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._open is not None:
            self._open.sent.setdefault(self._area, [""])[0] += data

    def _field(self, tag: str, told: dict[str, str]) -> None:
        form, name = self._open, told.get("name", "")
        assert form is not None
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in told:
            form.sent[self._select] = [told.get("value", "")]
        elif tag == "textarea":
            self._area = name
            form.sent[name] = [""]
            form.written.append(name)
        elif tag == "button" and told.get("formaction", "#").startswith("/"):
            self.forms.append(PageForm("post", told["formaction"], form.sent, form.written))
        elif tag == "button" and name and name not in form.sent:
            form.sent[name] = [told.get("value", "")]
        elif tag == "input" and name and (told.get("type") in _TEXTS or "checked" in told):
            form.sent.setdefault(name, []).append(told.get("value", ""))
            if told.get("type") in _TEXTS and told.get("type") != "hidden":
                form.written.append(name)


def forms_of(page: str) -> list[PageForm]:
    """Every form on the page that is posted."""
    reader = FormReader()
    reader.feed(page)
    return [form for form in reader.forms if form.method == "post"]


def links_of(page: str) -> set[str]:
    """Every address that the page links to."""
    reader = FormReader()
    reader.feed(page)
    return reader.links

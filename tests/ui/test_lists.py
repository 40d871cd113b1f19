"""The addresses of the pages before and after one of a list."""

from dataclasses import dataclass

from flask import Flask

from webapp.ui.lists import page_links


@dataclass(frozen=True)
class InTheMiddle:
    back: str = "b"
    on: str = "o"


def test_neighbours_keep_what_the_address_names_and_what_it_asks_for() -> None:
    """Also where the list is of one thing, whose id stands in the address before the question mark."""
    app = Flask(__name__)

    @app.get("/of/<int:number>/<figure>")
    def rows(number: int, figure: str) -> dict[str, str | None]:
        return page_links(InTheMiddle())

    links = app.test_client().get("/of/7/delivered?days=30&page=x&empty=").json
    assert links == {
        "previous_url": "/of/7/delivered?days=30&page=b",
        "next_url": "/of/7/delivered?days=30&page=o",
    }

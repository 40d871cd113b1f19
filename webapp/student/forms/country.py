"""Countries as a list to choose from."""

from webapp.domain.country import COUNTRIES
from webapp.ui.choices import Option

HOME = "US"


def country_options() -> list[Option]:
    """The United States first, then all others."""
    first = Option(HOME, COUNTRIES[HOME])
    return [first, *(Option(code, name) for code, name in COUNTRIES.items() if code != HOME)]

"""Numbers as people write them: "$30,000", "30 000", "30k", "3,4"."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from webapp.ui.fields import Box
from webapp.ui.validators import Between

_MARKS = re.compile(r"[\s\u00a0\u202f'_$€£]|usd", re.IGNORECASE)
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}")
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def parse_number(text: str, *, unit: str = "") -> float:
    """The number a person meant by ``text``.

    Currency signs, spaces, thousands separators, a trailing ``unit`` and a trailing "k" (thousand) are understood. One
    comma with one or two digits after it is a decimal comma.

    Raises ``ValueError`` for anything else, so also for "nan", "inf" and exponents.
    """
    bare = text.strip().lower()
    if unit:
        bare = bare.removesuffix(unit.lower())
    bare = _MARKS.sub("", bare)
    factor = 1.0
    if bare.endswith("k"):
        bare, factor = bare[:-1], 1000.0
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(bare):
        bare = bare.replace(",", ".")
    if not _PLAIN.fullmatch(bare):
        raise ValueError(text)
    return round(float(bare) * factor, 9)


class NumberField(Box):
    """A number with decimals; ``data`` is a float or None. ``prefix`` and ``suffix`` are the unit around the box."""

    kind = "number"
    whole: ClassVar[bool] = False
    data: float | None

    def __init__(
        self,
        label: str,
        *,
        low: float | None = 0,
        high: float | None = None,
        prefix: str = "",
        suffix: str = "",
        example: str = "",
        checks: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        between = Between(low, high, "whole number" if self.whole else "number")
        inputmode = "numeric" if self.whole else "decimal"
        super().__init__(
            label,
            checks=[between, *checks],
            **{"autocomplete": "off", "width": "s", "inputmode": inputmode, **kwargs},
        )
        self.prefix, self.suffix = prefix, suffix
        self.example = example or ("12" if self.whole else "3.4")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:,.10g}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a number as people write it."""
        self.data = None
        text = self.written(valuelist)
        if text is None:
            return
        try:
            value = parse_number(text, unit=self.suffix)
        except ValueError as exc:
            raise ValueError(f"Write a number, such as {self.example}.") from exc
        if self.whole and value != int(value):
            raise ValueError(f"Write a whole number, such as {self.example}.")
        self.data = int(value) if self.whole else value


class WholeNumberField(NumberField):
    """A whole number; ``data`` is an int or None."""

    whole = True
    data: int | None

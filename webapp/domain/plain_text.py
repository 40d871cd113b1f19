"""Plain text: what a line of it may not hold."""

import unicodedata

_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def has_control_character(text: str) -> bool:
    """Whether text holds control, line-separator, surrogate or direction-override characters."""
    if text.isascii() and text.isprintable():
        return False
    return any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in _DIRECTION for c in text)

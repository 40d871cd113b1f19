"""Days and months in words, as Americans write them: "October 4, 2026", "October 2026"."""

from datetime import date


def day_words(day: date) -> str:
    """ "October 4, 2026"; of a moment, the day on its own clock."""
    return f"{day:%B} {day.day}, {day.year}"


def month_words(month: str) -> str:
    """ "October 2026" from `2026-10`. ValueError where it is no month."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def as_of_words(as_of: str) -> str:
    """The date of a fact, as exact as it was given: `2026-10-04`, `2026-10` or `2026`. Other text stays as it is."""
    try:
        return day_words(date.fromisoformat(as_of)) if len(as_of) == len("YYYY-MM-DD") else month_words(as_of)
    except ValueError:
        return as_of

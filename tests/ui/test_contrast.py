"""The colours stand to WCAG 2.2: text 4.5 to 1 (1.4.3), controls, signs and focus 3 to 1 (1.4.11), in both modes."""

import re
from pathlib import Path

import pytest

import webapp.ui

TOKENS = (Path(webapp.ui.__file__).parent / "static/css/tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")
MODES = {"light": LIGHT, "dark": DARK}
PARTS = ["goal", "background", "cost", "duration", "schedule", "place", "start", "outcomes", "interests", "other"]

TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "card", "sunk", "accent-soft", "warm-soft")],
    *[("ink", ground) for ground in ("good-soft", "error-soft")],
    *[(ink, ground) for ink in ("accent", "accent-strong") for ground in ("paper", "card", "sunk", "accent-soft")],
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-error", "error"),
    ("on-error", "error-strong"),
    *[("warm", ground) for ground in ("paper", "card", "warm-soft")],
    *[("good", ground) for ground in ("card", "good-soft")],
    *[(ink, "error-soft") for ink in ("error", "error-strong")],
    *[("error", ground) for ground in ("paper", "card")],
]
SHAPES = [
    *[("line-strong", ground) for ground in ("paper", "card", "sunk")],
    *[("focus", ground) for ground in ("paper", "card", "sunk", "accent-soft", "error-soft")],
    *[("accent", ground) for ground in ("paper", "card")],
    *[(f"part-{part}", ground) for part in PARTS for ground in ("card", "sunk")],
]


def colours(css: str) -> dict[str, str]:
    """The colour tokens of one mode."""
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_pairs_in_use_stand_out(mode: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = colours(MODES[mode])
    ratios = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < least} == {}


def test_every_colour_has_a_value_for_each_mode() -> None:
    assert colours(LIGHT).keys() == colours(DARK).keys()


def test_every_colour_but_the_hairline_is_held_to_a_ratio() -> None:
    held = {name for pair in TEXT + SHAPES for name in pair}
    assert colours(LIGHT).keys() - held == {"line"}


def test_the_ratio_is_the_one_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)

"""No template of the whole site carries inline styles, handlers, scripts or addresses of others."""

import re
from pathlib import Path

import pytest

import webapp

ROOT = Path(webapp.__file__).parent
TEMPLATES = sorted(path for path in ROOT.glob("**/templates/**/*.html") if "emails" not in path.relative_to(ROOT).parts)
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "outside file": re.compile(r"<(script|link|img|iframe|source)[^>]*(src|href)=[\"']?(https?:)?//", re.IGNORECASE),
    "escaping turned off": re.compile(r"autoescape false"),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_template_is_clean(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_there_are_templates_to_check() -> None:
    assert len(TEMPLATES) >= 18


def test_the_check_finds_what_it_looks_for() -> None:
    planted = [
        '<p style="x">',
        '<a href="/" onclick="x">',
        "<script>1</script>",
        '<a href="javascript:x">',
        '<img src="//cdn">',
        "{% autoescape false %}",
    ]
    for (name, pattern), text in zip(FORBIDDEN.items(), planted, strict=True):
        assert pattern.search(text), name


def test_style_sheets_and_scripts_fetch_nothing() -> None:
    for path in sorted((ROOT / "ui/static").glob("**/*.*")):
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z0-9.-]+\.[a-z]{2,}|@import", text), path.name

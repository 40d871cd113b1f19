"""Writes docs/staff-roles.md: who of staff may open which page and press which button, from the marks on the views.

    .venv/bin/python -m docs.make_staff_roles

A test compares: a view that comes, goes or changes hands makes it fail until this was run again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from webapp.admin.guard import FRESH_MARK, PUBLIC_MARK, ROLES_MARK
from webapp.app import create_app
from webapp.bootstrap import load_settings
from webapp.context import RATE_LIMIT_MARK
from webapp.domain.staff_role import ROLE_LABELS, ROLE_MEANINGS, Role

OUT = Path(__file__).resolve().parent / "staff-roles.md"
INTRODUCTION = """# What staff may do, by role

Made by `python -m docs.make_staff_roles` from the marks on the views of `webapp/admin`, and held true by a test.
Somebody with several roles may do what any of them may. Every button needs its page's token and is rate limited; every
change is written into the audit log with who, from where, before and after: `tests/admin/test_every_post.py` presses
each. [How staff get in](decisions/0070-log-ins-of-staff-in-rows.md) is a decision of its own.
"""


def document(app: Flask) -> str:
    """The whole document."""
    roles = "\n".join(f"| {ROLE_LABELS[role]} | {ROLE_MEANINGS[role]} |" for role in Role)
    head = "| what | " + " | ".join(ROLE_LABELS[role] for role in Role) + " |\n|---|" + ":-:|" * len(Role)
    changes = "\n".join(_line(app, endpoint, limit=True) for endpoint in _endpoints(app, "POST"))
    pages = "\n".join(_line(app, endpoint, limit=False) for endpoint in _endpoints(app, "GET"))
    return (
        f"{INTRODUCTION}\n| role | for |\n|---|---|\n{roles}\n\n## Buttons\n\n"
        f"A key (🔑) asks for the password again, unless it was given within a quarter of an hour.\n\n"
        f"{head}\n{changes}\n\n## Pages\n\nNames, addresses and answers of students are shown to owners, partner"
        f" managers and support alone; the others see the same pages without them.\n\n{head}\n{pages}\n"
    )


def _endpoints(app: Flask, method: str) -> Iterator[str]:
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin") and method in (rule.methods or ())
    ]
    for rule in sorted(rules, key=lambda rule: rule.rule):
        if not hasattr(app.view_functions[rule.endpoint], PUBLIC_MARK):
            yield rule.endpoint


def _line(app: Flask, endpoint: str, *, limit: bool) -> str:
    view = app.view_functions[endpoint]
    rule = next(app.url_map.iter_rules(endpoint)).rule
    words = re.sub(r"\s+", " ", (view.__doc__ or "").strip().partition("\n\n")[0]).rstrip(".").replace("|", "\\|")
    allowed = getattr(view, ROLES_MARK)
    marks = " | ".join("yes" if role in allowed else "–" for role in Role)
    key = " 🔑" if hasattr(view, FRESH_MARK) else ""
    often = f", {getattr(view, RATE_LIMIT_MARK).replace(';', ', ')}" if limit else ""
    return f"| {words}{key} (`{rule}`{often}) | {marks} |"


NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "only to read the marks of views with",
}

if __name__ == "__main__":
    OUT.write_text(document(create_app(load_settings(NOWHERE))))

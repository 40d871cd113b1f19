"""Mails as words: `render(name, context)` gives a Message; `names()` says which there are."""

from webapp.emails.renderer import names, render

__all__ = ["names", "render"]

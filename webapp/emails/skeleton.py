"""Skeletons: a mail's MJML turned into HTML once, with the template's tags still in it.

Turning MJML into HTML takes most of the time of a mail, and gives the same frame each time. So the tags of the template
are hidden from it behind words it passes on, and put back into the HTML it makes: what is left for each mail is to fill
that. A tag between sections stands in an `mj-raw`, whose content is put out as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import mjml

_COMMENT: Final = re.compile(r"\{#.*?#\}[ \t]*\n?", re.DOTALL)
_EXTENDS: Final = re.compile(r"\{% extends \"([a-z_.]+)\" %\}\n?")
_IMPORT: Final = re.compile(r"\{% (?:from|import) [^%]*%\}\n?")
_INCLUDE: Final = re.compile(r"\{% include \"([a-z_]+\.mjml)\" %\}\n?")
_BLOCK: Final = re.compile(r"\{% block ([a-z]+) %\}(.*?)\{% endblock %\}", re.DOTALL)
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PIECE: Final = re.compile(
    r"<(?P<end>/?)(?P<element>mj[a-z-]*)\b(?:\{\{.*?\}\}|[^>{])*?(?P<empty>/?)>|" + _TAG.pattern, re.DOTALL
)
_HOLDERS: Final = ("mj-body", "mj-section", "mj-column")
"""Elements that hold other elements and no text."""
_HIDDEN: Final = re.compile(r"qz([0-9]+)zq")
_BREAKABLE: Final = re.compile(r"><(?=table|tbody|td|div|style|!--\[if)")
"""Where a line may end without any reader seeing it: lines of a mail must not grow long."""

_INDENT: Final = re.compile(r"[ \t]*\n[ \t]*")


def skeleton(name: str, source_of: Callable[[str], str]) -> str:
    """The template `name` as one template of HTML, with the text of templates taken from `source_of`."""
    source, imports = _joined(name, source_of)
    tags: list[str] = []
    hidden = _hidden(source, tags)
    # No fonts: the built-in ones would be fetched from somebody else's server when the mail is read.
    html = _BREAKABLE.sub(">\n<", mjml.mjml2html(hidden, disable_comments=False, fonts={}))
    shown = _HIDDEN.sub(lambda found: tags[int(found[1])], _INDENT.sub("\n", html))
    return "".join(imports) + shown + "\n"


def _joined(name: str, source_of: Callable[[str], str]) -> tuple[str, list[str]]:
    """A template with the frame it stands in and what it includes, as one text; and its imports."""
    source = _COMMENT.sub("", source_of(name))
    frame = _EXTENDS.match(source)
    if frame is not None:
        blocks = dict(_BLOCK.findall(source))
        imports = _IMPORT.findall(source)
        source = _BLOCK.sub(lambda found: blocks.get(found[1], found[2]), _COMMENT.sub("", source_of(frame[1])))
    else:
        imports = []
    included: list[str] = []

    def include(found: re.Match[str]) -> str:
        text = _COMMENT.sub("", source_of(found[1]))
        included.extend(_IMPORT.findall(text))
        return _IMPORT.sub("", text)

    return _INCLUDE.sub(include, source), list(dict.fromkeys([*imports, *included]))


def _hidden(source: str, tags: list[str]) -> str:
    """`source` with each tag behind a word; `tags` gets them in order."""
    within: list[str] = []

    def word_for(found: re.Match[str]) -> str:
        tags.append(found[0])
        return f"qz{len(tags) - 1}zq"

    def hide(found: re.Match[str]) -> str:
        if found["element"] is None:
            word = word_for(found)
            return f"<mj-raw>{word}</mj-raw>" if within and within[-1] in _HOLDERS else word
        if found["end"]:
            within.pop()
        elif not found["empty"]:
            within.append(found["element"])
        return _TAG.sub(word_for, found[0])

    return _PIECE.sub(hide, source)

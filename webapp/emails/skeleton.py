"""Skeletons: a mail's MJML turned into HTML once, with the template's tags still in it.

Turning MJML into HTML takes most of the time of a mail, and gives the same frame each time. So the tags of the template
are hidden from it behind words it passes on, and put back into the HTML it makes: what is left for each mail is to fill
that. A tag between sections stands in an `mj-raw`, whose content is put out as it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import mjml
from markupsafe import escape

_COMMENT: Final = re.compile(r"\{#.*?#\}[ \t]*\n?", re.DOTALL)
_EXTENDS: Final = re.compile(r"\{% extends \"([a-z_.]+)\" %\}\n?")
_IMPORT: Final = re.compile(r"\{% (?:from|import) [^%]*%\}\n?")
_MACROS: Final = re.compile(r"\{% from \"([a-z_.]+)\" import [^%]*%\}\n?")
_MACRO: Final = re.compile(r"\{% macro ([a-z]+)\(([a-z_, ]*)\) %\}\n?(.*?)\{% endmacro %\}", re.DOTALL)
_CALL: Final = re.compile(r"\{\{ ([a-z]+\([^{}]*\)) \}\}")
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
_LONGEST: Final = 350
"""Characters of a line without a value in it: what a value makes of the one before may be joined to it. Each line is
looked at by itself on its way into each mail, so few are better."""

_INDENT: Final = re.compile(r"[ \t]*\n[ \t]*")


def skeleton(name: str, source_of: Callable[[str], str]) -> str:
    """The template `name` as one template of HTML, with the text of templates taken from `source_of`."""
    source, imports = _joined(name, source_of)
    source = _written_out(source, _macros(imports, source_of))
    tags: list[str] = []
    hidden = _hidden(source, tags)
    # No fonts: the built-in ones would be fetched from somebody else's server when the mail is read.
    html = ascii_markup(_BREAKABLE.sub(">\n<", mjml.mjml2html(hidden, disable_comments=False, fonts={})))
    shown = _HIDDEN.sub(lambda found: tags[int(found[1])], _in_long_lines(_INDENT.sub("\n", html)))
    return "".join(each for each in imports if not _MACROS.match(each)) + shown + "\n"


def _in_long_lines(html: str) -> str:
    """`html` with neighbouring lines of tags put together again, but for those that wait for a value."""
    lines: list[str] = []
    for line in html.split("\n"):
        before = lines[-1] if lines else ""
        fixed = not (_HIDDEN.search(before) or _HIDDEN.search(line))
        if fixed and before.endswith(">") and line.startswith("<") and len(before) + len(line) <= _LONGEST:
            lines[-1] = before + line
        else:
            lines.append(line)
    return "\n".join(lines)


def ascii_markup(html: str) -> str:
    """`html` with all that is not ASCII as character references: it needs no encoding on its way then."""
    return html if html.isascii() else html.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _joined(name: str, source_of: Callable[[str], str]) -> tuple[str, list[str]]:
    """A template with the frame it stands in and what it includes, as one text; and its imports."""
    source = _COMMENT.sub("", source_of(name))
    frame = _EXTENDS.match(source)
    if frame is not None:
        blocks: dict[str, str] = dict(_BLOCK.findall(source))
        imports = _IMPORT.findall(source)
        source = _BLOCK.sub(lambda found: str(blocks.get(found[1], found[2])), _COMMENT.sub("", source_of(frame[1])))
    else:
        imports = []
    included: list[str] = []

    def include(found: re.Match[str]) -> str:
        text = _COMMENT.sub("", source_of(found[1]))
        included.extend(_IMPORT.findall(text))
        return _IMPORT.sub("", text)

    return _INCLUDE.sub(include, source), list(dict.fromkeys([*imports, *included]))


Macro = tuple[Sequence[str], str]
"""The names a macro gives to what it is called with, and its text."""


def _macros(imports: Sequence[str], source_of: Callable[[str], str]) -> dict[str, Macro]:
    """The macros of the templates that are imported from, by name."""
    found: dict[str, Macro] = {}
    for statement in imports:
        if names := _MACROS.match(statement):
            for macro, given, text in _MACRO.findall(_COMMENT.sub("", source_of(names[1]))):
                found[macro] = [each.strip() for each in given.split(",")], text
    return found


def _written_out(source: str, macros: Mapping[str, Macro]) -> str:
    """`source` with the text of each macro where it is called: a call takes many times longer than its text."""

    def write_out(found: re.Match[str]) -> str:
        # What Jinja allows between brackets is Python, but for its sign for joining texts.
        call = ast.parse(found[1].replace("~", "+"), mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in macros:
            return found[0]
        names, text = macros[call.func.id]
        bound = []
        for name, value in zip(names, call.args, strict=True):
            shown, given = f"{{{{ {name} }}}}", ast.get_source_segment(found[1], value) or ""
            if isinstance(value, ast.Constant) and text.count(shown) == len(re.findall(rf"\b{name}\b", text)):
                text = text.replace(shown, str(escape(ast.literal_eval(given))))
            else:
                bound.append(f"{name} = {given}")
        return f"{{% with {', '.join(bound)} %}}{text}{{% endwith %}}" if bound else text

    return _CALL.sub(write_out, source)


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

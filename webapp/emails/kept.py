"""`{% kept %} … {% endkept %}`: a part of a template that is filled once for the same values, and then only copied.

What a part is kept under is read from the part itself: every value of the context that it looks at. So what is put out
is always what filling it anew would give, and nothing of one reader can reach another through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

KEPT: Final = 4096
"""Parts kept at most, in one process: two or three thousand bytes each."""
_NOT_WITHIN: Final = (
    nodes.Block,
    nodes.Call,
    nodes.CallBlock,
    nodes.ContextReference,
    nodes.DerivedContextReference,
    nodes.Extends,
    nodes.FromImport,
    nodes.Import,
    nodes.Include,
    nodes.Macro,
)
"""What may look at values that are not named where it stands; of calls those of macros and of `_CALLED` may stand."""
_CALLED: Final = ("get", "format")
"""Methods of plain values."""
_LOOK, _KEEP, _KEY = "kept_part", "keep_part", "key_of_part"


class Filled:
    """Text of a template with its values in it: whoever puts it out leaves it as it is."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class KeptParts(Extension):
    """The parts kept by one environment. A value must be hashable, and of the same type wherever a part is filled."""

    tags = {"kept"}  # noqa: RUF012 - as Jinja declares it

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.kept: dict[tuple[Any, ...], Filled] = {}
        """Threads share it: each of its uses is one step."""
        # Filters, since templates call these at once, and functions only after asking whether they want the context.
        environment.filters.update({_LOOK: self.kept.get, _KEEP: self._keep, _KEY: _key})

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Look for the part under all that it depends on; where it is not kept, fill it and keep it; put it out.

        A part that could look at more than it names is a TemplateSyntaxError.
        """
        line = next(parser.stream).lineno
        body = list(parser.parse_statements(("name:endkept",), drop_needle=True))
        for each in body:
            _check(each, parser)
        own = {name.name for each in body for name in _names(each) if name.ctx != "load"}
        read: dict[str, set[str]] = {}
        for name, path in (found for each in body for found in _read(each, own)):
            read.setdefault(name, set()).add(path)
        # All of a value where the part takes all of it, else the fields it takes.
        fields = tuple(() if "" in read[name] else tuple(sorted(read[name])) for name in read)
        given: list[nodes.Expr] = [nodes.Name(name, "load") for name in read]
        key, part = parser.free_identifier(), parser.free_identifier()
        # A part is one place of one template, and a template is read once.
        place = nodes.Const(f"{parser.name} {line} {part.name}")
        made: list[nodes.Node] = [
            nodes.Assign(key, _filter(_KEY, nodes.Tuple(given, "load"), place, nodes.Const(fields))),
            nodes.Assign(part, _filter(_LOOK, key)),
            nodes.If(
                nodes.Compare(part, [nodes.Operand("eq", nodes.Const(None))]),
                [nodes.AssignBlock(part, _filter(_KEEP, None, key), body)],
                [],
                [],
            ),
            nodes.Output([part]),
        ]
        return [each.set_lineno(line, override=False) for each in made]

    def _keep(self, part: str, key: tuple[Any, ...]) -> Filled:
        if len(self.kept) >= KEPT:
            self.kept.clear()
        filled = self.kept[key] = Filled(part)
        return filled


def _filter(name: str, value: nodes.Expr | None, *given: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(value, name, list(given), [], None, None)


def _key(given: Sequence[Any], place: str, fields: Sequence[tuple[str, ...]]) -> tuple[Any, ...]:
    if len(given) == 1 and fields[0]:
        return place, _taker(fields[0])(given[0])  # as nearly all are
    return (place, *[_taker(each)(value) if each else value for each, value in zip(fields, given, strict=True)])


@lru_cache(maxsize=256)
def _taker(fields: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*fields)


def _check(part: nodes.Node, parser: Parser) -> None:
    for node in (part, *part.find_all(nodes.Node)):
        if isinstance(node, _NOT_WITHIN) and not (isinstance(node, nodes.Call) and _is_plain(node)):
            parser.fail(f"{type(node).__name__} cannot stand in a kept part.", node.lineno)


def _is_plain(call: nodes.Call) -> bool:
    """A macro sees what it is given, and is itself one of the values: one that sees more is another each time."""
    called = call.node
    return isinstance(called, nodes.Name) or (isinstance(called, nodes.Getattr) and called.attr in _CALLED)


def _names(part: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(part, nodes.Name):
        yield part
    yield from part.find_all(nodes.Name)


def _read(node: nodes.Node, own: set[str]) -> Iterator[tuple[str, str]]:
    """What a part takes from around it: names, each with the path of the field that is taken, or blank for all of it.

    A name that the part gives itself (`own`) is worked out from these.
    """
    if isinstance(node, nodes.Name):
        if node.name not in own:
            yield node.name, ""
        return
    path: list[str] = []
    root = node
    while isinstance(root, nodes.Getattr) and root.attr not in _CALLED:
        path.insert(0, root.attr)
        root = root.node
    if path and isinstance(root, nodes.Name):
        if root.name not in own:
            yield root.name, ".".join(path)
        return
    for child in node.iter_child_nodes():
        yield from _read(child, own)

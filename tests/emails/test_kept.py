"""Parts of templates that are filled once: the same as if they were filled each time, whatever is in them."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, TemplateSyntaxError

from webapp.emails.kept import KEPT, KeptParts
from webapp.emails.renderer import _environment

PART = (
    "{% for each in shown %}{{ loop.index }} {% kept %}"
    "{% with name = each.name %}{{ name }}, {% endwith %}"
    "{% set kind = {'a': 'A'}.get(each.kind, each.kind) %}{{ kind }}"
    "{% if each.fits %} for {{ reader }}{% endif %}"
    "{% endkept %};\n{% endfor %}"
)


@dataclass(frozen=True)
class Shown:
    name: str
    kind: str
    fits: bool
    rank: int = 1


def environment(*, escapes: bool, source: str = PART) -> Environment:
    made = _environment(escapes=escapes)
    made.loader = DictLoader({"mail": source, "bare": source.replace("{% kept %}", "").replace("{% endkept %}", "")})
    return made


def kept_by(made: Environment) -> dict[tuple[object, ...], object]:
    extension = made.extensions[KeptParts.identifier]
    assert isinstance(extension, KeptParts)
    return dict(extension.kept)


BOTH = {escaped: environment(escapes=escaped) for escaped in (False, True)}
WORDS = st.sampled_from(["", "a", "b", "a&b", "<b>", " x ", "x\ny", "é"])


@settings(max_examples=80, deadline=None)
@given(shown=st.lists(st.builds(Shown, WORDS, WORDS, st.booleans()), max_size=5), reader=WORDS, escaped=st.booleans())
def test_a_kept_part_is_what_filling_it_anew_gives(shown: list[Shown], reader: str, escaped: bool) -> None:
    made = BOTH[escaped]
    anew = made.get_template("bare").render(shown=shown, reader=reader)
    for _ in range(2):
        assert made.get_template("mail").render(shown=shown, reader=reader) == anew


def test_a_part_is_kept_under_what_it_looks_at_and_nothing_else() -> None:
    made = environment(escapes=True)
    mail = made.get_template("mail")
    assert mail.render(shown=[Shown("x", "a", True)], reader="Ana") == "1 x, A for Ana;\n"
    assert mail.render(shown=[Shown("x", "a", True)], reader="Ben") == "1 x, A for Ben;\n"
    assert len(kept_by(made)) == 2
    mail.render(shown=[Shown("x", "a", True, rank=7)], reader="Ben")  # the part does not look at the rank
    assert len(kept_by(made)) == 2
    mail.render(shown=[Shown("x", "a", False)], reader="Ben")
    assert len(kept_by(made)) == 3


def test_only_so_many_parts_are_kept() -> None:
    made = environment(escapes=False)
    mail = made.get_template("mail")
    for number in range(0, KEPT + 100, 50):
        mail.render(shown=[Shown(f"{number + each}", "a", False) for each in range(50)], reader="")
    assert 0 < len(kept_by(made)) <= KEPT


@pytest.mark.parametrize(
    "within",
    [
        '{% include "bare" %}',
        "{% block inner %}{% endblock %}",
        "{{ each.name.upper() }}",
        "{% macro say(words) %}{{ words }}{% endmacro %}",
        '{% from "bare" import shown with context %}',
    ],
)
def test_what_may_look_at_more_than_it_names_cannot_be_kept(within: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="cannot stand in a kept part"):
        environment(escapes=True, source="{% kept %}" + within + "{% endkept %}").get_template("mail")

"""The macros render well-formed, wired and escaped markup."""

import re

import pytest
import wtforms
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from tests.ui.gallery import StepForm, match_view
from tests.ui.markup import markup_faults

PAGES = ["/form", "/form/errors", "/results", "/parts", "/admin/leads", "/error/404"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_well_formed_and_their_references_lead_somewhere(client: FlaskClient, path: str) -> None:
    assert markup_faults(client.get(path).text) == []


def test_an_error_is_kept_with_the_hint_and_wired_to_the_control(client: FlaskClient) -> None:
    html = client.get("/form/errors").text
    box = re.search(r'<input[^>]*id="gpa"[^>]*>', html)
    assert box is not None
    assert 'aria-describedby="gpa-hint gpa-error"' in box[0]
    assert 'aria-invalid="true"' in box[0]
    assert 'value="five"' in box[0]
    assert 'inputmode="decimal"' in box[0]
    assert "On the scale from 0 to 4." in html
    assert '<a href="#education-0">Choose your level of education' in html


def test_nothing_is_ticked_before_the_person_ticks_it(client: FlaskClient) -> None:
    checked = re.findall(r'<input[^>]*value="(\w+)"[^>]* checked', client.get("/form").text)
    assert sorted(checked) == ["one_course", "online"]


def test_a_password_is_never_sent_back(gallery: Flask) -> None:
    with gallery.test_request_context(method="POST", data={"password": "hunter2"}):
        html = render_template_string(
            "{% from 'macros/fields.html' import field %}{{ field(form.password) }}",
            form=StepForm(),
        )
    assert "hunter2" not in html


def test_words_from_listings_are_escaped(gallery: Flask) -> None:
    evil = "<script>alert(1)</script>"
    view = match_view(1, "eligible", evil, evil, name=evil, institution=evil, caveats=[evil], gaps=[evil], score=evil)
    view["reasons"] = [{"text": evil, "source": evil, "as_of": None}]
    with gallery.test_request_context():
        html = render_template_string(
            "{% from 'macros/match_card.html' import match_card %}{{ match_card(m) }}", m=view
        )
    assert evil not in html
    assert html.count("&lt;script&gt;") == 10


@pytest.mark.parametrize("partner", [True, False])
def test_the_card_says_partner_or_not_in_the_same_type(gallery: Flask, partner: bool) -> None:
    view = match_view(1, "unknown", "We cannot tell", "", partner=partner, price=None, start=None)
    with gallery.test_request_context():
        html = render_template_string(
            "{% from 'macros/match_card.html' import match_card %}{{ match_card(m) }}", m=view
        )
    said = re.search(r"<dt>Partner of ours</dt><dd>(Yes|No)", html)
    assert said is not None
    assert said[1] == ("Yes" if partner else "No")
    assert html.count("<dd>Not stated</dd>") == 2


def test_the_parts_of_a_bar_add_up(client: FlaskClient) -> None:
    html = client.get("/results").text
    stack = html.split('class="stack"')[1].split("</svg>")[0]
    widths = [float(w) for w in re.findall(r'class="part [^>]*width="([\d.]+)%"', stack)]
    assert sum(widths) == pytest.approx(78.2, abs=0.01)
    assert len(widths) == 7


def test_a_sorted_column_says_so_and_turns_round(client: FlaskClient) -> None:
    html = client.get("/admin/leads").text
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"><a class="sort" href="/admin/leads?sort=at">' in html
    assert "No mail has been sent yet." in html


class PlainForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Fields as other libraries' forms have them."""

    email = wtforms.EmailField("E-mail", [wtforms.validators.InputRequired("Write your e-mail.")])
    password = wtforms.PasswordField("Password")
    remember = wtforms.BooleanField("Stay logged in")
    way = wtforms.RadioField("How", choices=[SelectChoice("app", "An app"), SelectChoice("key", "A key")])
    tone = wtforms.SelectField("Tone", choices=[SelectChoice("a", "A"), SelectChoice("b", "B", optgroup="G")])
    submit = wtforms.SubmitField("Log in")


def test_fields_of_other_libraries_render_too(gallery: Flask) -> None:
    with gallery.test_request_context(method="POST", data={"way": "key"}):
        form = PlainForm(meta={"csrf": False})
        form.validate()
        html = render_template_string(
            "{% from 'macros/fields.html' import field %}{% for f in form %}{{ field(f) }}{% endfor %}", form=form
        )
    assert markup_faults(html) == []
    assert 'aria-describedby="email-error"' in html
    assert 'value="key" checked' in html
    assert '<button class="button button-primary" type="submit" name="submit">Log in</button>' in html

"""A small app that shows every part of the user interface with words as they will be. For tests and for looking."""

import datetime as dt
from pathlib import Path
from typing import Any

from flask import Flask, abort, flash, render_template
from flask_wtf.csrf import CSRFProtect

from webapp.ui.choices import CheckboxesField, CheckField, Option, RadioField, SelectField
from webapp.ui.errors import install_error_pages
from webapp.ui.fields import (
    DayField,
    EmailField,
    HoneypotField,
    PasswordField,
    TelField,
    TextAreaField,
    TextField,
    UploadField,
)
from webapp.ui.forms import BaseForm
from webapp.ui.headers import install_security_headers
from webapp.ui.numbers import NumberField, WholeNumberField
from webapp.ui.pages import Site, install_ui

LEVELS = [
    Option("none", "None"),
    Option("self_study", "Taught myself"),
    Option("one_course", "One course"),
    Option("several_courses", "Several courses"),
    Option("used_at_work", "Used at work"),
]


class StepForm(BaseForm):
    """One of each kind of question."""

    goal_words = TextAreaField(
        "What do you want to do after the program?",
        hint="One or two sentences. We use your words to rank programs and show them beside the reasons.",
        required="Write what you want to do, or choose a role below.",
    )
    role = SelectField(
        "Which role is closest?",
        options=[
            Option("15-2051", "Data scientist", group="Data"),
            Option("15-1243", "Data engineer", group="Data"),
            Option("15-1252", "Software engineer", group="Software"),
        ],
    )
    education = RadioField(
        "What is the highest level of education you have finished?",
        options=[
            Option("high_school", "High school"),
            Option("associate", "Associate degree", "Two years at a community college, for example."),
            Option("bachelor", "Bachelor's degree"),
        ],
        required="Choose your level of education, or “I don't know”.",
    )
    modalities = CheckboxesField(
        "How could you study?",
        hint="Choose all that would work.",
        options=[
            Option("online", "Online"),
            Option("hybrid", "Partly online", "Some days on a campus."),
            Option("on_campus", "On campus"),
        ],
        required="Choose at least one way to study.",
    )
    gpa = NumberField("Grade point average", hint="On the scale from 0 to 4.", high=4, suffix="of 4")
    budget = WholeNumberField("What can you spend in total?", hint="Tuition only.", prefix="$", high=1_000_000)
    hours = WholeNumberField("Hours a week you can study", low=1, high=80, suffix="hours", required="Write the hours.")
    start = DayField("Earliest start", hint="Leave it empty if any time is right.")
    first_name = TextField("First name", autocomplete="given-name", width="m")
    email = EmailField("E-mail address", hint="We send the list there, once.", required="Write your e-mail address.")
    phone = TelField("Phone number")
    password = PasswordField("Password")
    file = UploadField("Listing file", accept=".csv", hint="CSV, at most 20 MB.")
    consent = CheckField(
        "Larkspur University may call me about this program",
        hint="Larkspur University Foundation, Inc. You can withdraw this at any time.",
    )
    website = HoneypotField()
    programming = RadioField("Programming", hint="Any language.", options=LEVELS, required="Choose a level.")
    statistics = RadioField("Statistics and probability", options=LEVELS, required="Choose a level.")
    linear_algebra = RadioField("Linear algebra", options=LEVELS)


def match_view(rank: int, code: str, label: str, sentence: str, **changes: Any) -> dict[str, Any]:
    """A match card's view-model as a surface would make it."""
    day = dt.date(2026, 10, 3)
    view: dict[str, Any] = {
        "rank": rank,
        "name": "Master of Science in Applied Machine Learning",
        "institution": "Larkspur University",
        "url": "/programs/larkspur-ml",
        "demo": True,
        "credential": "Master's degree",
        "modality": "Online",
        "duration": "20 months, part time, 15 hours a week",
        "start": "Fall and spring",
        "verdict": {"code": code, "label": label, "sentence": sentence},
        "band": {"code": "strong", "label": "Strong match"},
        "best": "You can spend $30,000: it costs $24,600 in all.",
        "caution": {"code": "against", "label": "What speaks against it", "sentence": "It asks for 18 hours a week."},
        "changes": ["If you had 18 hours a week, it would stand first."],
        "outcome": {"text": "Median pay $98,000", "sample": "120 graduates asked", "source": "Survey", "as_of": "2025"},
        "move": {"code": "up", "text": "up 2"} if rank == 1 else None,
        "score": "Between 74 and 81 of 100, depending on what is unknown",
        "reasons": [
            {
                "text": "You want to “build ML systems for hospitals”: "
                "it trains data scientists and teaches clinical data.",
                "source": "Larkspur catalog 2026–27",
                "as_of": day,
            },
            {
                "text": "You can spend $30,000: it costs $24,600 in all.",
                "source": "Larkspur tuition page",
                "as_of": day,
            },
            {
                "text": "You want to study part time and online: every course runs online in the evening.",
                "source": "Larkspur catalog 2026–27",
                "as_of": "2026-10",
            },
        ],
        "caveats": ["It asks for 18 hours a week in the last term; you have 15."],
        "gaps": [],
        "unknowns": ["The pay of its graduates has not been published."],
        "contributions": [
            {"criterion": "goal", "label": "Your goal", "points": 27.2, "max": 30},
            {"criterion": "background", "label": "What you bring", "points": 14.6, "max": 18},
            {"criterion": "cost", "label": "Cost", "points": 12.1, "max": 15},
            {"criterion": "duration", "label": "Time to finish", "points": 4.4, "max": 6},
            {"criterion": "schedule", "label": "Schedule and pace", "points": 8.8, "max": 12},
            {"criterion": "place", "label": "Place", "points": 6.0, "max": 6},
            {"criterion": "outcomes", "label": "Outcomes", "points": 0.0, "max": 5},
            {"criterion": "interests", "label": "Interests", "points": 5.1, "max": 8},
        ],
        "price": {"text": "$24,600", "basis": "tuition for the whole program", "as_of": day},
        "partner": rank == 1,
    }
    return {**view, **changes}


def create_gallery() -> Flask:
    """The gallery app, made as the product makes its own."""
    app = Flask(__name__, static_folder=None, template_folder=str(Path(__file__).parent / "templates"))
    app.config.update(SECRET_KEY="gallery", MAX_CONTENT_LENGTH=100_000)
    CSRFProtect(app)
    install_ui(
        app,
        site=Site(
            operator="Program Match Example",
            postal_address="1 Main Street, Springfield, IL 62701",
            contact_email="hello@example.com",
        ),
    )
    install_security_headers(app, hsts=True)
    install_error_pages(app)

    @app.get("/form")
    def form_page() -> str:
        form = StepForm(
            formdata=None,
            data={"role": "15-2051", "modalities": ["online"], "budget": 30000, "programming": "one_course"},
        )
        return render_template("gallery_form.html", form=form)

    @app.route("/form/errors", methods=["GET", "POST"])
    def form_errors() -> str:
        form = StepForm.restored(
            {"gpa": "five", "hours": "200", "email": "sam@", "programming": "self_study"}, csrf=False
        )
        form.validate()
        return render_template("gallery_form.html", form=form)

    @app.get("/results")
    def results() -> str:
        return render_template("gallery_results.html", matches=_matches(), events=_events())

    @app.get("/parts")
    def parts() -> str:
        for category, text in (("good", "Saved."), ("error", "The mail could not be sent."), ("warm", "Two are left.")):
            flash(text, category)
        return render_template("gallery_parts.html")

    @app.get("/admin/leads")
    def leads() -> str:
        return render_template("gallery_admin.html", heading="Leads", rows=_leads(), admin_nav=_navigation())

    @app.get("/error/<int:code>")
    def error(code: int) -> str:
        abort(code)

    @app.get("/crash")
    def crash() -> str:
        raise RuntimeError("planted")

    return app


def _matches() -> list[dict[str, Any]]:
    return [
        match_view(1, "eligible", "You are eligible", "You meet all four of its stated requirements."),
        match_view(
            2,
            "conditional",
            "One gap to close",
            "You meet three of four requirements; one course closes the gap.",
            name="Data Engineering Bootcamp",
            institution="Fernhill Institute of Technology",
            credential="Bootcamp",
            duration="6 months, full time",
            start=None,
            band={"code": "good", "label": "Good match"},
            caveats=[],
            gaps=[
                "It needs one course in linear algebra; you said none. “Linear Algebra Online” at Fernhill closes it."
            ],
            price=None,
        ),
    ]


def _events() -> list[dict[str, Any]]:
    start = dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)
    return [
        {"title": "You asked to be introduced", "at": start},
        {"title": "Sent to Larkspur University", "at": start + dt.timedelta(minutes=10), "text": "They confirmed it."},
        {"title": "First try to Fernhill failed", "at": start, "state": "bad", "text": "We try again in 5 minutes."},
        {"title": "Waiting for their answer", "state": "current"},
        {"title": "We ask you how it went", "state": "todo"},
    ]


def _navigation() -> list[dict[str, Any]]:
    return [
        {"label": "Overview", "url": "/admin/"},
        {
            "label": "Students",
            "group": [
                {"label": "Submissions", "url": "/admin/submissions"},
                {"label": "Leads", "url": "/admin/leads", "current": True, "count": 1204},
                {"label": "Messages", "url": "/admin/messages"},
            ],
        },
        {
            "label": "Catalog",
            "group": [
                {"label": "Listings", "url": "/admin/listings"},
                {"label": "Import", "url": "/admin/import"},
            ],
        },
    ]


def _leads() -> list[dict[str, Any]]:
    at = dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)
    return [
        {"id": "L-1042", "partner": "Larkspur University", "status": "Delivered", "tone": "good", "tries": 1, "at": at},
        {"id": "L-1043", "partner": "Fernhill Institute", "status": "Held: cap", "tone": "warm", "tries": 0, "at": at},
        {"id": "L-1044", "partner": "Northgate College", "status": "Failed", "tone": "error", "tries": 6, "at": at},
        {
            "id": "L-1045",
            "partner": "Larkspur University",
            "status": "Queued",
            "tone": "neutral",
            "tries": None,
            "at": at,
        },
    ]

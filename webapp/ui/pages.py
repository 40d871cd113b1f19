"""What every page stands on: the layouts, the macros, the static files, the filters."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, request, url_for
from markupsafe import Markup

from webapp.ui.assets import AssetFolder
from webapp.ui.compression import install_compression
from webapp.ui.formats import FILTERS
from webapp.ui.widgets import described_by, kind_of, options_of

_STATIC = Path(__file__).parent / "static"
_ONE_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Site:
    """What layouts say of the site: its name, who runs it and how to write to them."""

    name: str = "Program Match"
    operator: str = ""
    postal_address: str = ""
    contact_email: str = ""


def install_ui(app: Flask, *, site: Site) -> None:
    """Mount layouts, macros, filters, ``/static`` and compression on ``app``.

    Templates get ``asset(name)``, ``site`` and ``json_ld(data)``. Raises ``ValueError`` when the app
    has a static folder of its own: make it with ``Flask(..., static_folder=None)``.
    """
    if app.static_folder is not None:
        raise ValueError("make the app with static_folder=None: /static is served by the ui blueprint")
    assets = AssetFolder(_STATIC)
    blueprint = Blueprint("ui", __name__, template_folder="templates")

    @blueprint.get("/static/<path:name>", endpoint="asset")
    def serve(name: str) -> Response:
        found, forever = assets.resolve(name)
        if found is None:
            abort(404)
        response = Response(found.content, mimetype=found.media_type)
        response.set_etag(found.digest)
        response.headers["Cache-Control"] = f"public, max-age={_ONE_YEAR}, immutable" if forever else "no-cache"
        response.make_conditional(request)
        return response

    def asset(name: str) -> str:
        return url_for("ui.asset", name=assets.versioned(name))

    app.register_blueprint(blueprint)
    install_compression(app)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        asset=asset,
        site=site,
        json_ld=json_ld,
        kind_of=kind_of,
        described_by=described_by,
        options_of=options_of,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def json_ld(data: Any) -> Markup:
    """``data`` as a JSON-LD block (data, never run), with every character that could end the element escaped."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    for character, escape in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(character, escape)
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704  # escaped just above

"""The partner's surface: what a school opens."""

from flask import Blueprint, Flask

from webapp.partner import notices, status


def install_partner(app: Flask) -> None:
    """Mount the partner's pages on `app`. Endpoints are `partner.<module>.<view>`."""
    partner = Blueprint("partner", __name__, url_prefix="/partner", template_folder="templates")
    partner.register_blueprint(notices.blueprint)
    partner.register_blueprint(status.blueprint)
    app.register_blueprint(partner)

"""The page that documents the JSON API, served from here: no CDN and no inline script."""

from flask import Blueprint, Flask, render_template

from web.access import anybody

bp = Blueprint("apidocs", __name__)


def init_app(app: Flask) -> None:
    """The page, and the description it reads, which the framework serves: for whoever logs in."""
    app.register_blueprint(bp)
    anybody(app.view_functions["openapi.spec"])


@bp.get("/api/docs")
@anybody
def index() -> str:
    return render_template("apidocs.html")

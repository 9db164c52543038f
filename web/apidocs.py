"""The page that documents the JSON API, served from here: no CDN and no inline script."""

from flask import Blueprint, render_template

bp = Blueprint("apidocs", __name__)


@bp.get("/api/docs")
def index() -> str:
    return render_template("apidocs.html")

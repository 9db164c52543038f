"""Answers that cost little on a county's line: 304 for what has not changed, gzip for the rest."""

import gzip
from mimetypes import guess_type

from flask import Blueprint, Flask, Response, request, send_from_directory

from web.access import public
from web.bundle import DIST

_SMALL = 1000  # bytes; below it gzip costs more than it saves
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")
_FOREVER = "public, max-age=31536000, immutable"


bp = Blueprint("built", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    # Flask runs these last first: validators are made from the plain body, then it is packed.
    app.after_request(_pack)
    app.after_request(_validate)


@bp.get("/dist/<path:name>")
@public
def dist(name: str) -> Response:
    """A built file, packed when the browser can unpack; its name carries its hash, so the
    browser may keep it for good."""
    packed = _wants_gzip() and (DIST / f"{name}.gz").is_file()
    kind = guess_type(name)[0] or "application/octet-stream"
    response = send_from_directory(DIST, f"{name}.gz" if packed else name, mimetype=kind)
    response.headers["Cache-Control"] = _FOREVER
    response.vary.add("Accept-Encoding")
    if packed:
        response.content_encoding = "gzip"
    return response


def _validate(response: Response) -> Response:
    """An ETag for every page that may be asked again, so that a quiet fragment costs no body."""
    whole = response.status_code == 200 and not response.is_streamed
    if request.method != "GET" or not whole or response.direct_passthrough:
        return response
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.vary.update(("Cookie", "HX-Request"))
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response


def _pack(response: Response) -> Response:
    if not _worth_packing(response):
        return response
    response.vary.add("Accept-Encoding")
    if _wants_gzip():
        response.set_data(gzip.compress(response.get_data(), 5, mtime=0))
        response.content_encoding = "gzip"
    return response


def _worth_packing(response: Response) -> bool:
    if response.is_streamed or response.direct_passthrough or response.content_encoding:
        return False
    mimetype = response.mimetype or ""
    return mimetype.startswith(_TEXT) and len(response.get_data()) >= _SMALL


def _wants_gzip() -> bool:
    return bool(request.accept_encodings["gzip"])

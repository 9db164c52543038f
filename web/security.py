"""What every answer carries so that a stolen link, a foreign page or an old tab does no harm."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, request, session
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from web.settings import Settings

# No inline script and no inline style anywhere; data: images are Tabler's own select arrows.
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
LOGIN_PATH = "/login"
_HSTS = "max-age=31536000"
_DATA_FILES = "backups.bring"  # exported data files of gigabytes come to this view

csrf = CSRFProtect()


def init_app(app: Flask, settings: Settings) -> None:
    """Cookies, CSRF, headers and the htmx answer to an ended login."""
    app.config.update(
        SECRET_KEY=settings.session_key or kept_key(settings.home / "session.key"),
        SESSION_COOKIE_NAME="netops",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https_only,
        MAX_CONTENT_LENGTH=settings.upload_mb * 1_000_000,
        WTF_CSRF_TIME_LIMIT=None,  # ends with the session, so that a long text is never refused
        WTF_CSRF_SSL_STRICT=settings.https_only,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    app.before_request(_widen(settings.backup_upload_mb * 1_000_000))  # before a form is read
    app.before_request(_refuse_nul)
    app.before_request(_refuse_monsters)
    csrf.init_app(app)
    app.after_request(_headers(settings.https_only))
    app.after_request(_leave_panel)


def kept_key(path: Path) -> str:
    """The secret in `path` (mode 0600), made on first use; a racing process keeps the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("ascii").strip()


def _widen(most: int) -> Callable[[], None]:
    """Data files to back up may be larger than what hangs on a row; a stranger's never are."""

    def widen() -> None:
        if request.endpoint == _DATA_FILES and session.get("token"):
            request.max_content_length = most

    return widen


def _refuse_nul() -> None:
    """Nobody types a NUL, and PostgreSQL breaks off over one: it is refused at the door."""
    asked = (*request.args.items(multi=True), *request.form.items(multi=True))
    login = request.authorization.username if request.authorization else ""
    told = (request.path, login or "", *(text for pair in asked for text in pair))
    if any("\0" in text for text in told):
        abort(400)


def _refuse_monsters() -> None:
    """A hundred thousand brackets, or a number of five thousand digits, is JSON that Python will
    not read, in errors that no reader of ours takes for the asker's."""
    try:
        json.loads(request.get_data() or b"{}") if request.is_json else None
    except json.JSONDecodeError:
        return  # the view's own reader tells where
    except (ValueError, RecursionError):
        abort(400)


def _headers(https: bool) -> Callable[[Response], Response]:
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", _HSTS)
        return response

    return add


def _leave_panel(response: Response) -> Response:
    """A fragment request whose login has ended must move the whole page to the login form:
    XMLHttpRequest follows a redirect by itself and would put the form inside a panel."""
    target = urlsplit(response.headers.get("Location", ""))
    if not request.headers.get("HX-Request") or target.path != LOGIN_PATH:
        return response
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    wanted = f"{page.path or '/'}{'?' if page.query else ''}{page.query}"
    response.status_code = 200
    response.headers["HX-Redirect"] = f"{LOGIN_PATH}?{urlencode({'next': wanted})}"
    del response.headers["Location"]
    response.set_data(b"")
    return response

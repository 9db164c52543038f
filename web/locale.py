"""Words, times and figures as people read them: Chinese first, English complete, Asia/Shanghai."""

from datetime import UTC, datetime, timedelta

from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _

from inventory.shanghai import SHANGHAI

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
COOKIE = "lang"

_SI = ("", "k", "M", "G", "T", "P")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def init_app(app: Flask) -> None:
    """Choose the language per request and give templates the filters below."""
    app.config["BABEL_DEFAULT_LOCALE"] = LANGUAGES[app.config["LANGUAGE"]]
    app.config["BABEL_DEFAULT_TIMEZONE"] = SHANGHAI.key
    babel = Babel(app, locale_selector=lambda: LANGUAGES[language()])
    babel.domain_instance = _Words()
    app.after_request(_remember)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    for name in (moment, day, ago, duration, rate, size, figure):
        app.jinja_env.filters[name.__name__] = name
    app.jinja_env.globals.update(language=language, language_url=language_url, now=now)


class _Words(Domain):  # type: ignore[misc]  # (it has no types)
    """The words of a language, chosen once for a request and not for each text of a page."""

    def get_translations(self) -> NullTranslations:
        words: NullTranslations | None = g.get("words")
        if words is None:
            words = g.words = super().get_translations()
        return words


def language() -> str:
    """ "zh" or "en": the address first, then the cookie, the person's wish, the site's setting."""
    if not has_request_context():
        return str(current_app.config["LANGUAGE"])
    wishes = (
        request.args.get("lang"),
        request.cookies.get(COOKIE),
        getattr(g.get("person"), "language", None),
    )
    return next((wish for wish in wishes if wish in LANGUAGES), current_app.config["LANGUAGE"])


def language_url() -> str:
    """This page in the other language; after a failed POST there is only the front page."""
    other = "zh" if language() == "en" else "en"
    if request.endpoint is None or request.method != "GET":
        return f"/?lang={other}"
    given = {k: v for k, v in request.args.to_dict(flat=False).items() if not k.startswith("_")}
    arguments = given | (request.view_args or {}) | {"lang": other}
    return url_for(request.endpoint, **arguments)


def _remember(response: object) -> object:
    """A language chosen in the address stays chosen."""
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(  # type: ignore[attr-defined]
            COOKIE, request.args["lang"], max_age=31_536_000, samesite="Lax", httponly=True
        )
    return response


def local(at: datetime) -> datetime:
    """Aware time in Shanghai. Raises ValueError on naive time, which has no meaning here."""
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    return at.astimezone(SHANGHAI)


def now() -> datetime:
    """This moment, aware UTC."""
    return datetime.now(UTC)


def moment(at: datetime | None, seconds: bool = False) -> str:
    """2026-11-21 08:00, 24 hours, or an em dash for never."""
    return "—" if at is None else local(at).strftime("%Y-%m-%d %H:%M" + (":%S" if seconds else ""))


def day(at: datetime | None) -> str:
    return "—" if at is None else local(at).strftime("%Y-%m-%d")


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """How long since `at`: 12 分钟 / 12 min."""
    return "—" if at is None else duration((now or datetime.now(UTC)) - at)


def duration(span: timedelta | float) -> str:
    """The two greatest units of a span (seconds when a number): 45 秒, 12 分钟, 3 天 4 小时."""
    total = span.total_seconds() if isinstance(span, timedelta) else float(span)
    seconds = max(0, int(total))
    if seconds < 60:
        return str(_("%(n)s 秒", n=seconds))
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    words = [_("%(n)s 天", n=days), _("%(n)s 小时", n=hours), _("%(n)s 分钟", n=rest // 60)]
    counts = [days, hours, rest // 60]
    first = next(i for i, count in enumerate(counts) if count)
    return " ".join(str(words[i]) for i in range(first, min(first + 2, 3)) if counts[i])


def rate(bits: float | None) -> str:
    """Bit/s with three significant figures: 31.4 Mbit/s. None (no reading) is an em dash."""
    if bits is None:
        return "—"
    value, power = float(bits), 0
    while value >= 999.5 and power < len(_SI) - 1:
        value, power = value / 1000, power + 1
    return f"{_three(value)} {_SI[power]}bit/s"


def size(count: float | None) -> str:
    """Bytes in binary units with three significant figures: 1.25 GiB."""
    if count is None:
        return "—"
    value, power = float(count), 0
    while value >= 1023.5 and power < len(_BINARY) - 1:
        value, power = value / 1024, power + 1
    return f"{_three(value)} {_BINARY[power]}"


def figure(value: float | None, digits: int = 0) -> str:
    """A number with thousands apart: 1,284. None is an em dash."""
    return "—" if value is None else f"{value:,.{digits}f}"


def _three(value: float) -> str:
    digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def html_lang() -> str:
    """BCP 47 tag of the page, which decides the CJK glyph variants."""
    return str(get_locale()).replace("_", "-")

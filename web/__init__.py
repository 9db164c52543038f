"""SHOWS: browser pages and command line. `create_app` is the only composition root."""
# ruff: noqa: E402  (nothing else is imported before the collector rests)

import gc

_collecting = gc.isenabled()
gc.disable()  # what is imported stays: to look through it for garbage takes a third of each start

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from apiflask import APIFlask
from flask import g, url_for

from inventory.db import Database
from web import admission, apidocs, delivery, locale, navigation, pages, problems, security
from web.bundle import read_manifest
from web.drawing import fingerprint, spark_path
from web.settings import Settings
from web.states import STATES, state_of, word_of
from web.trail_words import whence

gc.freeze()
if _collecting:
    gc.enable()


def create_app(settings: Settings, database: Database) -> APIFlask:
    """The web application over an open database.

    Every module of `web/pages` is found by glob and offers `bp`, and `nav` when it belongs in
    the navigation. Raises NotBuilt when the front end has not been built.
    """
    app = APIFlask(
        __name__, title="运维值守台", spec_path="/api/openapi.json", docs_path=None,
        json_errors=False, static_folder=None,  # type: ignore[arg-type]  # built files: delivery
    )  # fmt: skip
    app.extensions.update(settings=settings, database=database, navigation=[])
    app.config.update(DEMO=settings.demo, LANGUAGE=settings.language)
    for part in (problems, locale, delivery):
        part.init_app(app)
    security.init_app(app, settings)
    admission.init_app(app)
    _give_templates(app, read_manifest())
    apidocs.init_app(app)
    for name in sorted(found.name for found in iter_modules(pages.__path__)):
        add_page(app, import_module(f"{pages.__name__}.{name}"))
    return app


def add_page(app: APIFlask, module: ModuleType) -> None:
    """Register one page module: its `bp`, and its `nav` when it has one."""
    app.register_blueprint(module.bp)
    if hasattr(module, "nav"):
        known = app.extensions["navigation"]
        known.append(module.nav)
        known.sort(key=lambda item: item.order)


def _give_templates(app: APIFlask, manifest: dict[str, str]) -> None:
    def asset(name: str) -> str:
        """Each of a page's icons asks for the same file."""
        known: dict[str, str] = g.setdefault("assets", {})
        if name not in known:
            known[name] = url_for("built.dist", name=manifest[name])
        return known[name]

    app.jinja_env.filters.update(spark_path=spark_path, fingerprint=fingerprint, whence=whence)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset, link=navigation.link, nav_items=navigation.items, query=navigation.query,
        html_lang=locale.html_lang, STATES=STATES, state_of=state_of,
        word_of=word_of,
    )  # fmt: skip

"""The web application with the kitchen sink, and the browser to look at it."""

from dataclasses import replace
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from inventory.db import Database
from tests.browser import chromium, complaints, visit  # noqa: F401
from tests.web import kitchen
from tests.web.county import County, found_county
from web import add_page, create_app
from web.build import build
from web.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """The front end, built once; nothing happens when it is up to date."""
    build()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def shell(settings: Settings, sqlite_database: Database) -> APIFlask:
    """A demo console with the kitchen sink: pages that show every part, open to everybody."""
    app = create_app(replace(settings, demo=True), sqlite_database)
    add_page(app, kitchen)
    app.view_functions["search.index"] = kitchen.found  # the shell's own tests need no county
    app.before_request(kitchen.somebody)
    for name, view in app.view_functions.items():
        if name.startswith(("kitchen.", "search.", "apidocs.", "openapi.")):
            view.public = True  # type: ignore[attr-defined]
    return app


@pytest.fixture
def client(shell: APIFlask) -> FlaskClient:
    return shell.test_client()


@pytest.fixture
def county(settings: Settings, sqlite_database: Database) -> County:
    """A founded county behind a console of its own, without the kitchen sink."""
    app = create_app(settings, sqlite_database)
    return found_county(app, sqlite_database, settings)

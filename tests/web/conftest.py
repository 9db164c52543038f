"""The web application over a database of its own, and the browser to look at it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from inventory.db import Database, open_database
from tests.browser import chromium, complaints, visit  # noqa: F401
from tests.web import kitchen
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
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def shell(settings: Settings, database: Database) -> APIFlask:
    """The application with the kitchen sink: one page that shows every part."""
    app = create_app(replace(settings, demo=True), database)
    add_page(app, kitchen)
    return app


@pytest.fixture
def client(shell: APIFlask) -> FlaskClient:
    return shell.test_client()

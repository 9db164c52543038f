"""The web application with the kitchen sink, and the browser to look at it."""

import gc
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from inventory.db import Database, open_database
from tests.browser import chromium, complaints, visit  # noqa: F401
from tests.web import kitchen, siege
from tests.web.county import County, found_county
from tests.web.founded import Founded, behind, found
from web import add_page, create_app
from web.build import build
from web.settings import Settings


class _Compiled(BytecodeCache):
    """Templates compiled once for all the consoles of a run: a new one for each test would spend
    more time on them than on the test."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.load_bytecode(io.BytesIO(self.kept[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        text = io.BytesIO()
        bucket.write_bytecode(text)
        self.kept[bucket.key] = text.getvalue()


APIFlask.jinja_options = {"bytecode_cache": _Compiled()}  # Flask's own way to say so


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """The front end, built once; nothing happens when it is up to date.

    What is loaded by now stays for the whole run: the collector need not look at half a million
    objects again in each test.
    """
    build()
    gc.collect()
    gc.freeze()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def shell(settings: Settings, sqlite_database: Database) -> Iterator[APIFlask]:
    """A demo console with the kitchen sink: pages that show every part, open to everybody."""
    app = create_app(replace(settings, demo=True), sqlite_database)
    add_page(app, kitchen)
    app.view_functions["search.index"] = kitchen.found  # the shell's own tests need no county
    app.view_functions["notices.ring"] = kitchen.unrung
    app.before_request(kitchen.somebody)
    opened = [
        view
        for name, view in app.view_functions.items()
        if name.startswith(("kitchen.", "search.", "apidocs.", "openapi.", "notices.ring"))
        if not hasattr(view, "public")
    ]
    for view in opened:
        view.public = True  # type: ignore[attr-defined]
    yield app
    for view in opened:  # the views are modules' own: other consoles of this process have them, too
        del view.public  # type: ignore[attr-defined]


@pytest.fixture
def client(shell: APIFlask) -> FlaskClient:
    return shell.test_client()


@pytest.fixture(scope="session")
def founded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return found(sqlite_template, tmp_path_factory.mktemp("founded"))


@pytest.fixture
def county(founded: Founded, settings: Settings, sqlite_database: Database) -> County:
    """A founded county behind a console of its own, without the kitchen sink."""
    return founded.again(settings, sqlite_database)


@pytest.fixture
def both(founded: Founded, settings: Settings, database: Database) -> County:
    """The same on both databases."""
    if database.engine.dialect.name == "sqlite":
        return founded.again(settings, database)
    return found_county(behind(founded.county.app, settings, database), database, settings)


@pytest.fixture(scope="module")
def fort(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[siege.Fort]:
    """A county with a hostile row in every register, once for a whole module of attacks."""
    home = tmp_path_factory.mktemp("fort")
    shutil.copy(sqlite_template, home / "netops.db")
    database = open_database(f"sqlite:///{home}/netops.db")
    settings = Settings(home=home)
    county = found_county(create_app(settings, database), database, settings)
    siege.strangers(county)
    yield siege.Fort(county, siege.besiege(county) | siege.whisper(county))
    database.close()

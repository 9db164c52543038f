"""A county founded once in a run. A test gets a copy of its files, behind the same console: to
found one, and to read every route and template anew, would take longer than the test."""

import shutil
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from apiflask import APIFlask
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.db import Database, open_database
from netops.history import History
from tests.copies import shrink
from tests.web.county import County, found_county
from web import create_app
from web.settings import Settings


def behind(app: APIFlask, settings: Settings, database: Database) -> APIFlask:
    """The same application over another database. Routes, templates and configuration are shared:
    whoever adds to them, or has settings of another kind, makes an application of their own."""
    other = copy(app)
    known = {name: told for name, told in app.extensions.items() if name != "key"}
    other.extensions = known | {"settings": settings, "database": database}
    return other


@dataclass(frozen=True)
class Founded:
    """`county` as it was just after its founding."""

    county: County

    def again(self, settings: Settings, database: Database) -> County:
        """A copy, in the home of `settings`; `database` opens the file there, and has not yet."""
        first = self.county
        for name in ("netops.db", first.settings.key_file.name):
            shutil.copy(first.settings.home / name, settings.home / name)
        with database.view(EVERYTHING) as session:
            by_id = {centre.id: centre for centre in session.scalars(select(Centre))}
        centres = {name: by_id[centre.id] for name, centre in first.centres.items()}
        app = behind(first.app, settings, database)
        history = History(settings.home / "history")
        return County(app, database, settings, history, centres, dict(first.ids))


def found(template: Path, home: Path) -> Founded:
    """A county in `home`, in a copy of the migrated file `template`."""
    shutil.copy(template, home / "netops.db")
    database, settings = open_database(f"sqlite:///{home}/netops.db"), Settings(home=home)
    county = found_county(create_app(settings, database), database, settings)
    shrink(database)
    return Founded(county)

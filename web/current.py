"""What a page may ask of the running application, typed."""

from typing import cast

from flask import current_app

from inventory.db import Database
from web.settings import Settings


def database() -> Database:
    return cast("Database", current_app.extensions["database"])


def settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])

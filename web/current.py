"""What a page may ask of the running application, typed."""

from typing import cast

from flask import current_app, request

from inventory.db import Database
from inventory.door import Caller, Door
from inventory.secret import Key
from web.settings import Settings


def database() -> Database:
    return cast("Database", current_app.extensions["database"])


def key() -> Key:
    """What seals and opens device credentials; read once, when a page first needs it."""
    if "key" not in current_app.extensions:
        current_app.extensions["key"] = Key.load(settings().key_file)
    return cast("Key", current_app.extensions["key"])


def door() -> Door:
    """Where people show who they are."""
    return Door(database(), key(), str(current_app.secret_key))


def caller() -> Caller:
    """Where this request comes from."""
    agent = request.headers.get("User-Agent", "")
    return Caller(request.remote_addr or "", "".join(filter(str.isprintable, agent)))


def settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])

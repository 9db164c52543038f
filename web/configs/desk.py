"""What the pages of the configurations share: their blueprint, and the way to what is kept."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from backups.configs import Shelf
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.store import Damaged
from web.access import person
from web.current import database, key, settings
from web.leaving import exported
from web.named import named
from web.registers.exports import KINDS

bp = Blueprint("configs", __name__, url_prefix="/configs")


def shelf() -> Shelf:
    """Where the texts are; what may be asked of it is for the caller to have found in scope."""
    return Shelf(database(), key(), settings().home)


@bp.errorhandler(Damaged)
def damaged(error: Damaged) -> ResponseReturnValue:
    """What is kept cannot be read any more: said plainly, and nothing else is shown for it."""
    return render_template("config_damaged.html", reason=error.reason), 410


def device_or_404(session: Session, device_id: str) -> Device:
    return session.get(Device, device_id) or abort(404)


def snapshot_or_404(snapshot_id: str) -> tuple[ConfigSnapshot, Device]:
    """The snapshot and its device, both within the scope of whoever asks."""
    with database().view(person().scope) as session:
        found = session.get(ConfigSnapshot, snapshot_id) or abort(404)
        return found, device_or_404(session, found.device_id)


def sheet(
    title: str,
    kind: str,
    heads: Iterable[str],
    rows: Iterable[tuple[str, ...]],
    thing: str = "ConfigSnapshot",
) -> Response:
    """A table about some `thing` that leaves the console as CSV or XLSX, noted and marked."""
    table = list(rows)
    mark = partial(exported, title, thing, {"kind": kind, "rows": len(table)})
    mimetype, write = KINDS[kind]
    return saved(write(list(heads), iter(table), title, mark), f"{title}.{kind}", mimetype)


def text_file(title: str, name: str, about: ConfigSnapshot, text: Callable[[], str]) -> Response:
    """A text that leaves the console, with its mark as the first line."""
    what: Mapping[str, Any] = {"kind": "text", "file": name, "device": about.device_id}
    mark = exported(title, "ConfigSnapshot", what, about.id)
    return saved(f"{mark}\n{text()}".encode(), name, "text/plain; charset=utf-8")


def saved(data: bytes, name: str, mimetype: str) -> Response:
    """An attachment, never shown in the tab."""
    return named(Response(data, content_type=mimetype), name)

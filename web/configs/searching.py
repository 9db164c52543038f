"""Every line of every configuration a person may see, as it is now or was on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.looks import MOST
from backups.textgit import BadPattern, Hit
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.role import can
from inventory.shanghai import SHANGHAI
from web.access import allowed, person
from web.configs.desk import bp, sheet, shelf
from web.current import database
from web.locale import moment
from web.paging import Slice, slice_of


@dataclass(frozen=True, slots=True)
class SearchAsk:
    """What is looked for: `words`, or with `regex` a POSIX extended expression; `day` is an ISO
    day of Shanghai at whose end the texts are looked at, "" for now; `device_id` "" for all."""

    words: str
    regex: bool = False
    day: str = ""
    device_id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One line, and where it stands."""

    device: Device
    snapshot: ConfigSnapshot
    number: int
    text: str


class Unasked(Exception):
    """The question cannot be answered; `field` is "q" or "at", `cause` for people."""

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(cause)
        self.field, self.cause = field, cause


@bp.get("/search")
@allowed("view")
def search() -> ResponseReturnValue:
    ask = _ask()
    told: dict[str, Any] = {"shown": None, "wrong": {}}
    try:
        if ask.words:
            told = _told(find(ask))
    except Unasked as error:
        told["wrong"] = {error.field: error.cause}
    page = render_template(
        "config_search.html", ask=ask, device=_device(ask), may_export=can(person(), "export"),
        **told,
    )  # fmt: skip
    return page, 422 if told["wrong"] else 200


@bp.get("/search.<any(xlsx,csv):kind>")
@allowed("export")
def search_export(kind: str) -> Response:
    """The lines found, all pages of them."""
    try:
        found = find(_ask())
    except Unasked as error:
        abort(400, error.cause)
    heads = map(_, ("设备", "行号", "内容", "哪一版"))
    rows = [
        (one.device.name, str(one.number), one.text, moment(one.snapshot.taken_at)) for one in found
    ]
    return sheet("配置查找结果", kind, heads, rows)


def find(ask: SearchAsk) -> list[Found]:
    """The lines in the configurations of the devices in scope. Raises Unasked."""
    at = _moment(ask.day)
    with database().view(person().scope) as session:
        query = select(Device.id).where(Device.retired_at.is_(None))
        query = query.where(Device.id == ask.device_id) if ask.device_id else query
        ids = list(session.scalars(query))
        try:
            hits = list(shelf().search(ask.words, ids, at, regex=ask.regex))
        except BadPattern as error:
            raise Unasked("q", error.reason) from None
        return _found(session, hits)


def _found(session: Session, hits: Sequence[Hit]) -> list[Found]:
    """A device that came from elsewhere is seen, what was kept of it there is not."""
    commits = {hit.commit for hit in hits}
    query = select(ConfigSnapshot, Device).join(Device, Device.id == ConfigSnapshot.device_id)
    rows = session.execute(query.where(ConfigSnapshot.commit.in_(commits)))
    seen = {(one.device_id, one.commit): (device, one) for one, device in rows}
    known = ((seen.get((hit.device_id, hit.commit)), hit) for hit in hits)
    lines = [Found(*row, hit.number, hit.text) for row, hit in known if row]
    return sorted(lines, key=lambda one: (one.device.sort_key, one.device.id, one.number))


def _moment(day: str) -> datetime | None:
    """The end of that day. Raises Unasked."""
    if not day:
        return None
    try:
        asked = date.fromisoformat(day)
        end = datetime.combine(asked + timedelta(days=1), time(), SHANGHAI)
        return end.astimezone(UTC) - timedelta(microseconds=1)
    except (ValueError, OverflowError):
        raise Unasked("at", _("应为日期，如 2026-11-21")) from None


def _told(found: list[Found]) -> dict[str, Any]:
    shown: Slice[Found] = slice_of(found, request.args.get("page", 1, int))
    devices = len({one.device.id for one in found})
    return {"shown": shown, "devices": devices, "cut": len(found) >= MOST, "wrong": {}}


def _ask() -> SearchAsk:
    told = request.args
    return SearchAsk(
        told.get("q", ""), told.get("regex") == "1", told.get("at", ""), told.get("device", "")
    )


def _device(ask: SearchAsk) -> Device | None:
    """The one device that is searched; 404 out of scope."""
    if not ask.device_id:
        return None
    with database().view(person().scope) as session:
        return session.get(Device, ask.device_id) or abort(404)

"""Configurations by the API: how it stands, every version, its text, differences, searching."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apiflask import HTTPError
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE

from backups.difference import counted as lines_of_hunks
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.register import FieldError, Rejected
from inventory.store import Damaged
from web.access import allowed, person
from web.api import config_shapes as shapes
from web.api import examples
from web.api.confidential import taken, unless_consented
from web.api.door import CONFIGS, bp, documented
from web.api.paging import Asked, found, paged
from web.api.questions import LABELS, Paged
from web.configs.desk import shelf, snapshot_or_404
from web.configs.differing import two_of
from web.configs.searching import SearchAsk, Unasked, find
from web.configs.timeline import snapshots_of
from web.current import database
from web.queries import configs as asked
from web.queries.configs import ConfigAsk, Line

_STATE = (
    "success_at", "attempt_at", "why", "failures", "snapshot_id", "saved", "unsaved_since",
    "heard_at",
)  # fmt: skip


@bp.get("/configs")
@documented(
    _l("各设备的配置备份情况"), _l("每台应当备份的设备一条；最近成功和最近尝试分开。"), CONFIGS
)
@allowed("view")
@bp.input(shapes.ConfigsAsked, location="query", unknown=RAISE)
@bp.output(shapes.ConfigStatePage, example=examples.page(shapes.STATE))
def config_states(query_data: Asked) -> Any:
    ask = ConfigAsk(query_data["tab"], query_data["search"])
    size = query_data["per_page"]
    with database().view(person().scope) as db:
        now = datetime.now(UTC)
        rows = asked.lines(db, ask, now, (query_data["page"] - 1) * size, size)
        total = asked.overview(db, ask, now).counts[ask.tab]
    return paged(map(_state, rows), total, query_data)


@bp.get("/devices/<device_id>/configs")
@documented(_l("一台设备的各版配置"), _l("最新的在前。"), CONFIGS)
@allowed("view")
@bp.input(Paged, location="query", unknown=RAISE)
@bp.output(shapes.SnapshotPage, example=examples.page(shapes.SNAPSHOT))
def device_configs(device_id: str, query_data: Asked) -> Any:
    size = query_data["per_page"]
    with database().view(person().scope) as db:
        found(db, Device, device_id)
        told = snapshots_of(db, device_id, query_data["page"], size)
    rows = told.rows if query_data["page"] <= told.pages else ()
    return paged(map(snapshot_told, rows), told.total, query_data)


@bp.get("/configs/<snapshot_id>")
@documented(_l("看一版配置"), _l("何时、因何、谁改的，行数和校验值。"), CONFIGS)
@allowed("view")
@bp.output(shapes.Version, example=shapes.SNAPSHOT)
def config(snapshot_id: str) -> Any:
    return snapshot_told(snapshot_or_404(snapshot_id)[0])


@bp.get("/configs/<snapshot_id>/text")
@documented(
    _l("一版配置的文本"),
    _l("口令、团体名、密钥已隐去；与下载一样，须先经分管领导批准。"),
    CONFIGS,
    409,
)
@allowed("view")
@bp.output(shapes.SnapshotText, example={"text": "#\nsysname LK-CORE\n#\nreturn\n"})
def config_text(snapshot_id: str) -> Any:
    one, _device = snapshot_or_404(snapshot_id)
    if not one.readable:
        raise HTTPError(409, _("这是二进制文件，没有可以显示的文字"))
    unless_consented(ConfigSnapshot)
    try:
        text = shelf().text(one)
    except Damaged as error:
        raise HTTPError(409, error.reason) from None
    taken(ConfigSnapshot, 1, one.id)
    return {"text": text}


@bp.get("/configs/diff")
@documented(
    _l("比较两版配置"), _l("同一台设备的两版，较早的在前；须先经分管领导批准。"), CONFIGS, 404, 409
)
@allowed("view")
@bp.input(shapes.DiffAsked, location="query", unknown=RAISE)
@bp.output(shapes.Difference, example={"a": shapes.SNAPSHOT, "b": shapes.SNAPSHOT, "added": 2})
def config_diff(query_data: Asked) -> Any:
    two = two_of(query_data["a"], query_data["b"])
    unless_consented(ConfigSnapshot)
    try:
        unified = shelf().unified(two.a, two.b)
        added, removed = lines_of_hunks(shelf().hunks(two.a, two.b, 0))
    except Damaged as error:
        raise HTTPError(409, error.reason) from None
    taken(ConfigSnapshot, 2, two.b.id)
    return {
        "a": snapshot_told(two.a), "b": snapshot_told(two.b), "added": added, "removed": removed,
        "unified": unified,
    }  # fmt: skip


@bp.get("/configs/search")
@documented(
    _l("在配置里查找"), _l("逐行，一次最多 2000 行；须先经分管领导批准。"), CONFIGS, 404, 409
)
@allowed("view")
@bp.input(shapes.ConfigSearchAsked, location="query", unknown=RAISE)
@bp.output(shapes.ConfigLinePage, example=examples.page(shapes.LINE))
def config_search(query_data: Asked) -> Any:
    if query_data["device"]:
        with database().view(person().scope) as db:
            found(db, Device, query_data["device"])
    ask = SearchAsk(
        query_data["words"], query_data["regex"], query_data["at"], query_data["device"]
    )
    try:
        rows = find(ask)
    except Unasked as error:
        name = {"q": "words"}.get(error.field, error.field)
        raise Rejected((FieldError(name, str(LABELS[name]), error.cause),)) from None
    except Damaged as error:
        raise HTTPError(409, error.reason) from None
    unless_consented(ConfigSnapshot)
    start = (query_data["page"] - 1) * query_data["per_page"]
    part = rows[start : start + query_data["per_page"]]
    taken(ConfigSnapshot, len({one.snapshot.id for one in part}))
    lines = (
        {"device_id": one.device.id, "device": one.device.name, "number": one.number,
         "snapshot_id": one.snapshot.id, "text": one.text}
        for one in part
    )  # fmt: skip
    return paged(lines, len(rows), query_data)


def snapshot_told(one: ConfigSnapshot) -> Mapping[str, Any]:
    return {name: getattr(one, name) for name in shapes.SNAPSHOT}


def _state(one: Line) -> Mapping[str, Any]:
    facts = {name: getattr(one.state, name) if one.state else None for name in _STATE}
    return facts | {
        "device_id": one.device.id, "device": one.device.name, "standing": one.standing,
        "way": one.way,
    }  # fmt: skip

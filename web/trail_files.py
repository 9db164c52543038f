"""The audit trail as a file: a table for people, JSON lines for whoever verifies it elsewhere."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from flask import Response, send_file
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.audit import AuditRow
from inventory.chain import facts
from inventory.sheet import Mark, write_csv, write_xlsx
from web.leaving import exported
from web.locale import local, moment
from web.queries.trail import CHANGES, TrailAsk, centres, count, found, things
from web.registers.exports import XLSX

MOST = 100_000  # rows of one file; the whole trail leaves by `netops audit export`
KINDS: Mapping[str, str] = {
    "xlsx": XLSX, "csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl",
}  # fmt: skip
_CELL = 32_000  # characters; Excel holds no more in a cell
_BATCH = 1_000


class TooMany(Exception):
    """More rows than one file may have."""


def file_of(session: Session, ask: TrailAsk, kind: str) -> Response:
    """What is asked for, as a download of `kind`; noted in the trail itself. Raises TooMany."""
    total = count(session, ask)
    if total > MOST:
        raise TooMany

    def mark() -> str:
        return exported("审计记录", "AuditRow", {"kind": kind, "rows": total} | ask.given())

    data = _jsonl(session, ask, mark) if kind == "jsonl" else _table(session, ask, kind, mark)
    stamp = local(datetime.now(UTC)).strftime("%Y%m%d-%H%M")
    name = f"{_('审计记录')}-{stamp}.{kind}"
    return send_file(BytesIO(data), KINDS[kind], as_attachment=True, download_name=name, max_age=0)


def _jsonl(session: Session, ask: TrailAsk, mark: Mark) -> bytes:
    lines = [json.dumps(facts(row), ensure_ascii=False) for row in _rows(session, ask)]
    return "\n".join([*lines, json.dumps({"mark": mark()}, ensure_ascii=False), ""]).encode()


def _table(session: Session, ask: TrailAsk, kind: str, mark: Mark) -> bytes:
    columns = [
        _("行号"), _("时间"), _("人员"), _("角色"), _("来自"), _("操作"), _("理由"), _("单位"),
        _("对象"), _("对象编号"), _("类别"), _("之前"), _("之后"), "SHA-256", "SM3",
    ]  # fmt: skip
    rows = _cells(session, ask)
    if kind == "csv":
        return write_csv(columns, rows, mark)
    return write_xlsx(columns, rows, _("审计记录"), mark)


def _cells(session: Session, ask: TrailAsk) -> Iterator[tuple[str, ...]]:
    called, homes = things(), dict[str, str]()
    for row in _rows(session, ask):
        if row.centre_id and row.centre_id not in homes:
            homes[row.centre_id] = centres(session, [row]).get(row.centre_id, "")
        yield (
            str(row.seq), moment(row.at, seconds=True), row.actor_name, row.role, row.origin,
            row.act, row.reason, homes.get(row.centre_id or "", ""),
            called.get(row.thing, row.thing), row.thing_id, CHANGES.get(row.change, row.change),
            _short(row.before), _short(row.after), row.row_hash, row.sm3,
        )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= _CELL else text[:_CELL] + _("……（全文在 JSON Lines 导出里）")


def _rows(session: Session, ask: TrailAsk) -> Iterator[AuditRow]:
    rows: Any = session.scalars(found(ask).execution_options(yield_per=_BATCH))
    yield from rows

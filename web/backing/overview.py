"""The first page of data backups: is everything of this month safe, twice, and what comes next."""

from datetime import UTC, datetime

from flask import render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from inventory.backup_place import BackupPlace
from inventory.backup_source import KINDS
from inventory.medium import Medium
from inventory.role import can
from web.access import allowed, person
from web.backing.desk import bp
from web.backing.running import running_facts
from web.current import database, settings
from web.paging import slice_of
from web.queries.backups import SHORT, board, further, lights, room
from web.queries.configs import ConfigAsk, overview

DUTIES = {
    "E1": _l("数据库每月备份"), "E2": _l("日志每月备份"), "E3": _l("业务资料每月备份"),
    "E5": _l("双机备份"), "E6": _l("移动介质备份"), "E7": _l("每季度刻光盘"),
    "E8": _l("年终转档案室"), "E9": _l("详细登记"), "E10": _l("恢复演练"),
}  # fmt: skip


@bp.get("/")
@allowed("view")
def index() -> str:
    now = datetime.now(UTC)
    with database().view(person().scope) as session:
        found = board(session, now)
        told = {
            "board": found, "part": slice_of(found.rows, request.args.get("page", 1, int)),
            "room": room(session, found.rows, settings().home), "duties": lights(session, now),
            "further": further(session, now), "configs": overview(session, ConfigAsk(), now).counts,
            "hosts": _number(session, BackupPlace, BackupPlace.purpose == "host"),
            "media": _number(session, Medium, Medium.state.in_(("in", "out"))),
            **running_facts(session),
        }  # fmt: skip
    may = {right: can(person(), right) for right in ("operate", "record", "export")}
    return render_template(
        "backups/index.html", may=may, KINDS_140=KINDS, SHORT=SHORT, DUTIES=DUTIES, **told
    )


def _number(
    session: Session, cls: type[BackupPlace] | type[Medium], which: ColumnElement[bool]
) -> int:
    query = select(func.count()).select_from(cls).where(cls.retired_at.is_(None), which)
    return session.scalar(query) or 0

"""The calendar: what of data backups is due in a month, and what of it is done."""

from datetime import UTC, date, datetime, timedelta

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from inventory.shanghai import today
from web.access import allowed, person
from web.backing.desk import bp
from web.current import database
from web.queries.backup_due import AHEAD, DONE, DUE, LATE, month_of, owed

SORTS = {
    "run": _l("备份"), "discs": _l("季度刻盘"), "archive": _l("年终归档移交"),
    "drill": _l("恢复演练"), "recheck": _l("光盘年度核对"), "key": _l("密钥单年度验证"),
    "medium": _l("介质归还"),
}  # fmt: skip
STATES = {
    DONE: ("ok", _l("已完成")), LATE: ("critical", _l("逾期")), DUE: ("warning", _l("该办了")),
    AHEAD: ("unknown", _l("未到期")),
}  # fmt: skip


@bp.get("/calendar")
@allowed("view")
def calendar() -> str:
    """?month=2026-11; this month when it says none."""
    month = month_of(_asked(), datetime.now(UTC))
    with database().view(person().scope) as session:
        rows = owed(session, month)
    beside = (month.first - timedelta(days=1), month.last + timedelta(days=1))
    return render_template(
        "backups/calendar.html", month=month, rows=rows, beside=beside, SORTS=SORTS, STATES=STATES
    )


def _asked() -> date:
    try:
        return date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return today()

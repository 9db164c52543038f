"""Backups that are owed or went wrong, copies that differ, discs and media on their way, drills,
the archive, keys whose sheet nobody keeps (Articles 140–143)."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.backup_copy import STATES, BackupCopy
from inventory.backup_evidence import unmended
from inventory.backup_key import BackupKey
from inventory.disc import Disc
from inventory.medium import Medium
from inventory.role import Standing
from inventory.shanghai import today
from web.queries.backup_due import outstanding
from web.queries.backups import board
from web.todo import Todo
from web.todo_lines import Wanted, gathered, listed

rights = ("view", "record")
_NEXT = {
    "imaged": "刻录光盘",
    "burned": "回读核对光盘",
    "verified": "光盘入库",
    "spoiled": "重新刻录光盘",
}
_OWED = {
    "discs": "季度光盘备份", "archive": "年终归档移交", "drill": "恢复演练",
    "key": "用密钥单验证备份密钥",
}  # fmt: skip


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    yield from _sources(session, now)
    yield from _copies(session)
    yield from _discs(session, now)
    yield from _keys(session)
    yield from _media(session, now)
    found = list(outstanding(session, now))
    for sort, words in _OWED.items():
        mine = [
            Todo(_(words), one.about, one.link, one.day, "warning")
            for one in found if one.sort == sort
        ]  # fmt: skip
        yield from gathered(_(words), mine, "/backups/calendar", now)


def _sources(session: Session, now: datetime) -> Iterator[Todo]:
    """What of this month is owed, or was left owing before and can still be put right."""
    kind = _("数据备份没有按期完成")
    told = [
        Todo(
            kind,
            f"{row.line.name}：{_(row.light.words)}",
            f"/r/backup-sources/{row.source.id}" if row.source else "/backups/",
            level="critical" if row.light.light == "critical" else "warning",
        )
        for row in board(session, now).rows
        if not row.made and not row.gone
    ]
    yield from gathered(kind, told, "/backups/", now)


def _copies(session: Session) -> Iterator[Todo]:
    kind = _("备份副本有问题")

    def line(one: BackupCopy) -> Todo:
        text = f"{one.label}：{_(STATES[one.state])}"
        return Todo(kind, text, f"/r/backup-copies/{one.id}", level="critical")

    newest = select(BackupCopy).where(unmended()).order_by(BackupCopy.made_at.desc())
    link = "/r/backup-copies?state=diverged,missing"
    yield from listed(session, newest, line, kind, link)


def _discs(session: Session, now: datetime) -> Iterator[Todo]:
    def waiting(one: Disc) -> Todo:
        return Todo(_(_NEXT[one.state]), one.label, f"/r/discs/{one.id}", level="warning")

    open_ = select(Disc).where(Disc.state.in_(_NEXT)).order_by(Disc.identifier)
    states = ",".join(_NEXT)
    yield from listed(session, open_, waiting, _("没有办完的光盘"), f"/r/discs?state={states}")

    def recheck(one: Disc) -> Todo:
        return Todo(_("光盘年度核对"), one.label, f"/r/discs/{one.id}", one.recheck_on, "warning")

    stored = select(Disc).where(Disc.state == "stored", Disc.recheck_on.is_not(None))
    near = stored.where(Disc.recheck_on <= today(now))
    told = Wanted(_("光盘年度核对"), "/r/discs?state=stored", near, Disc.recheck_on, recheck)
    yield from told.todo(session, now)


def _keys(session: Session) -> Iterator[Todo]:
    kind = _("备份密钥还没有托管")

    def line(one: BackupKey) -> Todo:
        return Todo(kind, one.label, f"/r/backup-keys/{one.id}", level="critical")

    new = select(BackupKey).where(BackupKey.state == "new", BackupKey.retired_at.is_(None))
    link = "/r/backup-keys?state=new"
    yield from listed(session, new.order_by(BackupKey.id), line, kind, link)


def _media(session: Session, now: datetime) -> Iterator[Todo]:
    kind = _("取出的介质应归还")

    def line(one: Medium) -> Todo:
        return Todo(kind, one.label, f"/r/media/{one.id}", one.due_on)

    out = select(Medium).where(Medium.state == "out", Medium.due_on.is_not(None))
    yield from Wanted(kind, "/r/media?state=out", out, Medium.due_on, line).todo(session, now)

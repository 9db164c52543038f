"""What the register itself says of backups, beyond single months: is it complete and does it agree
with what lies there (duty E9), was it tried that they can be restored (duty E10)."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.backup_copy import BackupCopy
from inventory.backup_light import Light
from inventory.backup_miss import BackupMiss
from inventory.backup_place import BackupPlace
from inventory.backup_set import BackupSet
from inventory.disc import Disc
from inventory.drill_due import lacking
from inventory.medium import Medium
from inventory.shanghai import today

_DISC = "一年内没有用密钥单打开过旧盘"


def drilled(session: Session, centre_ids: Collection[str], now: datetime) -> Iterator[Light]:
    """Drills of these units that are owed (`inventory.drill_due`) and late."""
    day = today(now)
    for one in lacking(session, day):
        if one.centre_id in centre_ids and one.overdue(day):
            words = f"{one.title} 半年内没有通过的恢复演练" if one.source_id else _DISC
            step = "做一次恢复演练" if one.source_id else "取一张旧盘，用密钥单打开"
            yield Light("warning", words, step, "E10")


def registered(session: Session, centre_ids: Collection[str]) -> Iterator[Light]:
    """Gaps nobody has explained; sets and copies that are known not to be what the register says,
    and that nobody has put right: made again, brought back, copied again, given up."""
    if number := session.scalar(_unexplained(centre_ids)):
        yield Light("warning", f"{number} 期漏做的备份没有写明原因", "写明原因", "E9")
    sets = session.scalar(_damaged(centre_ids)) or 0
    copies = session.scalar(_wrong(centre_ids)) or 0
    if sets or copies:
        words = f"登记与实际不符：{sets} 份备份已损坏，{copies} 份副本内容不一致或找不到"
        yield Light("critical", words, "查明原因；从好的副本取回，或重新备份、重新复制", "E9")


def reread(session: Session, centre_ids: Collection[str], now: datetime) -> Iterator[Light]:
    """Discs in store that nobody has read for more than a year (duty E7)."""
    query = select(func.count()).where(
        Disc.centre_id.in_(centre_ids), Disc.state == "stored", Disc.retired_at.is_(None),
        Disc.recheck_on < today(now),
    )  # fmt: skip
    if number := session.scalar(query):
        words = f"{number} 张入库的光盘一年内没有再读"
        yield Light("warning", words, "取出光盘，放入光驱核对", "E7")


def _unexplained(centre_ids: Collection[str]) -> Select[int]:
    """What was missed is in the register by itself; why, only a person can say."""
    return select(func.count()).where(
        BackupMiss.centre_id.in_(centre_ids), BackupMiss.state == "missed",
        BackupMiss.why.is_(None), BackupMiss.retired_at.is_(None),
    )  # fmt: skip


def _damaged(centre_ids: Collection[str]) -> Select[int]:
    """Sets that do not open, but for those whose period was backed up again."""
    return select(func.count()).where(
        BackupSet.centre_id.in_(centre_ids), BackupSet.state == "damaged", ~_made_again()
    )


def _wrong(centre_ids: Collection[str]) -> Select[int]:
    """Copies elsewhere: our own is told of as its set."""
    return select(func.count()).where(
        BackupCopy.centre_id.in_(centre_ids), BackupCopy.place != "own", unmended()
    )


def unmended() -> ColumnElement[bool]:
    """Copies that are not what the register says; but for those at places and on media that were
    given up, and our own of a period that was backed up again."""
    places = select(BackupPlace.id).where(BackupPlace.retired_at.is_not(None))
    media = select(Medium.id).where(Medium.state.not_in(("in", "out")))
    elsewhere = and_(BackupCopy.place != "own", BackupCopy.place_id.not_in(places.union_all(media)))
    again = select(BackupSet.id).where(BackupSet.id == BackupCopy.set_id, _made_again())
    own = and_(BackupCopy.place == "own", ~again.exists())
    return and_(BackupCopy.state.in_(("diverged", "missing")), or_(elsewhere, own))


def _made_again() -> ColumnElement[bool]:
    """Has another good set of its source and period been made?"""
    other = aliased(BackupSet)
    made = select(other.id).where(
        other.source_id == BackupSet.source_id, other.period == BackupSet.period,
        other.id != BackupSet.id, other.state.in_(("good", "expired")),
    )  # fmt: skip
    return made.exists()

"""What an auditor is given of backups: one line for each table, its rows as texts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.backup_months import months
from inventory.backup_source import KINDS
from inventory.batches import SIZE
from inventory.centre import Centre
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.headers import sheet_fields
from inventory.register import Field, Register, field_of, register_named
from inventory.shanghai import SHANGHAI, today

Rows = Iterator[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Period:
    """Days of Shanghai, both included."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def ends(self) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `key` names its file. The rows of the register `thing` that one of the times `at`
    puts in the period (all there are when it names none) and that are `only` so; the columns are
    `names`, or all there are. `made` gives the rows of a table that is no register's."""

    key: str
    title: str
    thing: str = ""
    at: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    heads: tuple[str, ...] = ()
    made: Callable[[Session, Period], Rows] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return self.heads or tuple(one.label for one in self._fields())

    def rows(self, session: Session, period: Period) -> Rows:
        """Texts, as many as there are columns; only what the session's scope lets see."""
        return self.made(session, period) if self.made else self._registered(session, period)

    def _registered(self, session: Session, period: Period) -> Rows:
        cls, told = register_named(self.thing), self._fields()
        found = session.scalars(self._query(period).execution_options(yield_per=SIZE))
        for batch in found.partitions():
            labels = cell.labels_for(session, cls, batch)
            for row in batch:
                yield tuple(cell.write(one, getattr(row, one.name), labels) for one in told)

    def _fields(self) -> tuple[Field, ...]:
        cls = register_named(self.thing)
        return tuple(field_of(cls, one) for one in self.names) or sheet_fields(cls)

    def _query(self, period: Period) -> Select[Any]:
        cls: Any = register_named(self.thing)
        query = select(cls).where(
            *(getattr(cls, name).in_(values) for name, values in self.only.items())
        )
        if self.at:
            query = query.where(or_(*(_inside(cls, name, period) for name in self.at)))
        return query.order_by(getattr(cls, (*self.at, cls.order)[0]), cls.id)


def _inside(cls: type[Register], name: str, period: Period) -> ColumnElement[bool]:
    column: Any = getattr(cls, name)
    inside: ColumnElement[bool] = (column >= period.begins) & (column < period.ends)
    if field_of(cls, name).kind == "day":
        inside = column.between(period.first, period.last)
    return inside


def _config_counts(session: Session, period: Period) -> Rows:
    """How many configurations of each device were kept, and when the last one was."""
    taken = ConfigSnapshot.taken_at
    query = (
        select(Device.name, Device.address, func.count(), func.max(taken))
        .join(ConfigSnapshot, ConfigSnapshot.device_id == Device.id)
        .where(taken >= period.begins, taken < period.ends)
        .group_by(Device.id, Device.name, Device.address)
        .order_by(Device.name, Device.id)
    )
    when = field_of(ConfigSnapshot, "taken_at")
    for name, address, count, last in session.execute(query):
        yield name, str(address or ""), str(count), cell.write(when, last, {})


def _gaps(session: Session, period: Period) -> Rows:
    """Months that are not green, by source: nothing, too late, or without its copies."""
    centres = {one.id: one.name for one in session.scalars(select(Centre).order_by(Centre.code))}
    names = {"critical": "缺", "warning": "未齐", "unknown": "未知"}
    for line in months(session, centres, period.first, min(period.last, today())):
        for one in line.cells:
            for light in one.failing:
                yield (
                    centres.get(line.centre_id, ""), KINDS.get(line.kind, line.kind), line.name,
                    one.month, light.duty, names.get(light.light, light.light), light.words,
                )  # fmt: skip


_SET = ("started_at",)
TABLES: tuple[Table, ...] = (
    Table("sets", "备份登记", "BackupSet", _SET),
    Table("copies", "副本和核对", "BackupCopy", ("made_at", "verified_at")),
    Table(
        "failures", "失败、中断和取消", "BackupSet", _SET,
        ("number", "source_id", "period", "state", "started_at", "ended_at", "author", "reason"),
        {"state": ("failed", "interrupted", "cancelled", "damaged")},
    ),
    Table(
        "gaps", "未齐的月份", made=_gaps,
        heads=("单位", "资料种类", "来源", "月份", "职责", "情况", "说明"),
    ),
    Table("misses", "漏做的备份", "BackupMiss", ("told_at",)),
    Table("declarations", "本级无库声明", "BackupDeclaration"),
    Table("drills", "恢复演练", "Drill", _SET),
    Table("restores", "数据恢复", "BackupRestore", _SET),
    Table(
        "clearings", "按期清理", "BackupCopy", ("cleared_at",),
        only={"state": ("cleared",)},
    ),
    Table("disc_sets", "光盘备份", "DiscSet"),
    Table("discs", "光盘", "Disc"),
    Table("disc_checks", "光盘核对", "DiscCheck", ("at",)),
    Table("media", "移动存储介质", "Medium"),
    Table("movements", "介质出入", "MediumMovement", ("at",)),
    Table(
        "places", "备份存放处", "BackupPlace", names=("name", "purpose", "kind", "centre_id")
    ),
    Table(
        "sources", "备份来源", "BackupSource",
        names=(
            "name", "centre_id", "kind", "method", "opaque", "reach", "cadence", "day", "since",
            "paused", "keep",
        ),
    ),
    Table("keys", "备份密钥（不含密钥）", "BackupKey"),
    Table(
        "configs", "配置备份", "ConfigSnapshot", ("taken_at",),
        ("device_id", "taken_at", "origin", "author", "added", "removed", "size", "sha256"),
    ),
    Table(
        "config_counts", "配置备份（按设备）", heads=("设备", "地址", "份数", "最近一份"),
        made=_config_counts,
    ),
    Table(
        "archives", "年终归档移交", "ArchiveTransfer",
        names=(
            "number", "year", "state", "medium", "archive_room", "files", "size", "done_at",
            "centre_id",
        ),
    ),
    Table("exports", "备份登记导出", "BackupExport", ("made_at",)),
)  # fmt: skip

"""Installations: which software stands on which machine, in which version, put there by whom."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy import Index, inspect, select
from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry
from inventory.software import Software


class Installation(CentreRegister):
    """One software on one machine, until the day it was taken off. It counts for the unit that
    the row belongs to; an upgrade is a new version in the same row, whose history keeps the old."""

    __tablename__ = "installation"
    slug: ClassVar[str] = "installations"
    title: ClassVar[str] = "软件安装"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (35, 69, 126)
    names: ClassVar[tuple[str, ...]] = (
        "software_id", "equipment_id", "host", "installed_on", "centre_id",
    )  # fmt: skip
    order: ClassVar[str] = "installed_on"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    afresh: ClassVar[tuple[str, ...]] = ("equipment_id", "host", "removed_on", "removed_by_id")

    software_id: Mapped[str] = entry("软件", "ref", refers="Software", required=True, listed=True)
    equipment_id: Mapped[str | None] = entry(
        "设备", "ref", refers="Equipment", listed=True, help="台账里的设备；不在台账的写主机名"
    )
    host: Mapped[str | None] = entry("主机名", listed=True, searched=True, longest=80)
    version: Mapped[str | None] = entry("版本", listed=True, searched=True, longest=40)
    installed_on: Mapped[date] = entry("安装日期", "day", required=True, listed=True)
    installed_by_id: Mapped[str | None] = entry("安装人", "ref", refers="Staff")
    upgraded_on: Mapped[date | None] = entry("最近升级", "day", listed=True)
    removed_on: Mapped[date | None] = entry("卸载日期", "day", listed=True)
    removed_by_id: Mapped[str | None] = entry("卸载人", "ref", refers="Staff")
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("ix_installation_there", "software_id", "removed_on"),)

    @property
    def label(self) -> str:
        return f"{self.host or '安装'} {self.version or ''}".strip()

    @property
    def there(self) -> bool:
        """Is it installed still?"""
        return self.removed_on is None and self.retired_at is None

    def check(self, session: Session) -> Iterator[FieldError]:
        if not self.equipment_id and not (self.host or "").strip():
            yield self.wrong("equipment_id", "请选设备，或填写主机名")
        if self.removed_on and self.installed_on and self.removed_on < self.installed_on:
            yield self.wrong("removed_on", "早于安装日期")
        if self.there and self._begins():
            yield from self._unfit(session)

    def _begins(self) -> bool:
        """Is it put there now (or put there again)?"""
        state = inspect(self)
        names = ("software_id", "equipment_id", "host", "removed_on", "retired_at")
        return not state.persistent or any(state.attrs[n].history.has_changes() for n in names)

    def _unfit(self, session: Session) -> Iterator[FieldError]:
        software = session.get(Software, self.software_id) if self.software_id else None
        if software is not None and software.barred:
            yield self.wrong("software_id", software.barred)
        if self._twice(session):
            yield self.wrong("software_id", "这台设备上已经登记了这个软件，没有卸载")

    def _twice(self, session: Session) -> bool:
        where = (
            Installation.equipment_id == self.equipment_id
            if self.equipment_id
            else (Installation.host == self.host)
            & Installation.equipment_id.is_(None)
            & (Installation.centre_id == self.centre_id)
        )
        others = select(Installation.id).where(
            where, Installation.software_id == self.software_id, Installation.id != self.id,
            Installation.removed_on.is_(None), Installation.retired_at.is_(None),
        )  # fmt: skip
        with session.no_autoflush:
            return session.scalar(others.limit(1)) is not None

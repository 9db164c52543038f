"""The protection of hosts as their servers report it: antivirus and patches (Articles 119, 121,
126, 129–131; duties A14, A16). One row for each host and server that tells of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, inspect, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.db import points_to
from inventory.entry import supply
from inventory.host_match import Identity, identity
from inventory.register import CentreRegister, FieldError, entry
from inventory.reporter import HAND, labels

RUNNING = {"running": "运行", "stopped": "停止", "unknown": "未报告"}
MATCHING = {"auto": "自动对上", "hand": "人工指定", "none": "没有对上"}
_REPORTED = "hosts reported"  # in a session: a server tells, and not a person


class HostProtection(CentreRegister):
    """What one server last said of one host. `told_at` is the moment it speaks of: nothing older
    overwrites it."""

    __tablename__ = "host_protection"
    slug: ClassVar[str] = "host-protection"
    title: ClassVar[str] = "主机防护记录"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (119, 121, 126, 129, 131)
    names: ClassVar[tuple[str, ...]] = ("host", "source", "key")
    order: ClassVar[str] = "host"
    edit_act: ClassVar[str] = "record"
    views: ClassVar[dict[str, dict[str, str]]] = {"没有对上": {"matching": "none"}}

    host: Mapped[str] = entry("主机名", required=True, listed=True, searched=True, longest=120)
    source: Mapped[str] = entry(
        "来源", default=HAND, listed=True, longest=40, help="哪台服务器的报告，或手工登记"
    )
    equipment_id: Mapped[str | None] = entry(
        "台账设备", "ref", refers="Equipment", listed=True, help="自动没有对上的，在这里指定"
    )
    ip: Mapped[str | None] = entry("IP 地址", "ip", listed=True, searched=True)
    mac: Mapped[str | None] = entry("MAC 地址", "mac", searched=True)
    tag: Mapped[str | None] = entry("报告的资产编号", searched=True, longest=80)
    os: Mapped[str | None] = entry("操作系统", searched=True, longest=120)
    product: Mapped[str | None] = entry(
        "防病毒软件", listed=True, searched=True, longest=120, group="防病毒"
    )
    definitions: Mapped[str | None] = entry("病毒库版本", longest=80, group="防病毒")
    definitions_on: Mapped[date | None] = entry("病毒库日期", "day", listed=True, group="防病毒")
    scanned_at: Mapped[datetime | None] = entry("最近查杀", "time", listed=True, group="防病毒")
    running: Mapped[str] = entry(
        "防护服务", "choice", choices=RUNNING, default="unknown", listed=True, group="防病毒"
    )
    patched_on: Mapped[date | None] = entry(
        "补丁更新到", "day", listed=True, group="补丁", help="最近一次安装补丁的日期"
    )
    missing: Mapped[int | None] = entry(
        "缺少补丁", "whole", listed=True, low=0, high=100000, unit="个", group="补丁"
    )
    seen_at: Mapped[datetime | None] = entry("最近在线", "time", listed=True, group="报告")
    told_at: Mapped[datetime | None] = entry("情况截至", "time", group="报告", settled=True)
    matching: Mapped[str] = entry(
        "对照", "choice", choices=MATCHING, default="none", group="报告", settled=True
    )
    why: Mapped[str | None] = entry("没有对上的原因", group="报告", settled=True)
    server_id: Mapped[str | None] = entry(
        "报告服务器所属单位", "ref", refers="Centre", group="报告", settled=True
    )
    import_id: Mapped[str | None] = mapped_column(points_to("host_import.id"))
    key: Mapped[str] = entry(
        "识别号", default="", longest=200, group="报告", settled=True,
        help="服务器下一次报告时凭它认出这台主机：网卡、资产编号或主机名",
    )  # fmt: skip
    note: Mapped[str | None] = entry("备注", "note", group="报告")

    __table_args__ = (
        Index(
            "uq_host_protection_key", "server_id", "source", "key", unique=True,
            sqlite_where=text("retired_at IS NULL"), postgresql_where=text("retired_at IS NULL"),
        ),
        Index("ix_host_protection_thing", "equipment_id", "retired_at"),
    )  # fmt: skip

    @property
    def identity(self) -> Identity:
        return identity(self.host, self.mac or "", self.ip or "", self.tag or "")

    def prepare(self, session: Session) -> None:
        """What a person writes is told now, and the thing a person names is named by hand."""
        if not self.key:
            self.key = self.identity.key or f"id:{self.id}"
        self.server_id = self.server_id or self.centre_id
        if not session.info.get(_REPORTED):
            self._by_hand()
        super().prepare(session)

    def _by_hand(self) -> None:
        if _changed(self, "equipment_id"):
            self.matching = "hand" if self.equipment_id else "none"
            self.why = None
        if self.source == HAND:
            self.told_at = datetime.now(UTC)

    def check(self, session: Session) -> Iterator[FieldError]:
        now = datetime.now(UTC)
        for name in ("scanned_at", "seen_at"):
            at = getattr(self, name)
            if at is not None and (at - now).days >= 1:
                yield self.wrong(name, "在将来，主机的时钟可能不准")
        for name in ("definitions_on", "patched_on"):
            day = getattr(self, name)
            if day is not None and (day - now.date()).days > 1:
                yield self.wrong(name, "在将来，主机的时钟可能不准")


@contextmanager
def reported(session: Session) -> Iterator[None]:
    """What is written in here a server told, and no person."""
    session.info[_REPORTED] = True
    try:
        yield
        session.flush()
    finally:
        del session.info[_REPORTED]


def _changed(row: Any, name: str) -> bool:
    told = inspect(row).attrs[name].history
    was = told.deleted[0] if told.deleted else None
    return bool(told.has_changes()) and getattr(row, name) != was


supply("HostProtection", "source", labels)

"""What people know of a port that its tables do not show: an uplink, or not to be touched."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from sqlalchemy import Index, inspect, select, text
from sqlalchemy.orm import Mapped, Session

from inventory.interface import Interface
from inventory.port_names import port_key
from inventory.reasoned import Reasoned
from inventory.register import CentreRegister, FieldError, entry

KINDS = {
    "uplink": "上联或互联口",
    "many": "多终端口（无线、虚拟化、小交换机）",
    "never": "禁止下发绑定",
    "edge": "终端口",
}


class PortRule(Reasoned, CentreRegister):
    """One declared port; what is declared outranks what is observed."""

    __tablename__ = "port_rule"
    slug: ClassVar[str] = "port-rules"
    title: ClassVar[str] = "端口说明"
    topic: ClassVar[str] = "地址与绑定"
    articles: ClassVar[tuple[int, ...]] = (34, 98)
    names: ClassVar[tuple[str, ...]] = ("port", "device_id")
    order: ClassVar[str] = "port"
    guarded: ClassVar[tuple[str, ...]] = ("device_id", "port", "kind")

    device_id: Mapped[str] = entry("设备", "ref", refers="Device", required=True, listed=True)
    port: Mapped[str] = entry("端口", required=True, listed=True, searched=True, longest=60)
    kind: Mapped[str] = entry("性质", "choice", choices=KINDS, required=True, listed=True)
    reason: Mapped[str] = entry("说明", required=True, searched=True)

    __table_args__ = (
        Index(
            "uq_port_rule", "device_id", "port", unique=True,
            sqlite_where=text("retired_at IS NULL"), postgresql_where=text("retired_at IS NULL"),
        ),
    )  # fmt: skip

    @property
    def label(self) -> str:
        return self.port

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from super().check(session)
        state: Any = inspect(self)
        placed = any(state.attrs[name].history.has_changes() for name in ("device_id", "port"))
        if self.retired_at is None and (placed or not state.persistent):
            with session.no_autoflush:
                yield from self._placed(session)

    def _placed(self, session: Session) -> Iterator[FieldError]:
        """One rule for a port, however its name is spelled, and of a port that there is, as far
        as the device's ports are known."""
        wanted = port_key(self.port)
        mine = select(PortRule).where(PortRule.device_id == self.device_id, PortRule.id != self.id)
        for one in session.scalars(mine.where(PortRule.retired_at.is_(None))):
            if port_key(one.port) == wanted:
                cause = f"这个端口已经登记为“{KINDS[one.kind]}”（{one.port}），请改那一条"
                yield self.wrong("port", cause)
                return
        there = Interface.device_id == self.device_id, Interface.gone_at.is_(None)
        known = {port_key(name) for name in session.scalars(select(Interface.name).where(*there))}
        if known and wanted not in known:
            yield self.wrong("port", "设备上没有这个端口，请核对端口名")


def declared(session: Session, device_id: str) -> Mapping[str, PortRule]:
    """What is declared of each port of a device, by `port_key`; of two the stricter."""
    living = PortRule.device_id == device_id, PortRule.retired_at.is_(None)
    return strictest(session.scalars(select(PortRule).where(*living)))


def strictest(rules: Iterable[PortRule]) -> Mapping[str, PortRule]:
    """The same of rules that are at hand."""
    ranked = sorted(rules, key=lambda one: _STRICT.index(one.kind))
    return {port_key(one.port): one for one in ranked}


_STRICT = ("edge", "many", "uplink", "never")  # the last one counts

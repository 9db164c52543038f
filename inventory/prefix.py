"""Address ranges of the local networks: who hands out addresses there, and how far the network
itself can hold people to them (Articles 34 and 107; duties D1 and D2)."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar

from sqlalchemy import Index, inspect, or_, select, text
from sqlalchemy.orm import Mapped, Session

from inventory.address_ranges import Network, network, place, set_aside, usable
from inventory.reasoned import Reasoned
from inventory.register import CentreRegister, FieldError, entry, register_named

MODES = {"enforce": "强制绑定", "watch": "只监视", "none": "不适用"}


class Prefix(Reasoned, CentreRegister):
    """One range. `segment` tells apart equal ranges of one centre that never meet (VRF, isolated
    network); the gateway is where ARP of this range is read."""

    __tablename__ = "prefix"
    slug: ClassVar[str] = "prefixes"
    title: ClassVar[str] = "网段"
    topic: ClassVar[str] = "地址与绑定"
    articles: ClassVar[tuple[int, ...]] = (34, 107)
    names: ClassVar[tuple[str, ...]] = ("cidr", "segment", "centre_id")
    order: ClassVar[str] = "cidr"
    confidential: ClassVar[bool] = True
    guarded: ClassVar[tuple[str, ...]] = (
        "cidr", "mode", "gateway", "gateway_device_id", "reserved",
    )  # fmt: skip
    views: ClassVar[dict[str, dict[str, str]]] = {
        "强制绑定": {"mode": "enforce"}, "只监视": {"mode": "watch"}, "不适用": {"mode": "none"},
    }  # fmt: skip
    below: ClassVar[tuple[tuple[str, str], ...]] = (("AddressAlias", "prefix_id"),)

    cidr: Mapped[str] = entry(
        "网段", required=True, listed=True, searched=True, longest=43, help="如 10.41.25.0/24"
    )
    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=60)
    segment: Mapped[str] = entry(
        "网络", default="", longest=40, help="同一中心内重复的网段才填：VRF 或独立网络的名称"
    )
    vlan: Mapped[int | None] = entry("VLAN", "whole", low=1, high=4094, listed=True)
    gateway: Mapped[str | None] = entry("网关地址", "ip", listed=True)
    gateway_device_id: Mapped[str | None] = entry(
        "网关设备", "ref", refers="Device", listed=True, help="从它读取本网段的 ARP 表"
    )
    reserved: Mapped[str] = entry(
        "保留地址", default="", longest=500,
        help="不分配、也不应有人使用的地址，如 10.41.25.1-10.41.25.20，10.41.25.250",
    )  # fmt: skip
    mode: Mapped[str] = entry("管理方式", "choice", choices=MODES, default="watch", listed=True)
    reason: Mapped[str] = entry(
        "理由", default="", searched=True, help="不强制绑定的原因；变更时写明原因和同意人"
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index(
            "uq_prefix", "centre_id", "segment", "cidr", unique=True,
            sqlite_where=text("retired_at IS NULL"), postgresql_where=text("retired_at IS NULL"),
        ),
        Index("ix_prefix_cidr", "cidr"),
    )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{self.cidr}（{self.segment}）" if self.segment else self.cidr

    @classmethod
    def handed_down(cls, session: Session) -> Mapping[str, str]:
        """Counties give out addresses of their city's ranges, too."""
        paths = session.info["scope"].paths
        above = {key for path in paths for key in path.split("/")[:-2] if key}
        bare = cls.__table__.c
        query = select(bare.id, bare.cidr, bare.name).where(
            bare.centre_id.in_(above), bare.retired_at.is_(None)
        )
        rows = session.execute(query.order_by(bare.sort_key)) if above else ()
        return {key: f"{cidr} {name}" for key, cidr, name in rows}

    @property
    def network(self) -> Network:
        return ip_network(self.cidr)

    def prepare(self, session: Session) -> None:
        with suppress(ValueError):  # `check` says so
            self.cidr = str(network(self.cidr))
        super().prepare(session)
        self.sort_key = place(str(self.network.network_address)) + f"{self.network.prefixlen:03}"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.reasons()
        if self.mode != "enforce" and not self.reason:
            yield self.wrong("reason", "不强制绑定的网段要写明原因")
        try:
            told = network(self.cidr)
        except ValueError as error:
            yield self.wrong("cidr", str(error))
            return
        yield from self._inside(told)
        if self.retired_at is None:
            yield from self._overlaps(session, told)
            yield from self._left_out(session, told)

    def _inside(self, told: Network) -> Iterator[FieldError]:
        try:
            set_aside(self.reserved or "", told)
        except ValueError as error:
            yield self.wrong("reserved", str(error))
        if not self.gateway:
            return
        low, high = usable(told)
        gateway = ip_address(self.gateway)
        if gateway not in told:
            yield self.wrong("gateway", f"不在网段 {told} 内")
        elif not low <= int(gateway) <= high:
            yield self.wrong("gateway", "不能是网段地址或广播地址")

    def _overlaps(self, session: Session, told: Network) -> Iterator[FieldError]:
        """Within one network each address is in one range: otherwise two would give it out."""
        same = Prefix.centre_id == self.centre_id, Prefix.segment == self.segment
        query = select(Prefix).where(*same, Prefix.retired_at.is_(None), Prefix.id != self.id)
        with session.no_autoflush:
            others = [*session.scalars(query), *_beside(session, self)]
        for other in others:
            with suppress(ValueError):
                theirs: Any = network(other.cidr)
                if theirs.version == told.version and theirs.overlaps(told):
                    cause = f"与“{other.name}”（{theirs}）重叠；互不相通的网络请在“网络”里写明名称"
                    yield self.wrong("cidr", cause)
                    return

    def _left_out(self, session: Session, told: Network) -> Iterator[FieldError]:
        """A range that becomes smaller may not leave out what was given from it."""
        state = inspect(self)
        if not state.persistent or not state.attrs.cidr.history.has_changes():
            return
        cls: Any = register_named("Binding")
        first, last = place(str(told.network_address)), place(str(told.broadcast_address))
        outside = cls.prefix_id == self.id, or_(cls.sort_key < first, cls.sort_key > last)
        past = cls.state.in_(cls.over)
        query = select(cls.ip).where(*outside, cls.retired_at.is_(None), ~past).limit(1)
        with session.no_autoflush:
            left = session.scalar(query)
        if left:
            yield self.wrong("cidr", f"已有绑定（{left}）会落在网段之外，请先释放")


def _beside(session: Session, row: Prefix) -> Iterator[Prefix]:
    """Ranges of the same act."""
    for other in session.new:
        if not isinstance(other, Prefix) or other is row or other.retired_at is not None:
            continue
        if (other.centre_id, other.segment) == (row.centre_id, row.segment):
            yield other

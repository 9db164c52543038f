"""What more than one network card may answer for, as declared: VRRP, clusters, teamed cards."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, Session

from inventory.address_ranges import place
from inventory.macs import single
from inventory.prefix import Prefix
from inventory.reasoned import Reasoned
from inventory.register import CentreRegister, FieldError, entry
from inventory.text import mac as canonical

KINDS = {
    "vrrp": "网关冗余（VRRP、HSRP）",
    "cluster": "集群、双机",
    "team": "网卡绑定",
    "nat": "代理应答",
}


class AddressAlias(Reasoned, CentreRegister):
    """One further MAC that may answer for an address, beside the one it is bound to."""

    __tablename__ = "address_alias"
    slug: ClassVar[str] = "address-aliases"
    title: ClassVar[str] = "地址别名"
    topic: ClassVar[str] = "地址与绑定"
    articles: ClassVar[tuple[int, ...]] = (34,)
    names: ClassVar[tuple[str, ...]] = ("ip", "mac", "prefix_id")
    order: ClassVar[str] = "ip"
    guarded: ClassVar[tuple[str, ...]] = ("ip", "mac", "kind")

    prefix_id: Mapped[str] = entry("网段", "ref", refers="Prefix", required=True, listed=True)
    ip: Mapped[str] = entry("IP 地址", "ip", required=True, listed=True, searched=True)
    mac: Mapped[str] = entry("MAC 地址", "mac", required=True, listed=True, searched=True)
    kind: Mapped[str] = entry("原因", "choice", choices=KINDS, required=True, listed=True)
    reason: Mapped[str] = entry("说明", required=True, searched=True)

    __table_args__ = (
        Index(
            "uq_address_alias", "prefix_id", "ip", "mac", unique=True,
            sqlite_where=text("retired_at IS NULL"), postgresql_where=text("retired_at IS NULL"),
        ),
    )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{self.ip} {self.mac}"

    def prepare(self, session: Session) -> None:
        super().prepare(session)
        self.sort_key = place(self.ip)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.reasons()
        if self.retired_at is not None:
            return
        prefix = session.get(Prefix, self.prefix_id)
        if prefix is None:
            yield self.wrong("prefix_id", "是上级单位的网段：地址别名请由上级登记")
        elif ip_address(self.ip) not in prefix.network:
            yield self.wrong("ip", f"不在网段 {prefix.cidr} 内")
        if not single(canonical(self.mac)):
            yield self.wrong("mac", "是广播、组播或全零地址，不是一台机器的")

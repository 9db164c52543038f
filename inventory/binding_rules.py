"""What stands against giving an address to a network card: the rules of a binding."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_book import next_free
from inventory.address_ranges import set_aside, usable
from inventory.macs import random, single, virtual
from inventory.prefix import Prefix
from inventory.register import FieldError, register_named
from inventory.text import mac as canonical


def against(session: Session, row: Any) -> Iterator[FieldError]:
    """Everything wrong with a binding (a row of it), by field."""
    prefix = row.prefix(session)
    if prefix is None or prefix.retired_at is not None:
        yield row.wrong("prefix_id", "地址不在已登记的网段里：请先登记网段，或改正地址")
    elif not row.ip:
        if next_free(session, prefix) is None:
            yield row.wrong("ip", "网段里没有空闲地址了：请先释放，或另选网段")
    else:
        yield from _placed(row, prefix)
        yield from _taken(session, row, prefix)
        yield from _replaced(session, row, prefix)
    yield from _carded(row)


def _placed(row: Any, prefix: Prefix) -> Iterator[FieldError]:
    """Inside its range, at an address that an end device may have."""
    own, told = ip_address(row.ip), prefix.network
    low, high = usable(told)
    if own not in told:
        yield row.wrong("ip", f"不在网段 {prefix.cidr} 内")
    elif not low <= int(own) <= high:
        yield row.wrong("ip", "是网段地址或广播地址，不能分配")
    elif row.ip == prefix.gateway and (row.device_id or "-") != prefix.gateway_device_id:
        yield row.wrong("ip", f"是网段 {prefix.cidr} 的网关地址，不能分配")
    elif any(a <= int(own) <= b for a, b in set_aside(prefix.reserved or "", told)):
        yield row.wrong("ip", "是保留地址：请另选，或先改网段的“保留地址”")


def _carded(row: Any) -> Iterator[FieldError]:
    """A network card's own address: of nobody else, and one that stays (IEEE 802)."""
    if not row.mac:
        return
    mac = canonical(row.mac)
    if not single(mac):
        yield row.wrong("mac", "是广播、组播或全零地址，不是网卡的")
    elif virtual(mac):
        yield row.wrong("mac", "是 VRRP、HSRP 或 GLBP 的虚拟地址：请登记为地址别名")
    elif random(mac) and not (row.local_why or "").strip():
        cause = "是随机的 MAC：请在机器上关闭“随机 MAC”；固定的虚拟机写明“本地 MAC 的理由”"
        yield row.wrong("mac", cause)


def _taken(session: Session, row: Any, prefix: Prefix) -> Iterator[FieldError]:
    """One holder at a time; the same card may be written down again to replace what it had."""
    other = in_force(session, prefix.id, row.ip, but=row.id)
    if other is None or other.id == row.replaces_id or other.mac == canonical(row.mac):
        return
    who = other.holder or other.mac
    cause = f"已由 {who}（{other.mac}）使用：请先释放，或选作“取代的绑定”"
    yield row.wrong("ip", f"{cause}；几台共用一个地址的，登记为地址别名")


def _replaced(session: Session, row: Any, prefix: Prefix) -> Iterator[FieldError]:
    """It ends with the approval: so it is this address's, or this card's in the same network."""
    if not row.replaces_id:
        return
    old: Any = register_named("Binding").__table__.c
    bare: Any = Prefix.__table__
    query = select(old.ip, old.mac, old.prefix_id, bare.c.segment)
    query = query.join(bare, bare.c.id == old.prefix_id).where(old.id == row.replaces_id)
    found = session.connection().execute(query).first()
    same = found is not None and (found.prefix_id, found.ip) == (prefix.id, row.ip)
    card = found is not None and (found.segment, found.mac) == (prefix.segment, canonical(row.mac))
    if not same and not card:
        cause = "只能取代同一地址的，或同一网络里同一网卡的；别人的绑定请另行释放"
        yield row.wrong("replaces_id", cause)


def in_force(session: Session, prefix_id: str, ip: str, but: str = "") -> Any:
    """The binding that holds an address now: its id, mac, holder, port; None when nobody does.
    Rows outside the asker's scope count, too."""
    table: Any = register_named("Binding").__table__
    c = table.c
    query = select(c.id, c.mac, c.holder, c.device_id, c.port).where(
        c.prefix_id == prefix_id, c.ip == ip, c.state == "active", c.retired_at.is_(None),
        c.id != but,
    )  # fmt: skip
    return session.connection().execute(query).first()

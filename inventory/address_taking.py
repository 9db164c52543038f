"""Bindings that devices enforce already, brought into the register: as drafts, so that somebody
says who they belong to and another agrees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_book import GIVEN, prefix_of
from inventory.batches import batches
from inventory.binding import Binding
from inventory.device import Device
from inventory.port_names import port_key
from inventory.prefix import Prefix
from inventory.register import FieldError, Rejected
from inventory.role import Standing, can


class Enforcing(Protocol):
    """What a configuration holds people to: `entries` with ip, mac, port, vlan and line."""

    @property
    def entries(self) -> Iterable[Any]: ...


@dataclass(slots=True)
class Taken:
    """What came of it: the drafts `made`, how many entries the register has just so (`same`), and
    in Chinese what the register says otherwise (`conflicts`) and what cannot be one (`left`)."""

    made: list[Binding] = field(default_factory=list)
    same: int = 0
    conflicts: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def take_in(
    session: Session, device: Device, enforced: Enforcing, who: Standing | None = None
) -> Taken:
    """Make a draft of each entry of this device that the register does not know yet.

    An entry without a port says nothing of where its holder is, so the draft names no switch.
    Raises Rejected when this person (None: the box's owner) may not write bindings there.
    """
    if who is not None and not can(who, Binding.edit_act, device):
        cause = FieldError("device_id", "设备", "您在这个单位不能登记地址绑定")
        raise Rejected((cause,), device.id)
    entries = list(enforced.entries)
    known = registered(session, {entry.ip for entry in entries})
    done = Taken()
    for entry in entries:
        prefix = prefix_of(session, entry.ip, device, device.centre_id, entry.vlan)
        if prefix is None:
            done.left.append(f"{_named(entry)}：不在已登记的网段里，请先登记网段")
        elif (prefix.id, entry.ip) in known:
            _compare(done, known[prefix.id, entry.ip], entry, device)
        elif (draft := _draft(session, done, prefix, entry, device)) is not None:
            known[prefix.id, entry.ip] = draft
    session.flush()
    return done


def registered(session: Session, ips: set[str]) -> dict[tuple[str, str], Binding]:
    """What the register says of these addresses, by range and address; what is in force before
    what is only asked."""
    found: dict[tuple[str, str], Binding] = {}
    for batch in batches(sorted(ips)):
        query = select(Binding).where(Binding.ip.in_(batch), Binding.state.in_(GIVEN))
        for row in session.scalars(query.where(Binding.retired_at.is_(None))):
            if row.state == "active" or (row.prefix_id, row.ip) not in found:
                found[row.prefix_id, row.ip] = row
    return found


def elsewhere(row: Binding, entry: Any, device: Device) -> bool:
    """Does the register name another port of this device than the entry?"""
    there = entry.port and row.port and row.device_id == device.id
    return bool(there and port_key(row.port) != port_key(entry.port))


def _compare(done: Taken, row: Binding, entry: Any, device: Device) -> None:
    if row.mac != entry.mac:
        who = row.holder or row.mac
        done.conflicts.append(f"{_named(entry)}：登记给 {who}（{row.mac}），设备上是 {entry.mac}")
    elif elsewhere(row, entry, device):
        done.conflicts.append(f"{_named(entry)}：登记在端口 {row.port}，设备上是 {entry.port}")
    else:
        done.same += 1


def _draft(
    session: Session, done: Taken, prefix: Prefix, entry: Any, device: Device
) -> Binding | None:
    made = Binding(
        centre_id=device.centre_id, prefix_id=prefix.id, ip=entry.ip, mac=entry.mac,
        device_id=device.id if entry.port else None, port=entry.port, vlan=entry.vlan,
        note=f"取自 {device.name} 的运行配置：{entry.line}",
    )  # fmt: skip
    wrong: Sequence[FieldError] = tuple(made.check(session))
    if wrong:
        done.left.append(f"{_named(entry)}：" + "；".join(one.cause for one in wrong))
        return None
    session.add(made)
    done.made.append(made)
    return made


def _named(entry: Any) -> str:
    return f"{entry.ip} {entry.mac}"

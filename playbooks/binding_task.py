"""What is to be bound at one device, as the parameters of a procedure, and who makes it commands.

A vendor's grammar (`binding.grammar` of its profile) is one module that registers itself:

    @grammar("lines")
    class Lines: ...
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from inventory.text import ip as canonical_ip
from inventory.text import mac as canonical_mac
from netops.enforced import Entry
from playbooks.procedure import Orders, Refusal, Scene

MOST = 200  # entries in one change: a person reads every line before agreeing
_NO_VLAN = "-"


@dataclass(frozen=True, slots=True)
class Task:
    """Entries to add and to remove, ports (and VLANs, with the links exempted) where they are
    checked from then on ("unbind": no more), and the gateways that must answer as before."""

    add: tuple[Entry, ...] = ()
    remove: tuple[Entry, ...] = ()
    ports: tuple[str, ...] = ()
    vlans: tuple[int, ...] = ()
    trusts: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()

    def params(self, verb: str = "启用") -> dict[str, str]:
        """The parameters of the procedures "bind" and "unbind", texts of one item a line."""
        return {
            "summary": self.summary(verb), "add": _lines(map(_written, self.add)),
            "remove": _lines(map(_written, self.remove)), "ports": _lines(self.ports),
            "vlans": _lines(map(str, self.vlans)), "trusts": _lines(self.trusts),
            "gateways": _lines(self.gateways),
        }  # fmt: skip

    def summary(self, verb: str) -> str:
        told = (
            (self.add, f"新增 {len(self.add)} 条"), (self.remove, f"删除 {len(self.remove)} 条"),
            (self.ports, f"{len(self.ports)} 个端口{verb}检查"),
            (self.vlans, f"{len(self.vlans)} 个 VLAN {verb}检查"),
        )  # fmt: skip
        return "，".join(text for items, text in told if items)


def task_of(params: Mapping[str, str]) -> Task:
    """Raises Refusal naming the parameter and the line."""
    words = {name: _items(params.get(name, "")) for name in ("ports", "trusts", "gateways")}
    return Task(
        add=_entries(params, "add"), remove=_entries(params, "remove"),
        vlans=tuple(_vlan(one) for one in _items(params.get("vlans", ""))), **words,
    )  # fmt: skip


Grammar = Callable[[Scene, Task], Orders]
BINDERS: dict[str, Grammar] = {}
UNBINDERS: dict[str, Grammar] = {}


def grammar(name: str, makers: dict[str, Grammar]) -> Callable[[Grammar], Grammar]:
    """Register what makes orders to bind (BINDERS) or to unbind (UNBINDERS) for one grammar."""

    def keep(made: Grammar) -> Grammar:
        if makers.setdefault(name, made) is not made:
            raise ValueError(f"two ways to bind for {name}")
        return made

    return keep


def _written(entry: Entry) -> str:
    vlan = _NO_VLAN if entry.vlan is None else str(entry.vlan)
    return f"{entry.ip} {entry.mac} {vlan} {entry.port}".rstrip()


def _entries(params: Mapping[str, str], name: str) -> tuple[Entry, ...]:
    found = [_entry(line, name) for line in _items(params.get(name, ""))]
    if len(found) > MOST:
        raise Refusal(f"一次最多 {MOST} 条，请分几次做", name)
    return tuple(dict.fromkeys(found))


def _entry(line: str, name: str) -> Entry:
    ip, mac, vlan, port = (*line.split(maxsplit=3), "", "", "", "")[:4]
    try:
        told = None if vlan in (_NO_VLAN, "") else _vlan(vlan)
        return Entry(canonical_ip(ip), canonical_mac(mac), port, told)
    except ValueError as error:
        raise Refusal(f"“{line[:60]}”不是一条绑定：{error}", name) from None


def _vlan(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 4094:
        raise Refusal(f"“{text[:20]}”不是 VLAN 号，应为 1 到 4094", "vlans")
    return int(text)


def _items(text: str) -> tuple[str, ...]:
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _lines(items: Iterable[str]) -> str:
    return "\n".join(items)

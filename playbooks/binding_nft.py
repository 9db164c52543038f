"""Bindings on Linux bridges, as files for nftables: entries, and the ports where they count."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from netops.binding_text import Unwritable, enforced, missing
from netops.enforced import Entry
from playbooks.binding_lines import (
    Box,
    Flaw,
    bare_told,
    box,
    either,
    entries_flaw,
    refuse_twice,
    standing_of,
)
from playbooks.binding_task import BINDERS, UNBINDERS, Task, grammar
from playbooks.nft_table import as_it_was, forecast, script
from playbooks.procedure import Orders, Refusal, Scene


@grammar("nft", BINDERS)
def bound(scene: Scene, task: Task) -> Orders:
    """Entries first, then the ports where they are checked. Raises Refusal."""
    at = box(scene)
    gone = standing_of(at, task.remove)
    kept = [one for one in at.have.entries if one not in gone]
    fresh = missing(task.add, kept)
    refuse_twice(kept, fresh)
    held = [*kept, *fresh]
    bare = {one.port for one in gone} & set(at.have.checks) - {one.port for one in held}
    stay = set(at.have.checks) - bare
    ports = {*stay, *task.ports}
    flaw = either(entries_flaw(at.profile, fresh, gone, kept), _ports_flaw(at, stay))
    entries = _part(at, held, stay, flaw)
    turned = _part(at, held, ports, _ports_flaw(at, ports))
    hosts = tuple(dict.fromkeys((*task.gateways, *(one.ip for one in task.add))))
    first = [entries] if fresh or gone else []
    second = [turned] if ports != stay else []
    return replace(
        _parts([*first, *second]), hosts=hosts, remarks=(*bare_told(sorted(bare)), at.facts.remark),
        after=forecast(scene.running, held, ports),
    )  # fmt: skip


@grammar("nft", UNBINDERS)
def unbound(scene: Scene, task: Task) -> Orders:
    """Ports first that are checked no longer, then entries: nobody is cut off in between. Raises
    Refusal."""
    at = box(scene)
    gone = standing_of(at, task.remove)
    kept = [one for one in at.have.entries if one not in gone]
    bare = set(at.have.checks) - {one.port for one in kept}
    ports = set(at.have.checks) - {*task.ports, *bare}
    turned = _part(at, at.have.entries, ports, _ports_flaw(at, ports))
    entries = _part(at, kept, ports, entries_flaw(at.profile, [], gone, kept))
    first = [turned] if ports != set(at.have.checks) else []
    return replace(
        _parts([*first, *([entries] if gone else [])]), hosts=task.gateways,
        after=forecast(scene.running, kept, ports), remarks=tuple(bare_told(sorted(bare))),
    )  # fmt: skip


def _parts(found: Sequence[Orders]) -> Orders:
    if not found:
        raise Refusal("设备上已经是这样，不必下发")
    return replace(found[0], then=found[1] if len(found) > 1 else None)


def _part(at: Box, held: Sequence[Entry], ports: Collection[str], flaw: Flaw) -> Orders:
    try:
        text = script(held, ports)
    except Unwritable as error:
        cause = {"port": "没有端口，或端口名不能用", "ip": "不是 IPv4 地址"}[error.field]
        raise Refusal(f"有绑定{cause}，Linux 网桥上不能下发", "add") from None
    return Orders("file", (text,), (as_it_was(at.scene.running),), flaw=flaw)


def _ports_flaw(at: Box, ports: Collection[str]) -> Flaw:
    """What is wrong with where a configuration as read back checks, "" for nothing."""

    def flaw(text: str) -> str:
        other = set(enforced(at.profile, text).checks) ^ set(ports)
        return f"读回的规则里，端口“{min(other)}”的检查不是要的样子" if other else ""

    return flaw

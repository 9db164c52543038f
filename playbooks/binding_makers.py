"""From bindings to commands, for devices whose configuration is typed line by line.

Entries first, and only when the device tells that it has them, the checks: a port that is checked
before all who hang there have an entry cuts them off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from netops.binding_text import missing, paths, shows, typed
from netops.enforced import Entry
from playbooks.binding_lines import (
    Box,
    Flaw,
    Path,
    bare_told,
    box,
    checked,
    checks_flaw,
    either,
    entries_flaw,
    forecast,
    left_bare,
    off,
    refuse_full,
    refuse_links,
    refuse_twice,
    standing,
    standing_of,
    written,
)
from playbooks.binding_task import BINDERS, UNBINDERS, Grammar, Task, grammar, task_of
from playbooks.procedure import Orders, Refusal, Scene, maker

_NOBODY = Entry("", "")


@maker("bind")
def bind(scene: Scene) -> Orders:
    """Entries put in, checks turned on."""
    return _by(BINDERS, scene)


@maker("unbind")
def unbind(scene: Scene) -> Orders:
    """Checks turned off, entries taken out."""
    return _by(UNBINDERS, scene)


@grammar("lines", BINDERS)
def bound(scene: Scene, task: Task) -> Orders:
    """What is typed to bind, in two parts: entries, then checks. Raises Refusal."""
    at = box(scene)
    templates, whole = _way(at)
    gone = standing_of(at, task.remove)
    kept = [one for one in at.have.entries if one not in gone]
    fresh = _fresh(at, task, kept, anywhere=whole or at.facts.at == "gateway")
    refuse_twice(kept, fresh)
    refuse_full(at.facts, at.have, len(fresh), len(gone))
    added = [path for one in fresh for path in written(at.facts, templates, one)]
    removed = [path for one in gone for path in standing(at.facts, templates, one)]
    checks = [] if whole else _checks(at, task)
    bare = list(left_bare(at, gone, fresh))
    over = [path for port in bare for path in checked(at, port)]
    first = [*off([*over, *removed], scene.profile.push), *added]
    flaw = either(entries_flaw(at.profile, fresh, gone, kept), checks_flaw(at.profile, (), bare))
    entries = _part(at, first, flaw)
    if not whole:
        entries = replace(entries, ask=at.facts.shows, heard=_displayed(fresh))
    orders = _parts(entries, _part(at, checks, checks_flaw(at.profile, checks)))
    return replace(
        orders, after=forecast(scene, [*over, *removed], [*added, *checks]),
        hosts=_hosts(task), remarks=(*bare_told(bare), *_remarks(at, whole)),
    )  # fmt: skip


@grammar("lines", UNBINDERS)
def unbound(scene: Scene, task: Task) -> Orders:
    """What is typed to take entries out; where nobody would be left who may pass, the check goes
    first. Raises Refusal."""
    at = box(scene)
    templates, _whole_device = _way(at)
    gone = standing_of(at, task.remove)
    kept = [one for one in at.have.entries if one not in gone]
    bare = list(left_bare(at, gone))
    ports = list(dict.fromkeys((*map(at.named, task.ports), *bare)))
    checks = [path for port in ports for path in checked(at, port)]
    checks += [path for vlan in task.vlans for path in _at_vlan(at, vlan)]
    removed = [path for one in gone for path in standing(at.facts, templates, one)]
    push = scene.profile.push
    orders = _parts(
        _part(at, off(checks, push), checks_flaw(at.profile, (), ports)),
        _part(at, off(removed, push), entries_flaw(at.profile, [], gone, kept)),
    )
    return replace(
        orders, after=forecast(scene, [*checks, *removed], ()), hosts=task.gateways,
        remarks=tuple(bare_told(bare)),
    )  # fmt: skip


def _by(makers: dict[str, Grammar], scene: Scene) -> Orders:
    made = makers.get(scene.profile.binding.grammar)
    if made is None:
        raise Refusal(f"厂商档案“{scene.profile.title}”没有绑定地址的命令，请人工操作后备份")
    return made(scene, task_of(scene.params))


def _way(at: Box) -> tuple[tuple[str, ...], bool]:
    """How entries are written here; True where they count for the whole device at once."""
    whole = at.facts.wholesale
    if whole and any(whole.installed.search(line) for line in at.scene.running.splitlines()):
        return whole.entry, True
    return at.facts.entry, False


def _fresh(at: Box, task: Task, kept: list[Entry], *, anywhere: bool) -> list[Entry]:
    """What is not there yet, with ports as the device spells them."""
    if anywhere:
        wanted = [one._replace(port="", vlan=None) for one in task.add]
        return missing(wanted, kept)
    fresh = missing([at.placed(one) for one in task.add], kept)
    refuse_links(at, dict.fromkeys(one.port for one in fresh if one.port))
    return fresh


def _checks(at: Box, task: Task) -> list[Path]:
    """What is still to be turned on: links exempted first, then ports, VLANs last."""
    ports = [at.named(port) for port in task.ports]
    refuse_links(at, ports)
    trusts = [at.named(port) for port in task.trusts]
    wanted = [path for port in trusts for path in _of(at, at.facts.trust, port)]
    wanted += [path for port in ports for path in _of(at, _check(at), port)]
    wanted = [path for path in wanted if not _stands(at, path)]
    fresh = [vlan for vlan in task.vlans if "arp" not in at.have.checks.get(f"vlan {vlan}", "")]
    return [*wanted, *(path for vlan in fresh for path in _at_vlan(at, vlan))]


def _check(at: Box) -> tuple[str, ...]:
    """How a port is checked here: a later release may call it otherwise."""
    later = at.facts.later
    if later and any(later.installed.search(line) for line in at.scene.running.splitlines()):
        return later.check
    return at.facts.check


def _of(at: Box, templates: Sequence[str], port: str) -> list[Path]:
    return paths(at.facts, templates, _NOBODY._replace(port=port))


def _at_vlan(at: Box, vlan: int) -> list[Path]:
    return paths(at.facts, at.facts.vlan_check, _NOBODY._replace(vlan=vlan))


def _stands(at: Box, path: Path) -> bool:
    return path[-1] in at.lines.get(path[0].removeprefix("interface "), ())


def _part(at: Box, found: Sequence[Path], flaw: Flaw) -> Orders:
    return Orders("config", tuple(typed(found, at.profile.push.out)), flaw=flaw)


def _parts(first: Orders, second: Orders) -> Orders:
    """One after the other, as far as there is something to type."""
    parts = [one for one in (first, second) if one.lines]
    if not parts:
        raise Refusal("设备上已经是这样，不必下发")
    return replace(parts[0], then=parts[1] if len(parts) > 1 else None)


def _hosts(task: Task) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*task.gateways, *(one.ip for one in task.add))))


def _displayed(fresh: Sequence[Entry]) -> Flaw:
    def heard(text: str) -> str:
        lost = next((one for one in fresh if not shows(text, one)), None)
        return f"设备显示的绑定表里没有 {lost.ip} {lost.mac}，也许没有生效" if lost else ""

    return heard


def _remarks(at: Box, whole: bool) -> Iterator[str]:
    facts = at.facts
    if whole and facts.wholesale:
        yield facts.wholesale.warning
    if facts.remark:
        yield facts.remark
    if facts.limit:
        count = len(at.have.entries)
        yield f"设备现有 {count} 条绑定；容量按 {facts.limit} 条核对（经验值，以设备手册为准）。"

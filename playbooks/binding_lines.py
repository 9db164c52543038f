"""Bindings as lines below sections: what stands in a configuration, what is to stand there."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from inventory.port_names import is_bundle, port_key
from netops.binding_facts import Binding
from netops.binding_text import Unwritable, enforced, missing, paths, ports_of, same
from netops.enforced import Enforced, Entry
from netops.profile import Profile
from netops.push_facts import Push
from playbooks.config_lines import reverse
from playbooks.config_tree import put, tree
from playbooks.procedure import Refusal, Scene
from playbooks.procedure_makers import render

Path = tuple[str, ...]
Flaw = Callable[[str], str]
_LACKS = {"port": "没有端口", "vlan": "没有 VLAN", "mac": "没有 MAC 地址", "ip": "没有地址"}


@dataclass(frozen=True)
class Box:
    """The device as it is: what it binds now, and its ports as its configuration spells them."""

    scene: Scene
    have: Enforced
    lines: dict[str, tuple[str, ...]]

    @property
    def profile(self) -> Profile:
        return self.scene.profile

    @property
    def facts(self) -> Binding:
        return self.scene.profile.binding

    def named(self, port: str) -> str:
        """A port as it is spelled in the configuration. Raises Refusal."""
        known = {port_key(one): one for one in self.lines}
        if port_key(port) not in known:
            raise Refusal(f"设备配置里没有端口“{port}”，请核对端口名", "ports")
        return known[port_key(port)]

    def placed(self, entry: Entry) -> Entry:
        return entry._replace(port=self.named(entry.port)) if entry.port else entry


def box(scene: Scene) -> Box:
    return Box(
        scene, enforced(scene.profile, scene.running), ports_of(scene.profile, scene.running)
    )


def written(facts: Binding, templates: Sequence[str], entry: Entry) -> list[Path]:
    """Where an entry is to stand. Raises Refusal for what it lacks."""
    try:
        return paths(facts, templates, entry)
    except Unwritable as error:
        cause = _LACKS[error.field]
        raise Refusal(f"绑定 {entry.ip} {entry.mac} {cause}，这种设备的绑定要写明", "add") from None


def standing(facts: Binding, templates: Sequence[str], entry: Entry) -> list[Path]:
    """Where an entry stands now; one of another form is known by its line alone."""
    try:
        return paths(facts, templates, entry)
    except Unwritable:
        return [(entry.line,)]


def off(found: Iterable[Path], push: Push) -> list[Path]:
    """The same places, each with what takes its line back."""
    return [(*path[:-1], reverse(path[-1], push)) for path in found]


def checked(at: Box, port: str) -> list[Path]:
    """The lines by which a port is checked now, whatever form they have."""
    marks = (*at.facts.ip_checks, *at.facts.arp_checks)
    header = f"interface {port}"
    return [(header, line) for line in at.lines[port] if _any(marks, line)]


def expect(profile: Profile, found: Sequence[Path]) -> Enforced:
    """What these lines mean, read as any configuration is."""
    text = (f"{' ' * depth}{line}" for path in found for depth, line in enumerate(path))
    return enforced(profile, "\n".join(text) + "\n")


def forecast(scene: Scene, gone: Iterable[Path], come: Iterable[Path]) -> str:
    """The configuration without these lines, and with those."""
    found = tree(scene.profile.config.family, scene.running)
    for path in gone:
        below = found
        for line in path[:-1]:
            below = below.get(line, {})
        below.pop(path[-1], None)
    for path in come:
        put(found, path)
    return "\n".join(render(found)) + "\n"


def refuse_links(at: Box, ports: Iterable[str]) -> None:
    """Raises Refusal for a port that leads to other devices, by what the device itself says."""
    for port in ports:
        line = next((one for one in at.lines[port] if _any(at.facts.never, one)), "")
        if is_bundle(port) or line:
            cause = f"配置里有“{line}”" if line else "是聚合口"
            raise Refusal(f"端口“{port}”{cause}：上联、中继和聚合口上不下发绑定", "ports")


def refuse_twice(have: Sequence[Entry], fresh: Iterable[Entry]) -> None:
    """Raises Refusal for an address that the device binds otherwise already."""
    by_ip = {one.ip: one for one in have}
    for one in fresh:
        other = by_ip.get(one.ip)
        if other is not None:
            where = f"（{other.port}）" if other.port else ""
            raise Refusal(f"设备上 {one.ip} 已绑定 {other.mac}{where}，要一并删除才能改绑", "add")


def refuse_full(facts: Binding, have: Enforced, more: int, less: int) -> None:
    """Raises Refusal when the device takes no more entries, as far as that is known."""
    left = facts.limit - len(have.entries) + less
    if facts.limit and more > left:
        told = f"最多 {facts.limit} 条，已有 {len(have.entries)} 条，还要加 {more} 条"
        raise Refusal(f"设备的绑定表放不下：{told}", "add")


def entries_flaw(
    profile: Profile, fresh: list[Entry], gone: list[Entry], kept: list[Entry]
) -> Flaw:
    """What is wrong with the entries of a configuration as read back, "" for nothing."""

    def flaw(text: str) -> str:
        now = enforced(profile, text).entries
        left = {one[:4] for one in now}
        for cause, found in (
            ("读回的配置里没有绑定", missing(fresh, now)),
            ("读回的配置里还有绑定", [one for one in gone if one[:4] in left]),
            ("原有的绑定不见了：", missing(kept, now)),
        ):
            if found:
                return f"{cause} {found[0].ip} {found[0].mac} {found[0].port}".rstrip()
        return ""

    return flaw


def checks_flaw(profile: Profile, wanted: Sequence[Path], unwanted: Iterable[str] = ()) -> Flaw:
    """What is wrong with the checks of a configuration as read back, "" for nothing."""
    want, never = expect(profile, wanted), tuple(unwanted)

    def flaw(text: str) -> str:
        now = enforced(profile, text)
        for place, words in want.checks.items():
            if not set(words.split()) <= set(now.checks.get(place, "").split()):
                return f"读回的配置里，“{place}”没有启用检查"
        for place in sorted(want.trusted - now.trusted):
            return f"读回的配置里，“{place}”没有设为信任"
        still = next((place for place in never if place in now.checks), "")
        return f"读回的配置里，“{still}”仍在检查" if still else ""

    return flaw


def left_bare(at: Box, gone: Sequence[Entry], fresh: Sequence[Entry] = ()) -> Iterator[str]:
    """Checked ports that would let nobody pass once these entries are gone, and those there."""
    taken = {one.port for one in fresh}
    for port in at.have.checks:
        mine = [one for one in at.have.entries if one.port == port]
        if port in at.lines and port not in taken and mine and all(one in gone for one in mine):
            yield port


def bare_told(ports: Iterable[str]) -> Iterator[str]:
    """What is done about such ports."""
    for port in ports:
        yield f"端口“{port}”上再没有绑定，先停用检查，否则那里谁也不通"


def either(*flaws: Flaw) -> Flaw:
    """The first flaw that any of these finds."""
    return lambda text: next(filter(None, (flaw(text) for flaw in flaws)), "")


def standing_of(at: Box, wanted: Iterable[Entry]) -> list[Entry]:
    """The entries of the device that these mean."""
    asked = list(wanted)
    return [one for one in at.have.entries if any(same(one, each) for each in asked)]


def _any(patterns: Iterable[re.Pattern[str]], line: str) -> bool:
    return any(pattern.search(line) for pattern in patterns)

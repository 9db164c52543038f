"""A vendor is one YAML file of facts: what to ask its devices over SNMP, and what answers mean.

Adding a vendor is dropping a file into `netops/profiles/`; its fields are checked on load.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from netops import binding_facts, cells, ifmib, push_facts, vendorfile
from netops import identity as system
from netops.cells import Rows
from netops.errors import Unreadable
from netops.facts import Facts, ProfileError
from netops.metric import Metric, is_scalar
from netops.reading import Gauge, Identity, Port
from netops.table_facts import Tables, tables
from netops.vocabulary import Limit

FOLDER = Path(__file__).parent / "profiles"
GENERIC = "generic"
KINDS = ("router", "switch", "firewall", "wireless", "ups", "server", "other")
UNPROVEN = "未经实机验证"


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One kind of device: what identifies it, what to read from it, how to read the answers.

    `metrics` holds, for each metric, the ways to read it, best first; `counters` ("64", "32",
    "both") says which octet counters its devices have; `refines` names the profile whose
    sysObjectID its devices share, so that only `sys_descr` tells them apart; `verified` lists
    the recordings of real devices it was checked with, `unproven` what none of them shows.
    """

    name: str
    title: str
    vendor: str
    kind: str
    counters: str
    sys_object_ids: tuple[str, ...]
    sys_descr: re.Pattern[str] | None
    refines: tuple[str, ...]
    sources: Mapping[str, tuple[system.Source, ...]]
    metrics: tuple[tuple[Metric, ...], ...]
    limits: Mapping[str, Limit]
    ssh: vendorfile.Cli
    config: vendorfile.Config
    push: push_facts.Push
    tables: Tables
    binding: binding_facts.Binding
    verified: tuple[str, ...]
    unproven: str

    text = staticmethod(cells.text)

    def scalars(self, parts: Iterable[str]) -> tuple[str, ...]:
        """Instances to GET for "status", "ports", "names", "gauges", "identity", each ending
        in ".0"; in `Rows` that last 0 is the suffix. "status" is the clock: is it alive."""
        return _wanted(self, tuple(parts), scalar=True)

    def columns(self, parts: Iterable[str]) -> tuple[str, ...]:
        """Columns to walk for the same parts."""
        return _wanted(self, tuple(parts), scalar=False)

    def identity(self, rows: Rows) -> Identity:
        """Who it is; facts that were not read stay empty."""
        facts = {key: system.first(sources, rows) for key, sources in self.sources.items()}
        facts["vendor"] = facts.get("vendor") or self.vendor
        return Identity(
            sys_name=system.scalar(rows, system.SYS_NAME),
            sys_descr=system.scalar(rows, system.SYS_DESCR),
            sys_object_id=system.scalar(rows, system.SYS_OBJECT_ID).lstrip("."),
            sys_location=system.scalar(rows, system.SYS_LOCATION),
            uptime=system.uptime(rows),
            **facts,
        )

    def uptime(self, rows: Rows) -> float | None:
        """Seconds since its agent started, from the "status" scalars."""
        return system.uptime(rows)

    def ports(self, rows: Rows) -> tuple[Port, ...]:
        """Its interfaces, from the columns of "ports", of "names", or of both."""
        return ifmib.ports(rows)

    def gauges(self, rows: Rows) -> tuple[Gauge, ...]:
        """Its sensors; of several ways to read a metric, the first that answers."""
        return tuple(gauge for ways in self.metrics for gauge in _answer(ways, rows))

    def metric(self, name: str) -> Metric | None:
        """Title, unit and states of one metric, for those who show it."""
        return next((ways[0] for ways in self.metrics if ways[0].name == name), None)

    def oids(self, part: str) -> Iterable[str]:
        """Everything one part is read from, scalars and columns mixed."""
        match part:
            case "status":
                return system.CLOCKS
            case "ports":
                return ifmib.MOVING[self.counters]
            case "names":
                return ifmib.NAMES
            case "gauges":
                return (oid for ways in self.metrics for metric in ways for oid in metric.oids)
            case "identity":
                facts = (oid for found in self.sources.values() for oid in system.oids(found))
                return (*system.CLOCKS, *system.SYSTEM, *facts)
        raise ValueError(part)


@cache
def _wanted(profile: Profile, parts: tuple[str, ...], *, scalar: bool) -> tuple[str, ...]:
    wanted = (oid for part in parts for oid in profile.oids(part))
    return tuple(dict.fromkeys(oid for oid in wanted if is_scalar(oid) is scalar))


def _answer(ways: Iterable[Metric], rows: Rows) -> tuple[Gauge, ...]:
    return next((found for way in ways if (found := way.gauges(rows))), ())


@cache
def profiles() -> Mapping[str, Profile]:
    """Every profile shipped with the console, by name."""
    return load(FOLDER)


def profile_named(name: str) -> Profile:
    """The profile a device is registered with; `Unreadable` when there is none of that name."""
    found = profiles().get(name)
    if found is None:
        known = "、".join(profiles())
        raise Unreadable(f"没有名为「{name}」的厂商档案，请在设备资料中改选。", f"已有：{known}")
    return found


def propose(sys_object_id: str, sys_descr: str) -> Profile:
    """The likeliest profile for what a new device says of itself, for a person to confirm.

    The longest matching sysObjectID prefix wins, unless sysDescr shows a product line that
    shares it (`refines`); without a known prefix sysDescr decides; else it is generic.
    """
    known = profiles().values()
    by_id = max(known, key=lambda profile: _prefix(profile, sys_object_id.lstrip(".")))
    if not _prefix(by_id, sys_object_id.lstrip(".")):
        told = [profile for profile in known if _tells(profile, sys_descr)]
        return told[0] if told else profiles()[GENERIC]
    finer = [profile for profile in known if by_id.name in profile.refines]
    return next((profile for profile in finer if _tells(profile, sys_descr)), by_id)


def _prefix(profile: Profile, oid: str) -> int:
    """How long the longest of its prefixes of this OID is."""
    matching = (p for p in profile.sys_object_ids if f"{oid}.".startswith(f"{p}."))
    return max(map(len, matching), default=0)


def _tells(profile: Profile, sys_descr: str) -> bool:
    return profile.sys_descr is not None and profile.sys_descr.search(sys_descr) is not None


def load(folder: Path) -> Mapping[str, Profile]:
    """Every `*.yaml` of a folder as a profile named after its file; `Unreadable` names what is
    wrong with the first bad one."""
    found: dict[str, Profile] = {}
    owners: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")):
        profile = _read(file)
        for prefix in profile.sys_object_ids:
            if owners.setdefault(prefix, file.name) != file.name:
                raise ProfileError(
                    file.name, "sys_object_ids", f"{prefix} 已经属于 {owners[prefix]}，不能重复"
                )
        found[profile.name] = profile
    return found


def _read(file: Path) -> Profile:
    facts = Facts.read(file)
    metrics = vendorfile.metrics(facts.inner("metrics"))
    profile = Profile(
        name=file.stem,
        title=facts.text("title"),
        vendor=facts.text("vendor", ""),
        kind=facts.choice("kind", KINDS),
        counters=facts.choice("counters", tuple(ifmib.MOVING), "64"),
        sys_object_ids=facts.oids("sys_object_ids"),
        sys_descr=facts.pattern("sys_descr"),
        refines=facts.texts("refines"),
        sources=vendorfile.sources(facts.inner("identity")),
        metrics=metrics,
        limits=vendorfile.limits(facts.inner("limits"), [ways[0].name for ways in metrics]),
        ssh=vendorfile.cli(facts.inner("ssh")),
        config=vendorfile.config(facts.inner("config")),
        push=push_facts.push(facts.inner("push")),
        tables=tables(facts.inner("tables")),
        binding=binding_facts.binding(facts.inner("binding")),
        verified=facts.texts("verified"),
        unproven=facts.text("unproven", ""),
    )
    facts.end()
    return profile

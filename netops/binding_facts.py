"""`binding:` of a vendor file: the vendor's words for holding an address to one network card."""

import re
from dataclasses import dataclass

from netops.facts import Facts

NOTATIONS = ("xxxx-xxxx-xxxx", "xxxx.xxxx.xxxx", "xx:xx:xx:xx:xx:xx")
GRAMMARS = ("", "lines", "nft", "neigh", "dnsmasq", "kea")
PLACES = ("port", "gateway")
_PORT = re.compile(r"^interface (?P<port>.+)$")


@dataclass(frozen=True, slots=True)
class Wholesale:
    """The same for the whole device at once (Ruijie `address-bind install`): where `installed`
    stands in the configuration, entries are written as `entry`; `warning` is what it costs."""

    installed: re.Pattern[str]
    entry: tuple[str, ...]
    warning: str


@dataclass(frozen=True, slots=True)
class Later:
    """Releases that have another word: where `installed` stands, ports are checked by `check`."""

    installed: re.Pattern[str]
    check: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """How devices of this kind bind addresses.

    What is typed are paths of templates, "section > line", with {ip} {mac} {port} {vlan}; what
    stands in [ ] is left out when it has nothing to say. `grammar` "lines": they are typed;
    "nft": a file is made (`playbooks.binding_nft`); "neigh", "dnsmasq", "kea": what a gateway or a
    DHCP server of Linux knows (`playbooks.binding_linux`); "": there is no such thing. `at` "port":
    entries count where `check` is put (a port) or `vlan_check` (a VLAN, with `trust` on the links
    to other devices, or their answers are dropped too); "gateway": they count at once, in the
    ARP table of the range's gateway.

    What is read are patterns over single lines of the running configuration (blanks squeezed):
    `entries` with the groups `ips` (one, several, "A to B") or `ip`, `mac`, and `port`, `vlan`
    unless the section tells them; `ip_checks` and `arp_checks` mark ports (or VLANs, by group
    `port`, `vlans`, else by the section), `trusted` exempts ports; `never` are lines of a port
    where nothing may be checked. `section` finds the port of a section. `shows` is the command
    that shows entries as the device has them. `limit` is how many entries it takes, 0 not known.
    """

    grammar: str = ""
    title: str = ""
    at: str = "port"
    mac: str = NOTATIONS[0]
    entry: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    later: Later | None = None
    vlan_check: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    wholesale: Wholesale | None = None
    section: re.Pattern[str] = _PORT
    entries: tuple[re.Pattern[str], ...] = ()
    ip_checks: tuple[re.Pattern[str], ...] = ()
    arp_checks: tuple[re.Pattern[str], ...] = ()
    trusted: tuple[re.Pattern[str], ...] = ()
    never: tuple[re.Pattern[str], ...] = ()
    shows: str = ""
    limit: int = 0
    remark: str = ""

    @property
    def known(self) -> bool:
        return bool(self.grammar)


def binding(facts: Facts) -> Binding:
    """`binding:` of a vendor file; absent, its devices bind nothing that we know of."""
    section = Binding(
        grammar=facts.choice("grammar", GRAMMARS, ""), title=facts.text("title", ""),
        at=facts.choice("at", PLACES, "port"), mac=facts.choice("mac", NOTATIONS, NOTATIONS[0]),
        entry=facts.texts("entry"), check=facts.texts("check"),
        later=_later(facts.inner("later")) if facts.has("later") else None,
        vlan_check=facts.texts("vlan_check"), trust=facts.texts("trust"),
        wholesale=_wholesale(facts.inner("wholesale")) if facts.has("wholesale") else None,
        section=facts.pattern("section") or _PORT, entries=facts.patterns("entries"),
        ip_checks=facts.patterns("ip_checks"), arp_checks=facts.patterns("arp_checks"),
        trusted=facts.patterns("trusted"), never=facts.patterns("never"),
        shows=facts.text("shows", ""), limit=int(facts.number("limit", 0)),
        remark=facts.text("remark", ""),
    )  # fmt: skip
    facts.end()
    _whole(facts, section)
    return section


def _whole(facts: Facts, section: Binding) -> None:
    if not section.known:
        return
    for key in ("title", "entries") + (("entry",) if section.grammar == "lines" else ()):
        if not getattr(section, key):
            raise facts.wrong(key, "有 grammar 就必须写明")


def _wholesale(facts: Facts) -> Wholesale:
    installed = facts.pattern("installed")
    if installed is None:
        raise facts.wrong("installed", "必须写明")
    found = Wholesale(installed, facts.texts("entry"), facts.text("warning"))
    facts.end()
    return found


def _later(facts: Facts) -> Later:
    installed = facts.pattern("installed")
    if installed is None:
        raise facts.wrong("installed", "必须写明")
    found = Later(installed, facts.texts("check"))
    facts.end()
    return found

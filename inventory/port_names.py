"""Names of ports: the same port is `GigabitEthernet0/0/3` in one table and `GE0/0/3` in another."""

import re

_NAME = re.compile(r"(\d*[A-Za-z][A-Za-z-]*?)[ _-]*(\d+(?:[/.:]\d+)*)")
_WORDS = {
    "eth": ("ethernet", "eth", "et"),
    "fe": ("fastethernet", "fa", "fe"),
    "ge": ("gigabitethernet", "gigabit", "gi", "ge", "gei"),
    "2.5ge": ("twopointfivegigabitethernet", "tw"),
    "xge": (
        "tengigabitethernet", "ten-gigabitethernet", "xgigabitethernet", "te", "xge", "10ge",
        "xgei",
    ),
    "25ge": ("twenty-fivegige", "twentyfivegige", "twe", "25ge", "tfgigabitethernet", "tf", "wge"),
    "40ge": ("fortygigabitethernet", "fortygige", "fo", "40ge", "fge"),
    "100ge": ("hundredgigabitethernet", "hundredgige", "hu", "100ge", "hge"),
    "lag": (
        "eth-trunk", "bridge-aggregation", "bagg", "route-aggregation", "ragg", "aggregateport",
        "ag", "port-channel", "po", "smartgroup",
    ),
    "vlanif": ("vlanif", "vlan-interface", "vlan", "vl"),
}  # fmt: skip
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words}


def port_key(name: str) -> str:
    """What two names of one port of one device have in common; names of no known form are
    compared as they are, but for case and blanks."""
    found = _NAME.fullmatch(name.strip())
    if found is None:
        return "".join(name.lower().split())
    word = found[1].lower()
    return _KINDS.get(word, word) + found[2]


def vlan_of(name: str) -> int:
    """The VLAN whose gateway interface it is (Vlanif25, Vlan-interface25, Vlan25), else 0."""
    number = port_key(name).removeprefix("vlanif")
    return int(number) if number.isascii() and number.isdigit() else 0


def is_bundle(name: str) -> bool:
    """Is it a bundle of ports (Eth-Trunk, Bridge-Aggregation, AggregatePort, Port-channel)?"""
    return port_key(name).startswith("lag")

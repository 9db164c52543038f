"""Servers that report on hosts: under which headers each product's export says what.

A product is one file in `reporters/`. Headers are compared without blanks, case and full-width
forms. Whoever's export looks otherwise says once which column is what (`inventory.report_layout`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inventory.sheet import folded, unitless
from inventory.yaml_text import load as load_yaml

_PLACE = Path(__file__).parent / "reporters"
HAND, OTHER = "hand", "other"
KINDS: Mapping[str, str] = {
    "host": "主机名", "ip": "IP 地址", "mac": "MAC 地址", "tag": "资产编号", "os": "操作系统",
    "product": "防病毒软件", "definitions": "病毒库版本或日期", "scanned_at": "最近查杀",
    "running": "防护服务", "patched_on": "补丁更新到", "missing": "缺少补丁数",
    "seen_at": "最近在线",
}  # fmt: skip
WHO = ("host", "ip", "mac", "tag")  # one of these tells which host a row is about


@dataclass(frozen=True, slots=True)
class Reporter:
    """One product: `headers` maps a kind (a key of KINDS) to the headers it may stand under;
    `running`, `stopped` are its words for the service; `product` names the antivirus where no
    column does. `verified` is "" when seen on the real thing, else a warning; `basis` says where
    the headers come from."""

    word: str
    label: str
    headers: Mapping[str, tuple[str, ...]]
    product: str = ""
    running: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    verified: str = ""
    basis: str = ""
    own: tuple[str, ...] = ()  # headers that few others use: they break a tie

    def columns(self, headers: Iterable[str]) -> dict[str, str]:
        """Kind → the header of this sheet that says it: of several, the one named first."""
        here = {form: header for header in reversed(list(headers)) for form in forms(header)}
        found: dict[str, str] = {}
        for kind, known in self.headers.items():
            told = [here[folded(word)] for word in known if folded(word) in here]
            free = [header for header in told if header not in found.values()]
            if free:
                found[kind] = free[0]
        return found

    def likeness(self, headers: Iterable[str]) -> tuple[int, int]:
        """How many columns it knows, and how many of its own words are there; (0, 0) when none
        says which host a row is about, or none says how it is protected."""
        given = list(headers)
        found = self.columns(given)
        if not set(found) & set(WHO) or set(found) <= {*WHO, "os", "seen_at"}:
            return 0, 0
        here = {form for header in given for form in forms(header)}
        return len(found), sum(folded(word) in here for word in self.own)


def forms(header: str) -> tuple[str, str]:
    """A header with and without the unit behind it."""
    return folded(header), unitless(header)


@cache
def reporters() -> Mapping[str, Reporter]:
    """Word → product, by file name."""
    return {path.stem: _read(path) for path in sorted(_PLACE.glob("*.yaml"))}


def _read(path: Path) -> Reporter:
    told = load_yaml(path)
    headers = {kind: tuple(words) for kind, words in told.pop("headers").items()}
    running, stopped, own = (tuple(told.pop(name, ())) for name in ("running", "stopped", "own"))
    strange = set(headers) - set(KINDS)
    if strange:
        raise ValueError(f"{path.name}: no such kind: {', '.join(sorted(strange))}")
    texts = {str(name): str(value) for name, value in told.items()}
    return Reporter(
        path.stem, headers=headers, running=running, stopped=stopped, own=own, **texts
    )  # fmt: skip


def labels() -> Mapping[str, str]:
    """What the source of a row may be."""
    named = {word: one.label for word, one in reporters().items()}
    return named | {OTHER: "其他服务器", HAND: "手工登记"}


def likely(headers: Iterable[str]) -> list[Reporter]:
    """The products whose export this may be, equally likely ones together; [] when none."""
    given = list(headers)
    scores = {one.word: one.likeness(given) for one in reporters().values()}
    best = max(scores.values(), default=(0, 0))
    return [one for one in reporters().values() if scores[one.word] == best and best[0]]


def words() -> frozenset[str]:
    """Every folded header some product uses: they find the header in a file."""
    told = (
        word for one in reporters().values() for known in one.headers.values() for word in known
    )
    return frozenset(map(folded, told))

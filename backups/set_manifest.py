"""The manifest of a set: what lies in its folder, readable by anybody, with no secret in it.

It tells nothing of the content but how much it is. The set's own key stands in it, wrapped under
the centre's backup key, so that folder and key sheet together are all it takes to open a set.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backups.digests import digests
from inventory.os_words import cause_of
from inventory.store import Damaged

NAME = "manifest.json"
FORMAT = 1
_LARGEST = 64_000_000  # bytes: 256 MiB parts of 100 TB need less
STREAMS = ("content", "listing")
_ID = re.compile(r"[0-9A-Za-z]{1,26}")


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What a set is, as its manifest tells it and the catalogue is rebuilt from it. `taken_at`
    aware; `tool` and `server` name versions; `may_be_empty`: a person said that nothing to back up
    is right."""

    set_id: str
    number: str
    source_id: str
    source_name: str
    centre_id: str
    centre_name: str
    kind: str
    method: str
    period: str
    taken_at: datetime
    tool: str = ""
    server: str = ""
    opaque: bool = False
    may_be_empty: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a set: `content.000`; digests in hex, `sm3` "" where OpenSSL has none."""

    name: str
    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A set as it lies on disk. `size` is of what was read, `stored` of its parts, in bytes;
    `entries` files, folders and links; `changed` files that were written to while they were read.

    `wrapped` is the set's key under the backup key `print_id` (base64); `seal` is keyed by the
    set's key, so that a changed manifest is known without any catalogue. `sha256` and `sm3` are
    of the manifest's own bytes; `warnings` (Chinese, the first ones) are not kept in it.
    """

    facts: SetFacts
    entries: int
    size: int
    changed: int
    print_id: str
    wrapped: str
    parts: tuple[Part, ...]
    seal: str = ""
    sha256: str = ""
    sm3: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def stored(self) -> int:
        return sum(part.size for part in self.parts)

    def body(self) -> dict[str, Any]:
        """What is written, without the seal."""
        facts = asdict(self.facts) | {"taken_at": self.facts.taken_at.astimezone(UTC).isoformat()}
        del facts["may_be_empty"]
        told = {name: getattr(self, name) for name in _PLAIN}
        return {"format": FORMAT, **facts, **told, "parts": [asdict(part) for part in self.parts]}

    def sealed_bytes(self) -> bytes:
        """The file, byte by byte."""
        whole = self.body() | {"seal": self.seal}
        return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"

    def signed_bytes(self) -> bytes:
        """What the seal is over: the same facts in one canonical form."""
        return json.dumps(self.body(), ensure_ascii=True, sort_keys=True).encode()


_PLAIN = ("entries", "size", "changed", "print_id", "wrapped")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a set's folder, wherever the folder lies. Raises Damaged."""
    place = folder / NAME
    try:
        with place.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise Damaged(f"这里没有 {NAME}：不是一份完整的备份，或清单文件已丢失") from None
    except OSError as error:
        raise Damaged(f"{NAME} 读不出来：{cause_of(error)}") from None
    return parse(data)


def parse(data: bytes) -> Manifest:
    """A manifest from its bytes, whoever kept them. Raises Damaged."""
    try:
        told = json.loads(data)
        if told["format"] != FORMAT:
            raise Damaged(f"{NAME} 的格式版本不是 {FORMAT}，本程序不认识；请用新版值守台打开")
        manifest = _manifest(told)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Damaged(f"{NAME} 已损坏，读不出备份的清单；请用另一份副本") from None
    own = digests(data)
    return replace(manifest, sha256=own.sha256, sm3=own.sm3)


def _manifest(told: Mapping[str, Any]) -> Manifest:
    names = [one.name for one in fields(SetFacts) if one.name not in ("taken_at", "may_be_empty")]
    facts = SetFacts(
        **{name: _of_kind(told[name], bool if name == "opaque" else str) for name in names},
        taken_at=_aware(told["taken_at"]),
    )
    if not _ID.fullmatch(facts.set_id):
        raise ValueError(facts.set_id)
    counts = {name: _of_kind(told[name], int) for name in ("entries", "size", "changed")}
    words = {name: _of_kind(told[name], str) for name in ("print_id", "wrapped", "seal")}
    parts = tuple(_part(one) for one in told["parts"])
    return Manifest(facts, **counts, **words, parts=_in_order(parts))


def _part(told: Mapping[str, Any]) -> Part:
    name, size = _of_kind(told["name"], str), _of_kind(told["size"], int)
    return Part(name, size, _of_kind(told["sha256"], str), _of_kind(told["sm3"], str))


def _in_order(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The names are exactly those that are given: no path of somebody else's choice is opened."""
    own = [sum(part.name.startswith(f"{stream}.") for part in parts) for stream in STREAMS]
    wanted = [
        part_name(stream, number)
        for stream, count in zip(STREAMS, own, strict=True)
        for number in range(count)
    ]
    if [part.name for part in parts] != wanted or not all(own):
        raise ValueError("parts")
    return parts


def part_name(stream: str, number: int) -> str:
    """How the part of this number (from 0) of a stream is called."""
    return f"{stream}.{number:03d}"


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC)


def _of_kind(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value

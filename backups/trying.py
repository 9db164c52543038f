"""A set is restored for trial and held against what it should be: files against their listing, a
database against the counts taken while it was dumped, a console against its own audit chain."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backups.counting import COUNTS, Counts
from backups.disc_opening import whole
from backups.gathering import Order
from backups.pace import Pace
from backups.restoring import counted, drop, restore_database, scratch_name
from backups.set_entry import Listed
from backups.set_manifest import Manifest, read_manifest
from backups.set_reading import extract, listing, verify
from inventory.explained import Explained

_CHUNK = 1 << 20
_SHOWN = 5


class Unlike(Explained):
    """It was restored and is not what it should be; `reason` (Chinese) says where. For the core
    population database it says how much only."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a drill has counted. `compared` (Chinese) says what was held against what, `digest` is
    SHA-256 over the digests of what was restored."""

    files: int = 0
    size: int = 0
    tables: int = 0
    rows: int = 0
    compared: str = ""
    digest: str = ""
    tool: str = ""


def try_files(folder: Path, key: bytes, into: Path, pace: Pace) -> Tried:
    """Take everything out and read it once more where it lies now. Raises Unlike, Damaged,
    NotKept, Stopped."""
    taken = extract(folder, key, into, None, pace)
    digest, files = _reread(listing(folder, key), into, pace)
    told = f"取出的 {files} 个文件逐个重读，SHA-256 与备份时的文件清单一致"
    return Tried(taken.files, taken.size, compared=told, digest=digest)


def try_disc(folders: Sequence[Path], key: bytes, pace: Pace) -> Tried:
    """Open the sets of an old disc, medium or folder with nothing but a key, and read them to the
    end; nothing is written. A set of which a disc was not given is no set yet: it is counted, not
    tried. Raises Unlike, Damaged (WrongKey for another key), Stopped."""
    told = [(folder, read_manifest(folder)) for folder in folders]
    here = [one for one in told if whole(*one)]
    if not here:
        raise Unlike("这里没有一份完整的备份；跨盘的备份请把各张盘一起写上（每行一张）再试")
    for folder, _manifest in here:
        verify(folder, key, pace)
    words = f"只用密钥单上的密钥，打开并读完 {len(here)} 份备份，逐个文件与清单的 SHA-256 一致"
    words += f"；另有 {len(told) - len(here)} 份不全，未试" if len(told) > len(here) else ""
    names = "、".join(manifest.facts.number for _, manifest in here[:_SHOWN])
    digest = hashlib.sha256("".join(m.sha256 for _, m in here).encode()).hexdigest()
    return Tried(
        sum(m.entries for _, m in here), sum(m.size for _, m in here),
        compared=f"{words}（{names}）", digest=digest, tool=_tool(here[0][1]),
    )  # fmt: skip


def try_database(
    folder: Path, key: bytes, order: Order, pace: Pace, told: Callable[[str], None]
) -> Tried:
    """Restore each dump into a scratch database, count it, drop it. `told` hears the name before it
    is made: whoever clears up after a killed drill needs it. Raises Unlike, NotGathered (the server
    refused), Damaged, NotKept, Stopped."""
    manifest = read_manifest(folder)
    into = order.work / "set"
    taken = extract(folder, key, into, None, pace)
    pairs = [(dump, _stored(dump)) for dump in _dumps(into)]
    if not pairs:
        raise Unlike("备份里没有转储时的行数和校验和，无法对照；请取出文件，按该数据库的说明恢复")
    found = [(counts, _once(dump, order, pace, told)) for dump, counts in pairs]
    wrong = [one for counts, other in found for one in counts.differences(other)]
    if wrong:
        raise Unlike(_worded(wrong, opaque=manifest.facts.opaque))
    tables = sum(len(other.tables) for _, other in found)
    unsure = sum(len(counts.unsure) for counts, _ in found)
    words = f"{tables} 张表的行数和校验和与转储时一致"
    words += f"（其中 {unsure} 张转储期间有写入，只核对能恢复）" if unsure else ""
    digest = hashlib.sha256("\n".join(other.dumped() for _, other in found).encode()).hexdigest()
    rows = sum(other.rows for _, other in found)
    return Tried(taken.files, taken.size, tables, rows, words, digest, _tool(manifest))


def _once(dump: Path, order: Order, pace: Pace, told: Callable[[str], None]) -> Counts:
    name = scratch_name()
    told(name)
    restore_database(order, dump, name, pace)
    try:
        return counted(order, name, pace)
    finally:
        drop(order, name)


def _dumps(into: Path) -> Iterator[Path]:
    """What was dumped lies beside its counts."""
    for told in sorted(into.rglob(f"*{COUNTS}")):
        yield told.with_name(told.name.removesuffix(COUNTS))


def _stored(dump: Path) -> Counts:
    try:
        return Counts.parse(dump.with_name(dump.name + COUNTS).read_text("utf-8"))
    except (OSError, ValueError):
        raise Unlike("转储时的行数和校验和读不出来，无法对照") from None


def _worded(wrong: list[str], *, opaque: bool) -> str:
    if opaque:
        return f"{len(wrong)} 张表与转储时不一致"
    more = f"；等 {len(wrong)} 处" if len(wrong) > _SHOWN else ""
    return "；".join(wrong[:_SHOWN]) + more


def _reread(lines: Iterator[Listed], into: Path, pace: Pace) -> tuple[str, int]:
    """(SHA-256 over all digests, files) of what lies in a folder. Raises Unlike."""
    whole, files = hashlib.sha256(), 0
    for entry in lines:
        if entry.kind != "file":
            continue
        found = _digest(into / entry.path, pace)
        if found != entry.sha256:
            raise Unlike(f"第 {files + 1} 个文件重读后与清单的 SHA-256 不同")
        whole.update(bytes.fromhex(found))
        files += 1
    return whole.hexdigest(), files


def _digest(place: Path, pace: Pace) -> str:
    told = hashlib.sha256()
    with place.open("rb") as file:
        while chunk := file.read(_CHUNK):
            told.update(chunk)
            pace.spend(len(chunk))
    return told.hexdigest()


def _tool(manifest: Manifest) -> str:
    return " → ".join(filter(None, (manifest.facts.tool, manifest.facts.server)))[:120]

"""What lies on which disc, file by file: worked out once, kept beside the images, so that a single
disc can be made again years later with the same content."""

import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from backups.bag import digest_of
from backups.disc_names import Names
from backups.iso import NotMade
from backups.pace import Pace
from backups.packing import Piece, TooLarge, pack, split
from backups.set_manifest import NAME, read_manifest
from backups.set_reading import extract

FILLED = 0.92  # of a disc: the outermost rim is what fails first
SECTOR = 2048
_DEPTH = 3  # folders of a backup's place: kind, source, number
_DATA = "data/"  # where the payload of a bag lies
_EACH = 700  # bytes of directory records, manifests and list for one file, beside its names
_FOLDER = 4 * SECTOR  # of one folder in both trees
_OWN = 384 * 1024  # what xorriso and our own files take on every disc
KINDS = {
    "software": "1应用软件数据库", "logs": "2服务器、防火墙、杀毒日志",
    "documents": "3日常业务资料", "configs": "4网络设备配置",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Load:
    """One backup that is to go on discs: laid down in plain with its `key`, else as it is. `folder`
    is the set's own, `size` in bytes of what was read."""

    set_id: str
    number: str
    name: str
    kind: str
    period: str
    folder: Path
    size: int
    key: bytes | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Its folder on the discs, before readers' names (`Entry.folder`)."""
        name = self.name.replace("/", "_").strip(" .") or "_"  # ".." leads elsewhere
        return f"{KINDS[self.kind]}/{name}/{self.period} {self.number}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the payload, or `part` (from 1) of `parts` of one: `path` in the bag, `told` as
    it was called, `group` whose it is (a set id, "" for configurations), `whole` the SHA-256 of the
    undivided file."""

    path: str
    told: str
    group: str
    size: int
    offset: int = 0
    part: int = 1
    parts: int = 1
    sha256: str = ""
    sm3: str = ""
    whole: str = ""

    @property
    def folder(self) -> str:
        """The folder on the discs that its backup lies in: `Load.place`, as readers can show it."""
        return "/".join(self.path.split("/")[: 1 + _DEPTH])

    @property
    def footprint(self) -> int:
        """Bytes it takes on a disc, with all that is written about it."""
        sectors = math.ceil(self.size / SECTOR) * SECTOR
        return sectors + 6 * len(self.path.encode()) + _EACH


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the files lie: `work` holds what was taken out of the sets, `configs` the
    configurations."""

    loads: tuple[Load, ...]
    work: Path
    configs: Path

    def file(self, entry: Entry) -> Path:
        """The file an entry is of."""
        load = next((one for one in self.loads if one.set_id == entry.group), None)
        if load is None:
            return self.configs / entry.told
        return (self.work / load.set_id if load.key else load.folder) / entry.told

    def lay(self, pace: Pace, only: frozenset[str] | None = None) -> None:
        """Take the plain ones out of their sets. Raises Damaged, NotKept, Stopped."""
        for load in self.loads:
            wanted = only is None or load.set_id in only
            if load.key is not None and wanted and not (self.work / load.set_id).exists():
                extract(load.folder, load.key, self.work / load.set_id, None, pace)

    def entries(self, names: Names) -> Iterator[Entry]:
        """Every file there is, named as the discs will name it; links and folders are not."""
        for load in self.loads:
            top = self.work / load.set_id if load.key else load.folder
            told = _walk(top) if load.key else _of_set(load.folder)
            for path, size in told:
                name = names.of(f"{load.place}/{path}")
                yield Entry(_DATA + name, path, load.set_id, size)
        for path, size in _walk(self.configs):
            yield Entry(_DATA + names.of(f"{KINDS['configs']}/{path}"), path, "", size)


def plan(sources: Sources, capacity: int, pace: Pace) -> list[list[Entry]]:
    """What goes on each disc of `capacity` bytes: divided, digested and packed. Raises NotMade when
    the discs are too small for it, Stopped."""
    names = Names()
    entries = list(sources.entries(names))
    room = int(capacity * FILLED) - _overhead(entries)
    if room < capacity // 4:
        raise NotMade("这种光盘放不下这么多文件的目录，请改用更大的光盘")
    cut = [part for one in entries for part in _digested(sources, _cut(one, room, names), pace)]
    pieces = [Piece(one.path, one.footprint, one.group) for one in cut]
    by_path = {one.path: one for one in cut}
    try:
        return [[by_path[piece.path] for piece in disc] for disc in pack(pieces, room)]
    except TooLarge as error:
        raise NotMade(f"{error} 放不进一张光盘") from None


def _overhead(entries: Sequence[Entry]) -> int:
    """What each disc carries besides its payload: both trees' folders, and the list of the set."""
    folders = {one.path.rpartition("/")[0] for one in entries}
    above = {"/".join(one.split("/")[:depth]) for one in folders for depth in range(1, 20)}
    listed = sum(2 * len(one.path.encode()) + 220 for one in entries)
    return _OWN + len(above) * _FOLDER + listed


def _cut(entry: Entry, room: int, names: Names) -> list[Entry]:
    """The parts of a file that is larger than a disc, or the file itself."""
    if entry.footprint <= room:
        return [entry]
    parts = split(entry.size, room - 6 * len(entry.path.encode()) - _EACH - 2 * SECTOR)
    paths = names.parts(entry.path.removeprefix(_DATA), len(parts))
    return [
        replace(entry, path=_DATA + path, size=length, offset=at, part=n, parts=len(parts))
        for n, ((at, length), path) in enumerate(zip(parts, paths, strict=True), 1)
    ]


def _digested(sources: Sources, parts: Sequence[Entry], pace: Pace) -> Iterator[Entry]:
    place = sources.file(parts[0])
    try:
        told, whole = digest_of(place, [(one.offset, one.size) for one in parts], pace)
    except (OSError, EOFError):
        raise NotMade(f"{parts[0].told} 读不出来，或刚被改动；请重新发起") from None
    for one, digests in zip(parts, told, strict=True):
        last = whole if one.parts > 1 else ""
        yield replace(one, sha256=digests.sha256, sm3=digests.sm3, whole=last)


def _walk(top: Path) -> Iterator[tuple[str, int]]:
    """(path, bytes) of every regular file below a folder, in the order of their names."""
    if not top.is_dir():
        return
    for where, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            place = Path(where, name)
            if place.is_file() and not place.is_symlink():
                yield str(place.relative_to(top)), place.lstat().st_size


def _of_set(folder: Path) -> Iterator[tuple[str, int]]:
    """A set as it lies: its manifest and the parts it names, nothing else."""
    yield NAME, (folder / NAME).stat().st_size
    for part in read_manifest(folder).parts:
        yield part.name, part.size


def keep(place: Path, entries: Iterable[Entry]) -> None:
    """Write one disc's plan, a line of JSON for each file."""
    with place.open("w", encoding="ascii") as file:
        for one in entries:
            file.write(json.dumps(asdict(one)) + "\n")


def kept(place: Path) -> Iterator[Entry]:
    """Read it again. Raises OSError."""
    with place.open(encoding="ascii") as file:
        for line in file:
            yield Entry(**json.loads(line))

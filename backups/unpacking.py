"""What an agent delivered is taken apart: contents under their SHA-256, and the list of all files,
of which most were delivered earlier. No name of the list ever becomes a name on this disk."""

import gzip
import hashlib
import io
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, cast

from backups.delivered import Damaged, Entry, each_once, entries, in_octets
from backups.delivery import Deliveries, Delivery, write_about
from backups.gathering import Item, NotGathered, moment
from backups.pace import Pace
from inventory.durable import make_folder, sync_folder

_MANIFEST = "manifest"
_PIECE = 1 << 18
_RESERVE = 1 << 30
_AGAIN = "已作废；代理程序下次运行时会重新发送全部文件"


_WRONG = (Damaged, gzip.BadGzipFile, tarfile.TarError, EOFError, zlib.error, ValueError)


class Unpacking:
    """The files an agent keeps here for one source."""

    def __init__(self, deliveries: Deliveries, pace: Pace) -> None:
        self._deliveries = deliveries
        self._folder = deliveries.folder
        self._contents = deliveries.folder / "contents"
        self._pace = pace

    def bring_up(self) -> Delivery | None:
        """Take apart whatever waits, oldest first; the delivery whose files lie ready. Raises
        NotGathered when one is damaged: all are given up then, and sent anew."""
        try:
            for delivery in self._deliveries.waiting():
                self._take_apart(delivery)
        except _WRONG as error:
            self._deliveries.forget()
            raise NotGathered(f"代理程序上传的内容有错（{error}），{_AGAIN}") from error
        ready = self._deliveries.unpacked()
        return ready if ready and ready.manifest else None

    def _take_apart(self, delivery: Delivery) -> None:
        draft = self._folder / "manifest.part"
        raw = io.BufferedReader(cast("io.RawIOBase", _Stream(self._deliveries.stream(delivery))))
        with gzip.GzipFile(fileobj=raw) as plain, tarfile.open(fileobj=plain, mode="r|") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if file is None:
                    raise Damaged("含有不该有的条目")
                if shutil.disk_usage(self._folder).free < _RESERVE + member.size:
                    raise NotGathered("磁盘空间不足，没有展开代理程序上传的内容；请清理磁盘")
                if member.name == _MANIFEST:
                    self._copied(file, draft)
                else:
                    self._content(file)
        self._accept(delivery, draft)

    def _content(self, file: IO[bytes]) -> None:
        part = self._folder / "content.part"
        digest = self._copied(file, part)
        place = self._place(digest)
        make_folder(place.parent)
        part.replace(place)

    def _copied(self, file: IO[bytes], place: Path) -> str:
        told = hashlib.sha256()
        with place.open("wb") as out:
            while piece := file.read(_PIECE):
                told.update(piece)
                out.write(piece)
                self._pace.spend(0)
        return told.hexdigest()

    def _accept(self, delivery: Delivery, draft: Path) -> None:
        """The list fits what lies here: from now on it is what the next set is made of."""
        if not draft.is_file() or _digest(draft) != delivery.manifest:
            raise Damaged("文件清单缺少或不符")
        with closing(sqlite3.connect("")) as wanted:
            wanted.execute("CREATE TABLE content (sha256 TEXT PRIMARY KEY) WITHOUT ROWID")
            for entry in each_once(entries(draft), wanted):
                if entry["kind"] == "file":
                    self._held(entry)
                    wanted.execute("INSERT OR IGNORE INTO content VALUES (?)", (entry["sha256"],))
            draft.replace(self._folder / _MANIFEST)
            write_about(self._folder, delivery)
            sync_folder(self._folder)
            self._deliveries.drop(delivery)
            self._sweep(wanted)

    def _held(self, entry: Entry) -> None:
        place = self._place(entry["sha256"])
        if not place.is_file() or place.stat().st_size != entry["size"]:
            raise Damaged("清单中的文件没有全部上传")

    def _sweep(self, wanted: sqlite3.Connection) -> None:
        """Contents that no file has any more go."""
        for place in self._contents.glob("*/*"):
            query = "SELECT 1 FROM content WHERE sha256 = ?"
            if wanted.execute(query, (place.name,)).fetchone() is None:
                place.unlink()

    def items(self) -> Iterator[Item]:
        """Everything on the list. Raises NotGathered when something is missing here: all is sent
        anew then."""
        try:
            for entry in entries(self._folder / _MANIFEST):
                content: Callable[[], BinaryIO] = io.BytesIO
                if entry["kind"] == "file":
                    self._held(entry)
                    content = partial(_opened, self._place(entry["sha256"]))
                yield Item(
                    in_octets(entry["path"]), entry["size"], moment(entry["modified"]), content,
                    entry["kind"], in_octets(entry["link"]), entry["mode"],
                )  # fmt: skip
        except _WRONG as error:
            self._deliveries.forget()
            raise NotGathered(f"代理程序上传的文件已损坏（{error}），{_AGAIN}") from error

    def _place(self, digest: str) -> Path:
        return self._contents / digest[:2] / digest


def _opened(place: Path) -> BinaryIO:
    return place.open("rb")


def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Stream(io.RawIOBase):
    """Pieces as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        self._left = self._left or next(self._pieces, b"")
        taken = min(len(view), len(self._left))
        view[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken

"""What the agent on a server sends for its source: chunks of one stream, over however many lines
that break; a delivery counts once its whole digest fits.

In the staging folder: `receiving/` (chunks so far), `delivered/000007/` (whole, not yet unpacked).
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from inventory.durable import make_folder, sync_folder, write_whole
from inventory.explained import Explained

CHUNK = 4 << 20  # octets of a chunk, at most
MOST = 1 << 18  # chunks of a delivery: a terabyte
_RESERVE = 1 << 30  # octets that stay free on the disk, whatever is sent
_PIECE = 1 << 16
_NAME = re.compile(r"(\d{6})-([0-9a-f]{64})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ABOUT = "delivery.json"


class NotTaken(Explained):
    """What was sent is refused; nothing of it was kept. `reason` in Chinese, `status` as HTTP has
    it: 409 at odds with what is there, 413 too large, 422 wrong, 507 no room."""

    def __init__(self, reason: str, status: int = 422) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Delivery:
    """One whole delivery. `manifest` and `base` are SHA-256: of the list of all files it ends with,
    and of the list it builds on ("" for none)."""

    number: int
    manifest: str
    base: str
    taken_at: datetime
    agent: str = ""
    host: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What the agent says of a stream that it believes to be sent whole."""

    chunks: int
    sha256: str
    manifest: str
    base: str
    agent: str = ""
    host: str = ""
    warnings: tuple[str, ...] = ()


class Deliveries:
    """The deliveries of one source, below its staging folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._receiving = folder / "receiving"
        self._delivered = folder / "delivered"

    def chunks(self) -> dict[int, str]:
        """The SHA-256 of each chunk that is here already, by its number."""
        found = (_NAME.fullmatch(name) for name in _names(self._receiving))
        return {int(each[1]): each[2] for each in found if each}

    def waiting(self) -> list[Delivery]:
        """Whole deliveries that are not unpacked yet, oldest first."""
        places = [self._delivered / name for name in sorted(_names(self._delivered))]
        return [read(place / _ABOUT) for place in places if (place / _ABOUT).is_file()]

    def last(self) -> Delivery | None:
        """The newest whole delivery, unpacked or not: the next one builds on it."""
        waiting = self.waiting()
        return waiting[-1] if waiting else self.unpacked()

    def unpacked(self) -> Delivery | None:
        """The delivery whose files lie ready; without `manifest` when they were given up."""
        place = self.folder / _ABOUT
        return read(place) if place.is_file() else None

    def take(self, number: int, sha256: str, stream: BinaryIO) -> None:
        """Keep one chunk, for good when this returns; the same one again is well, another one in
        its place replaces it. Raises NotTaken."""
        if not (0 <= number < MOST and _DIGEST.fullmatch(sha256)):
            raise NotTaken("块的编号或摘要不对，没有保存")
        make_folder(self._receiving)
        if shutil.disk_usage(self._receiving).free < _RESERVE + CHUNK:
            raise NotTaken("值守台的磁盘空间不足，没有保存；请清理磁盘后重新运行代理程序", 507)
        draft = self._receiving / f".{number:06d}.{os.getpid()}.{id(stream)}"
        try:
            _write(stream, draft, sha256)
            with self.alone():
                make_folder(self._receiving)
                for other in self._receiving.glob(f"{number:06d}-*"):
                    other.unlink()
                draft.replace(self._receiving / f"{number:06d}-{sha256}")
            sync_folder(self._receiving)
        finally:
            draft.unlink(missing_ok=True)

    def finish(self, claim: Claim, now: datetime) -> Delivery:
        """Compare the whole with its digest and keep it as delivered. Raises NotTaken."""
        with self.alone():
            last = self.last()
            if claim.base and claim.base != (last.manifest if last else ""):
                raise NotTaken("值守台上的清单与代理程序记下的不同，没有采用；请重新全部发送", 409)
            held = self.chunks()
            if missing := [one for one in range(claim.chunks) if one not in held]:
                raise NotTaken(f"还缺 {len(missing)} 块，没有采用；请重新运行代理程序", 409)
            self._compare(claim, held)
            return self._keep(claim, last, now)

    def _compare(self, claim: Claim, held: Mapping[int, str]) -> None:
        whole = hashlib.sha256()
        for number in range(claim.chunks):
            with (self._receiving / f"{number:06d}-{held[number]}").open("rb") as file:
                while piece := file.read(_PIECE):
                    whole.update(piece)
        if whole.hexdigest() != claim.sha256:
            raise NotTaken("全部内容的摘要不符，没有采用；请重新运行代理程序", 409)

    def _keep(self, claim: Claim, last: Delivery | None, now: datetime) -> Delivery:
        for number, sha256 in self.chunks().items():
            if number >= claim.chunks:  # of a longer stream that was given up
                (self._receiving / f"{number:06d}-{sha256}").unlink()
        made = Delivery(
            last.number + 1 if last else 1, claim.manifest, claim.base, now, claim.agent,
            claim.host, claim.warnings,
        )  # fmt: skip
        write_about(self._receiving, made)
        make_folder(self._delivered)
        self._receiving.replace(self._delivered / f"{made.number:06d}")
        sync_folder(self._delivered)
        sync_folder(self.folder)
        return made

    def stream(self, delivery: Delivery) -> Iterator[bytes]:
        """The bytes of a whole delivery. Raises OSError."""
        place = self._delivered / f"{delivery.number:06d}"
        for name in sorted(name for name in _names(place) if _NAME.fullmatch(name)):
            with (place / name).open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece

    def drop(self, delivery: Delivery) -> None:
        """Its chunks are not needed any more."""
        shutil.rmtree(self._delivered / f"{delivery.number:06d}", ignore_errors=True)

    def forget(self) -> None:
        """What is here is damaged: the agent's next delivery builds on nothing, so it will hold
        everything. Numbers go on."""
        last = self.last()
        if last is not None:
            write_about(self.folder, replace(last, manifest=""))
        shutil.rmtree(self._delivered, ignore_errors=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One at a time; the lock ends with its process."""
        make_folder(self.folder)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _write(stream: BinaryIO, draft: Path, sha256: str) -> None:
    told, size = hashlib.sha256(), 0
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > CHUNK:
                raise NotTaken(f"一块最多 {CHUNK:,} 字节，没有保存", 413)
            told.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if told.hexdigest() != sha256:
        raise NotTaken("块的内容与摘要不符，可能在路上损坏，没有保存；请重发", 409)


def write_about(folder: Path, delivery: Delivery) -> None:
    """Say in a folder what lies in it."""
    told = {
        "number": delivery.number, "manifest": delivery.manifest, "base": delivery.base,
        "taken_at": delivery.taken_at.isoformat(), "agent": delivery.agent, "host": delivery.host,
        "warnings": delivery.warnings,
    }  # fmt: skip
    write_whole(folder / _ABOUT, folder / f".{_ABOUT}", json.dumps(told).encode())


def read(place: Path) -> Delivery:
    told: dict[str, Any] = json.loads(place.read_bytes())
    at = datetime.fromisoformat(told.pop("taken_at")).astimezone(UTC)
    return Delivery(taken_at=at, **told | {"warnings": tuple(told["warnings"])})


def _names(folder: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return [each.name for each in folder.iterdir()]
    return []

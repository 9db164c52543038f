"""What is read of a source: one item after the other, whatever it is and wherever it lies. How a
method reads its source stands in `backups/gatherers/<method>.py`."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol, cast

from backups.pace import Pace
from inventory.backup_source import METHODS
from inventory.explained import Explained

if TYPE_CHECKING:  # only sources on other machines need what speaks to them
    from collections.abc import Callable

    from netops.remote import Remote

_FIRST, _LAST = -62_135_596_800.0, 253_402_300_799.0  # the years 1 and 9999


class NotGathered(Explained):
    """The source could not be read whole, so there is no set; `reason` says why and what to do, in
    Chinese. `permanent`: another try without a person's doing cannot succeed."""

    def __init__(self, reason: str, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Item:
    """One file, folder or symbolic link of a source. `path` as it is to be called in the set:
    relative, "/" between its parts, bytes that are no UTF-8 as surrogates (PEP 383). `size` in
    bytes, known before it is read; `modified` aware; `mode` the permission bits.

    `open` gives the content; what cannot be read raises OSError or NotGathered, there or while
    reading. A FileNotFoundError on opening says that it was deleted since: told, not a failure.
    """

    path: str
    size: int
    modified: datetime
    open: "Callable[[], BinaryIO]"
    kind: Literal["file", "folder", "link"] = "file"
    link: str = ""  # where a link points to; it is kept as a link, never followed
    mode: int = 0o644


@dataclass(slots=True)
class Gathered:
    """A source that is ready to be read. `items` come one by one, however many there are; `tool`
    and `server` name the versions of what dumped and what was dumped; `warnings` (Chinese) may
    still grow while the items are read."""

    items: Iterator[Item]
    tool: str = ""
    server: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be read, without the database. `paths` and `exclude` line by line as declared;
    `port` 0 means the method's own; `work` is an empty folder (0700) for this run alone, deleted
    after it: dumps go there first. `staging` is the source's own folder, which outlives runs
    (`backups.staging.folder_of`): what was fetched of it so far, or brought for it."""

    source_id: str
    name: str
    kind: str
    method: str
    reach: str
    work: Path
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    database: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    command: str = ""
    remote: "Remote | None" = None
    staging: Path | None = None


def moment(seconds: float) -> datetime:
    """A file's time (seconds since 1970), or the nearest that a date can tell: a clock gone mad
    must not cost its backup."""
    return datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), UTC)


class Gatherer(Protocol):
    """A module of `backups/gatherers`: a context manager, so that what it opened is closed."""

    def gather(self, order: Order, pace: Pace) -> AbstractContextManager[Gathered]: ...

    def reach(self, order: Order, pace: Pace) -> str: ...


def gather(order: Order, pace: Pace) -> AbstractContextManager[Gathered]:
    """Open a source by its method. What comes over a line is paid for at `pace` here, limit and
    all: writing the set has a pace of its own, without limit, else each byte would wait twice.

    Raises NotGathered, Stopped, here and while items are read.
    """
    return cast("Gatherer", _module(order)).gather(order, pace)


def reach(order: Order, pace: Pace) -> str:
    """Look whether a source could be gathered now: log in, ask for what would be read. Nothing is
    kept. What worked, in a sentence. Raises NotGathered, Stopped."""
    return cast("Gatherer", _module(order)).reach(order, pace)


def settle(order: Order) -> None:
    """To be called once the set is sealed and read back: what was kept only to make it may go. Once
    more is well, too, as long as nothing was gathered since."""
    module = _module(order)
    if hasattr(module, "settle"):
        module.settle(order)


def _module(order: Order) -> ModuleType:
    if order.method not in METHODS:
        raise ValueError(f"no such method: {order.method!r}")
    return import_module(f"backups.gatherers.{order.method}")

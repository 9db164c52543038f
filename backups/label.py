"""A small file on a medium or a share that says which one it is: another stick in the same socket,
or the empty folder of a share that fell off, is refused by name (Article 142(2))."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backups.places import PlaceError
from inventory.durable import write_whole
from inventory.keys import new_key
from inventory.os_words import cause_of

NAME = "netops-label.json"
_FORMAT = 1
_LARGEST = 4096


class WrongMedium(PlaceError):
    """What is there is not what it should be."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=True)


@dataclass(frozen=True, slots=True)
class Label:
    """`id` of the register's row; `number` is what people call it."""

    id: str
    number: str


def read_label(root: Path) -> Label | None:
    """What the medium calls itself; None when it says nothing."""
    try:
        with (root / NAME).open("rb") as file:
            told = json.loads(file.read(_LARGEST))
        return Label(str(told["id"]), str(told["number"])) if told["format"] == _FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_label(root: Path, label: Label, home: Path) -> None:
    """Name a medium for the first time. Raises WrongMedium for one that is named already, for a
    folder on the console's own disk (nothing is plugged in there), and for what is no folder."""
    before = read_label(root)
    if before is not None and before.id != label.id:
        raise WrongMedium(f"{root} 已经登记为 {before.number}，不能再登记为 {label.number}")
    if not root.is_dir():
        raise WrongMedium(f"{root} 不是一个目录：请先插好介质并挂载")
    if root.stat().st_dev == home.stat().st_dev:
        raise WrongMedium(f"{root} 在值守台自己的磁盘上：介质没有插好，或没有挂载到这里")
    told = {"format": _FORMAT, "id": label.id, "number": label.number}
    data = json.dumps(told, ensure_ascii=False).encode()
    try:
        write_whole(root / NAME, root / f".{NAME}.{new_key()}", data)
    except OSError as error:
        raise PlaceError(
            f"{root} 写不进去（{cause_of(error)}）：请检查写保护和权限",
            permanent=True,
        ) from error


def guarding(root: Path, label: Label) -> Callable[[], None]:
    """A question that may be asked before each act: raises WrongMedium when it is another one."""

    def guard() -> None:
        there = read_label(root)
        if there is None:
            raise WrongMedium(
                f"{root} 上没有 {label.number} 的标识文件：没有插好、没有挂载或被拔出"
            )
        if there.id != label.id:
            raise WrongMedium(
                f"{root} 上是 {there.number}，不是 {label.number}：请换上 {label.number}"
            )

    return guard

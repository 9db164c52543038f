"""Exported data files that were brought by hand, or delivered by an agent: each as it is, never
looked into."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from backups.gathering import Gathered, Item, NotGathered, Order
from backups.gathering_agent import heard, sent, used
from backups.pace import Pace
from backups.uploads import Upload, drop, uploads
from inventory.durable import write_whole

_TAKEN = "taken.json"  # what the set that is being made holds: later uploads wait for the next


@contextmanager
def gather(order: Order, pace: Pace) -> Iterator[Gathered]:
    """Everything brought since the last good set. Raises NotGathered when that is nothing."""
    if order.reach == "agent":
        with sent(order, pace) as gathered:
            yield gathered
        return
    if order.staging is None:
        raise NotGathered("没有暂存目录，不能读取上传的文件")
    brought = list(uploads(order.staging))
    if not brought:
        raise NotGathered("还没有上传这一期的数据文件：请在来源页面上传后再备份")
    keys = json.dumps([one.key for one in brought]).encode()
    write_whole(order.staging / _TAKEN, order.staging / f".{_TAKEN}", keys)
    by = "、".join(dict.fromkeys(one.by for one in brought))
    yield Gathered(iter(list(_items(brought))), "人工上传", by[:80])


def reach(order: Order, _pace: Pace) -> str:
    """What people bring needs no line. Raises NotGathered."""
    if order.reach == "agent":
        return heard(order)
    waiting = sum(1 for _one in uploads(order.staging)) if order.staging else 0
    return f"由人上传，没有要试的连接；现在有 {waiting} 个文件等待做成备份"


def settle(order: Order) -> None:
    """The set is sealed: what is in it goes from the staging folder."""
    if order.reach == "agent":
        used(order)
        return
    assert order.staging is not None
    place = order.staging / _TAKEN
    taken = json.loads(place.read_bytes()) if place.is_file() else ()
    for one in list(uploads(order.staging)):
        if one.key in taken:
            drop(one)


def _items(brought: list[Upload]) -> Iterator[Item]:
    """Files of one name are all kept, each later one numbered; no two are called the same in a set,
    which could not be taken out again."""
    seen: set[str] = set()
    for one in brought:
        stem, dot, end = one.name.rpartition(".")
        numbered = (f"{stem or end}（{n}）{dot}{end if stem else ''}" for n in count(2))
        name = next(each for each in chain((one.name,), numbered) if each not in seen)
        seen.add(name)
        yield Item(name, one.size, one.at, partial(_opened, one.place))


def _opened(place: Path) -> BinaryIO:
    return place.open("rb")

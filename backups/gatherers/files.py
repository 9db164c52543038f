"""Folders and files: of this machine, of a mounted share, of another machine over SFTP, or sent by
the agent that runs there (Articles 140 (2) and (3): logs and business documents)."""

from collections.abc import Iterator
from contextlib import contextmanager

from backups.gathering import Gathered, NotGathered, Order
from backups.gathering_agent import heard, sent, used
from backups.gathering_local import local, look, look_mounted, mounted
from backups.gathering_remote import look_there, remote
from backups.pace import Pace
from backups.staging import clear

_REACHES = {"local": local, "mount": mounted, "ssh": remote, "agent": sent}
_LOOKS = {"local": look, "mount": look_mounted, "ssh": look_there, "agent": heard}
_NOTHING = "没有填写目录或文件：请在备份来源中填写"


@contextmanager
def gather(order: Order, pace: Pace) -> Iterator[Gathered]:
    """Items of the declared paths. Raises NotGathered, Stopped, also while they are read."""
    if order.reach != "agent" and not any(line.strip() for line in order.paths):
        raise NotGathered(_NOTHING, permanent=True)
    with _REACHES[order.reach](order, pace) as gathered:
        yield gathered


def reach(order: Order, _pace: Pace) -> str:
    """Every declared path can be looked into. Raises NotGathered."""
    if order.reach != "agent" and not order.paths:
        raise NotGathered(_NOTHING, permanent=True)
    return _LOOKS[order.reach](order)


def settle(order: Order) -> None:
    """The set is good: what was fetched for it goes; of the agent's files it is noted that they
    are in a set, and the next set needs newer ones."""
    if order.reach == "agent":
        used(order)
    elif order.staging is not None:
        clear(order.staging)

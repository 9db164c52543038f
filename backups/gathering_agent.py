"""Files that the agent on a server has sent, as they are read into a set."""

from collections.abc import Iterator
from contextlib import contextmanager

from backups.delivery import Deliveries
from backups.gathering import Gathered, NotGathered, Order
from backups.pace import Pace
from backups.unpacking import Unpacking
from inventory.durable import write_whole
from inventory.shanghai import SHANGHAI

_SILENT = "代理程序还没有上传过：请在那台服务器上安装并运行代理程序"
_USED = "used"  # the number of the delivery that is in a good set


@contextmanager
def sent(order: Order, pace: Pace) -> Iterator[Gathered]:
    """Items of the newest delivery. One that is in a set already makes no second one: what an agent
    that fell silent sent once must not look like today's backup. Raises NotGathered, Stopped."""
    if order.staging is None:
        raise NotGathered("没有暂存目录，不能读取代理程序上传的文件")
    unpacking = Unpacking(Deliveries(order.staging), pace)
    newest = unpacking.bring_up()
    if newest is None:
        raise NotGathered(_SILENT)
    at = newest.taken_at.astimezone(SHANGHAI)
    if newest.number <= _used(order):
        raise NotGathered(
            f"代理程序自 {at:%Y-%m-%d %H:%M} 以后没有新的上传，没有备份："
            "请检查那台服务器上的代理程序和它的定时任务"
        )
    warnings = [*newest.warnings, f"内容为代理程序 {at:%Y-%m-%d %H:%M} 上传时的状况"]
    yield Gathered(unpacking.items(), newest.agent, newest.host, warnings)


def heard(order: Order) -> str:
    """When the agent was last heard of: nothing here can call it. Raises NotGathered."""
    newest = Deliveries(order.staging).unpacked() if order.staging else None
    if newest is None:
        raise NotGathered(_SILENT)
    at = newest.taken_at.astimezone(SHANGHAI)
    return f"代理程序由它那边发起连接，这里不能试；{newest.host} 最近一次上传在 {at:%Y-%m-%d %H:%M}"


def used(order: Order) -> None:
    """The newest unpacked delivery is in a good set."""
    assert order.staging is not None
    newest = Deliveries(order.staging).unpacked()
    if newest is not None:
        place = order.staging / _USED
        write_whole(place, place.with_suffix(".part"), str(newest.number).encode())


def _used(order: Order) -> int:
    assert order.staging is not None
    place = order.staging / _USED
    return int(place.read_text()) if place.is_file() else 0

"""Is a device up? Pure rules over what was known, what the visit brought, and its parent."""

from dataclasses import dataclass

from netops.errors import Unreachable
from netops.reading import Poll

_PARTS = {"identity": "设备资料", "ports": "端口数据", "gauges": "传感器数据"}
MISSES_TO_DOWN = 2  # one lost sweep is not an outage: lines drop packets


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to show: state (up, down, unknown, unreachable), the reason, the technical text."""

    state: str
    why: str
    detail: str
    misses: int


def judge(state: str, misses: int, poll: Poll, *, in_hours: bool = True) -> Verdict:
    """The verdict of one visit alone, before its parent is looked at.

    A device that refuses our credential, or answers ping but not SNMP, is not down: nobody can
    tell how it is, so it is unknown, with the reason.
    """
    error = poll.error
    if error is None:
        return Verdict("up", _missing(poll), _detail(poll), 0)
    if not isinstance(error, Unreachable):
        return Verdict("unknown", error.reason, error.detail, 0)  # a refusal is an answer
    if misses + 1 < MISSES_TO_DOWN:
        return Verdict(state, f"一次没有应答，等待复核：{error.reason}", error.detail, misses + 1)
    if "icmp" in poll.answered:
        return Verdict("unknown", f"能 ping 通，但{error.reason}", error.detail, misses + 1)
    if not in_hours:
        return Verdict("unknown", "服务时间外没有应答（工作时间设备）", error.detail, misses + 1)
    return Verdict("down", error.reason, error.detail, misses + 1)


def _missing(poll: Poll) -> str:
    """What was not read of a device that is up, and why; "" when nothing is missing."""
    if not poll.partial:
        return ""
    parts = "、".join(_PARTS.get(part, part) for part in poll.partial)
    return f"{parts}没有取到：{poll.faults[0].reason}" if poll.faults else f"{parts}没有取到"


def _detail(poll: Poll) -> str:
    return "\n".join(fault.detail for fault in poll.faults if fault.detail)


def below(verdict: Verdict, parent_name: str, parent_state: str) -> Verdict:
    """A device that is down below a device that is down is only out of reach."""
    if verdict.state == "down" and parent_state in ("down", "unreachable"):
        why = f"上级“{parent_name}”中断，本设备无法到达"
        return Verdict("unreachable", why, verdict.detail, verdict.misses)
    return verdict

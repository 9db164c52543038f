"""The steps of a virus incident: cut off, treat, bring back; each signed by whoever did it."""

from typing import Any

from sqlalchemy.orm import Session

from inventory.paper import sign_typed
from inventory.stepping import Step, Taken, offer, typed_at
from inventory.virus import VirusIncident


def _isolate(session: Session, row: VirusIncident, taken: Taken) -> None:
    given = {**taken.given, "isolated_at": typed_at(row, taken, "isolated_at", row.found_at)}
    _sign(session, row, taken, given, "isolated")


def _treat(session: Session, row: VirusIncident, taken: Taken) -> None:
    given = dict(taken.given)
    if given.get("reported_at") is not None:
        given["reported_at"] = typed_at(row, taken, "reported_at", row.found_at)
    _sign(session, row, taken, given, "treated")


def _recover(session: Session, row: VirusIncident, taken: Taken) -> None:
    given = {**taken.given, "released_at": typed_at(row, taken, "released_at", row.isolated_at)}
    _sign(session, row, taken, given, "closed")


def _sign(
    session: Session, row: VirusIncident, taken: Taken, given: dict[str, Any], state: str
) -> None:
    sign_typed(session, row, "fill", taken, given, "处置")
    row.state = state


offer(
    VirusIncident,
    Step(
        "isolate", "已隔离", ("found",), _isolate, asks=("isolated_at", "isolated_how"),
        needs=("isolated_how",), proof=True,
        help="先断开网络（第一百三十条）。时间空着就是现在。",
    ),
    Step(
        "treat", "已处理", ("isolated",), _treat, asks=("treatment", "root", "reported_at"),
        needs=("treatment", "root"), proof=True,
        help="写明怎样清除、从哪里染上；不能安全清除的要报信息中心。",
    ),
    Step(
        "recover", "解除隔离，恢复使用", ("treated",), _recover, asks=("released_at",), proof=True,
        help="查杀干净以后才能接回网络。时间空着就是现在。",
    ),
)  # fmt: skip

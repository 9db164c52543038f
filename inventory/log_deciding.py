"""What becomes of a draft: it is written into the log, as it is or as a person puts it, or left
out for a reason."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.log_draft import STATES, LogDismissal, LogDraft
from inventory.log_entry import LogEntry
from inventory.register import FieldError, Rejected
from inventory.role import Standing
from inventory.signature import acting

_LONGEST = 300  # characters of a reason


def confirm(
    session: Session, one: LogDraft, who: Standing, told: Mapping[str, Any] | None = None
) -> LogEntry:
    """Write a draft into the log under this person's name; `told` are the fields (section, text,
    occurred_at, equipment_id, way …) as they put them. Raises Rejected, once it is decided."""
    acting(session, who)
    _open(one)
    values: dict[str, Any] = {
        "section": one.section, "text": one.text, "occurred_at": one.at,
        "equipment_id": one.equipment_id, "device_id": one.device_id, **(told or {}),
    }  # fmt: skip
    if str(values["text"]).rstrip().endswith(("：", ":")):  # a restart is to be explained, say
        raise Rejected((FieldError("text", "内容", "请把话写完：冒号后面还没有内容"),))
    entry = LogEntry(centre_id=one.centre_id, source=one.key, **values)
    session.add(entry)
    session.flush()
    one.state = "entered"
    return entry


def dismiss(session: Session, one: LogDraft, who: Standing, reason: str) -> LogDismissal:
    """Leave a draft out of the log; the reason is kept. Raises Rejected without one."""
    acting(session, who)
    _open(one)
    reason = " ".join(reason.split())
    if not reason or len(reason) > _LONGEST or not reason.isprintable():
        cause = f"必须填写，最多 {_LONGEST} 个字，不含控制字符"
        raise Rejected((FieldError("reason", "忽略理由", cause),))
    left = LogDismissal(
        centre_id=one.centre_id, text=one.text, reason=reason, occurred_at=one.at,
        by_name=who.name, at=datetime.now(UTC), draft_key=one.key,
    )  # fmt: skip
    session.add(left)
    one.state = "dismissed"
    session.flush()
    return left


def _open(one: LogDraft) -> None:
    if one.state != "open":
        raise Rejected((FieldError("state", "草稿", f"{STATES[one.state]}，别人可能刚刚办理过"),))

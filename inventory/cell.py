"""One cell of a form or a sheet: from a person's text to the value, and back again."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, or_, select
from sqlalchemy.orm import Session

from inventory.db import Base
from inventory.register import Field, Register, fields, register_named
from inventory.text import ip, mac

SHANGHAI = ZoneInfo("Asia/Shanghai")
_YES = {"是", "yes", "y", "true", "1", "on", "√"}
_NO = {"否", "no", "n", "false", "0", "off", "×", ""}
Labels = Mapping[tuple[str, str], str]


def read(session: Session, field: Field, text: str) -> Any:
    """The value of `text` for this field, None when empty.

    Raises ValueError with a Chinese cause. References are looked up within the session's scope.
    """
    text = text.strip() if field.entry.kind not in ("note", "secret") else text
    if field.entry.kind == "yes":
        return _yes(text)
    if not text:
        if field.entry.required:
            raise ValueError("必须填写")
        return None
    if field.entry.kind == "ref":
        return _reference(session, field, text)
    return _READERS[field.entry.kind](field, text)


def write(field: Field, value: Any, labels: Labels) -> str:
    """The text of a value, so that `read` gives the value back (a secret never comes out)."""
    if value is None or field.entry.kind == "secret":
        return ""
    if field.entry.kind == "ref":
        return labels.get((field.entry.refers, value), "")
    if field.entry.kind == "choice":
        return (field.entry.choices or {}).get(value, value)
    if field.entry.kind == "yes":
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return f"{value:g}" if isinstance(value, float) else str(value)


def labels_for(session: Session, cls: type[Base], rows: Iterable[Any]) -> Labels:
    """What each referenced row is called, one query per referenced register."""
    rows, found = list(rows), {}
    for field in fields(cls):
        if field.entry.kind != "ref":
            continue
        keys = {getattr(row, field.name) for row in rows} - {None}
        target = register_named(field.entry.refers)
        for row in session.scalars(select(target).where(target.id.in_(keys))) if keys else ():
            found[field.entry.refers, row.id] = sheet_name(row)
    return found


def sheet_name(row: Register) -> str:
    """What a sheet calls a row: its natural key (a code for a centre, a name for a device)."""
    return str(getattr(row, row.names[0]))


def _text(field: Field, text: str) -> str:
    if len(text) > field.entry.longest and field.entry.kind == "text":
        raise ValueError(f"最多 {field.entry.longest} 个字，现有 {len(text)} 个")
    if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text):
        raise ValueError("含有不可显示的控制字符")
    return text


def _yes(text: str) -> bool:
    word = text.lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(f"只能填“是”或“否”，不能填“{text}”")


def _number(field: Field, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"“{text}”不是数字") from None
    low, high = field.entry.low, field.entry.high
    outside = (low is not None and value < low) or (high is not None and value > high)
    if outside or not math.isfinite(value):
        raise ValueError(f"应在 {_bound(low)} 到 {_bound(high)} 之间")
    return value


def _bound(limit: float | None) -> str:
    return "不限" if limit is None else f"{limit:g}"


def _whole(field: Field, text: str) -> int:
    value = _number(field, text)
    if value != int(value):
        raise ValueError(f"“{text}”不是整数")
    return int(value)


def _choice(field: Field, text: str) -> str:
    choices = field.entry.choices or {}
    if text in choices:
        return text
    found = [stored for stored, label in choices.items() if label == text]
    if not found:
        raise ValueError(f"“{text}”不在可选值中：{'、'.join(choices.values())}")
    return found[0]


def _day(_field: Field, text: str) -> date:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValueError(f"“{text}”不是日期，应写成 2026-11-21") from None


def _time(_field: Field, text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}”不是时间，应写成 2026-11-21 08:00") from None
    return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(UTC)


_READERS: Mapping[str, Callable[[Field, str], Any]] = {
    "text": _text, "note": _text, "secret": _text, "whole": _whole, "number": _number,
    "choice": _choice, "day": _day, "time": _time,
    "ip": lambda _field, text: ip(text), "mac": lambda _field, text: mac(text),
}  # fmt: skip


def _reference(session: Session, field: Field, text: str) -> str:
    """A row by id, natural key or (for whoever types it) its displayed name."""
    target = register_named(field.entry.refers)
    columns = inspect(target).columns
    named = {target.names[0], "name"} & set(columns.keys())
    alive = select(target.id).where(target.retired_at.is_(None))
    exact = session.scalars(alive.where(or_(target.id == text))).first()
    if exact:
        return exact
    found = session.scalars(alive.where(or_(*(columns[name] == text for name in named)))).all()
    if len(found) > 1:
        raise ValueError(f"有 {len(found)} 个{target.title}叫“{text}”，请改用唯一的名称或代码")
    if not found:
        raise ValueError(f"找不到{target.title}“{text}”（或不在您的权限范围内）")
    return found[0]

"""One cell of a form or a sheet: from a person's text to the value, and back again."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.db import Base
from inventory.reference import names_of
from inventory.register import Field, Register, fields, register_named
from inventory.shanghai import SHANGHAI
from inventory.text import ip, mac, visible

_YES = {"是", "yes", "y", "true", "1", "on", "√", "有", "✓", "✔", "☑", "对", "真"}
_NO = {"否", "no", "n", "false", "0", "off", "×", "无", "✗", "✘", "x", "错", "假", "没有"}
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?(?: 0?0:00(?::00)?)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_FIGURES = ("number", "day", "time", "ip", "mac")
_NOTHING = frozenset(("无", "没有", "暂无", "不详", "未知", "/", "-", "--", "—", "——", "n/a", "na"))
_MONEY = ("元", "¥", "人民币", "rmb")
_MOMENT = re.compile(r"([0-9]{4}[^ T]+)[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_LARGEST = 2**31 - 1  # of an INTEGER column
_MOST_BYTES = 2**63 - 1  # of a BIGINT column
YEARS = range(1900, 2200)
Labels = Mapping[tuple[str, str], str]
Refer = Callable[[Field, str], str]


def read(field: Field, text: str, refer: Refer) -> Any:
    """The value of `text` for this field; an empty cell is the column's default, or None.

    `refer` finds the row a reference means. Raises ValueError with a Chinese cause.
    """
    text = text if field.kind == "secret" else text.strip()
    text = visible(text).strip() if field.kind == "text" else text
    if not text or _crossed_out(field, text):
        if field.entry.required and field.default is None:
            raise ValueError("必须填写")
        return field.default
    if field.entry.settled:
        return _settled(field, text)
    if field.kind == "ref":
        return refer(field, text)
    return _READERS[field.kind](field, text)


def _crossed_out(field: Field, text: str) -> bool:
    """What offices write into a cell that has nothing to say, where it can be no value."""
    return (field.kind in _FIGURES or field.entry.blanks) and _word(text) in _NOTHING


def _settled(field: Field, text: str) -> Any:
    """What only the console's steps write may be repeated as it begins, not chosen."""
    if text not in (typed(field, field.default), write(field, field.default, {})):
        raise ValueError("只随办理步骤改变，不能直接填写")
    return field.default


def write(field: Field, value: Any, labels: Labels) -> str:
    """The text of a value, so that `read` gives the value back (a secret never comes out)."""
    if value is None or field.kind == "secret":
        return ""
    if field.kind == "ref":
        return labels.get((field.entry.refers, value), "")
    if field.kind == "choice":
        return field.choices.get(value, value)
    if field.kind == "yes":
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def typed(field: Field, value: Any) -> str:
    """The text a form holds for a value: the stored word of a choice, the id of a reference."""
    if field.kind in ("choice", "ref"):
        return str(value or "")
    text = write(field, value, {})
    return text.replace(" ", "T") if field.kind == "time" else text


def labels_for(session: Session, cls: type[Base], rows: Iterable[Any]) -> Labels:
    """What a sheet calls each referenced row, two queries per referenced register: its natural
    key, with the code of its centre behind it where two living rows share that key."""
    rows, found = list(rows), {}
    for refers in {field.entry.refers for field in fields(cls) if field.kind == "ref"}:
        columns = [f.name for f in fields(cls) if f.entry.refers == refers]
        keys = {getattr(row, name) for row in rows for name in columns} - {None}
        for row_id, text in _sheet_names(session, register_named(refers), keys):
            found[refers, row_id] = text
    return found


def _sheet_names(
    session: Session, cls: type[Register], keys: Iterable[str]
) -> Iterable[tuple[str, str]]:
    for batch in batches(sorted(keys)):
        rows = session.execute(names_of(cls).where(cls.id.in_(batch))).all()
        shared = _shared(session, cls, {row[1] for row in rows}) if "centre_id" in cls.names else ()
        for row in rows:
            yield row[0], f"{row[1]}@{row[4]}" if row[1] in shared else str(row[1])


def _shared(session: Session, cls: type[Register], texts: Iterable[str]) -> set[str]:
    key = getattr(cls, cls.names[0])
    alive = select(key).where(cls.retired_at.is_(None), key.in_(list(texts)))
    return set(session.scalars(alive.group_by(key).having(func.count() > 1)))


def _text(field: Field, text: str) -> str:
    """One line: what a sheet breaks or indents inside a name does not make another name."""
    text = " ".join(_note(field, text).split())
    if field.kind == "text" and len(text) > field.entry.longest:
        raise ValueError(f"最多 {field.entry.longest} 个字，现有 {len(text)} 个")
    return text


def _note(_field: Field, text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(
        unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\t\n" for letter in text
    ):
        raise ValueError("含有不可显示的控制字符，请删去后重新填写")
    return text


def _half(text: str) -> str:
    """Full-width digits, letters and marks as half-width ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _yes(_field: Field, text: str) -> bool:
    word = _half(text).lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(f"只能填“是”或“否”，不能填“{text}”")


def _number(field: Field, text: str) -> float:
    plain = _bare(field, text)
    try:
        value = float(plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain)
    except ValueError:
        raise ValueError(f"“{text}”不是数字") from None
    low, high = field.entry.low, field.entry.high
    outside = (low is not None and value < low) or (high is not None and value > high)
    if outside or not math.isfinite(value):
        raise ValueError(f"应在 {_bound(low)} 到 {_bound(high)} 之间")
    return value


def _bare(field: Field, text: str) -> str:
    """The figure without the field's own unit; another unit stays, and is refused."""
    plain, unit = _half(text), _half(field.entry.unit)
    for mark in _MONEY if unit == "元" else filter(None, (unit,)):
        lower = plain.lower()
        if lower.endswith(mark.lower()):
            plain = plain[: -len(mark)].strip()
        elif lower.startswith(mark.lower()):
            plain = plain[len(mark) :].strip()
    return plain


def _bound(limit: float | None) -> str:
    return "不限" if limit is None else f"{limit:.15g}"


def _whole(field: Field, text: str) -> int:
    value = _number(field, text)
    if value != int(value) or abs(value) > _LARGEST:
        raise ValueError(f"“{text}”不是整数，或者太大")
    return int(value)


def _size(_field: Field, text: str) -> int:
    """Bytes, to the last one: a float would round them."""
    plain = _half(text).replace(",", "")
    if not plain.isdecimal() or int(plain) > _MOST_BYTES:
        raise ValueError(f"“{text}”不是字节数")
    return int(plain)


def _choice(field: Field, text: str) -> str:
    if text in field.choices:
        return text
    exact = [stored for stored, label in field.choices.items() if label == text]
    found = exact or [stored for stored, label in field.choices.items()
                      if _word(text) in (_word(label), _word(stored))]  # fmt: skip
    if len(found) != 1:
        raise ValueError(f"“{text}”不在可选值中：{'、'.join(field.choices.values())}")
    return found[0]


def _word(text: str) -> str:
    return "".join(_half(text).lower().split())


def _day(_field: Field, text: str) -> date:
    """2026-11-21, and what Chinese offices write: 2026/1/5, 2026.1.5, 20260105, 2026年1月5日."""
    plain = _half(text)
    told = _DAY.fullmatch(plain.replace(" ", "") if "月" in plain else plain)
    try:
        value = date(*map(int, told.groups())) if told else date.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"“{text}”不是日期，应写成 2026-11-21") from None
    return _of_our_years(value, text)


def _time(field: Field, text: str) -> datetime:
    told = _MOMENT.fullmatch(_half(text))
    try:
        if told is None:
            value = datetime.fromisoformat(text)
        else:
            hour, minute, second = (int(part or 0) for part in told.groups()[1:])
            value = datetime.combine(_day(field, told[1]), time(hour, minute, second))
    except ValueError:
        raise ValueError(f"“{text}”不是时间，应写成 2026-11-21 08:00") from None
    _of_our_years(value, text)
    return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _of_our_years(value: date, text: str) -> date:
    """A slip of the pen (0226, 20266) would be counted on to where no calendar goes."""
    if value.year not in YEARS:
        raise ValueError(f"“{text}”的年份不对，应在 {YEARS[0]} 到 {YEARS[-1]} 之间")
    return value


_READERS: Mapping[str, Callable[[Field, str], Any]] = {
    "text": _text, "note": _note, "secret": _note, "whole": _whole, "number": _number,
    "size": _size,
    "choice": _choice, "day": _day, "time": _time, "yes": _yes,
    "ip": lambda _field, text: ip(text), "mac": lambda _field, text: mac(text),
}  # fmt: skip

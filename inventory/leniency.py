"""What an office's sheet writes and a form would not: read kindly, and told, never guessed at.

A form shows its person at once what is wrong; a sheet of thousands of rows comes from elsewhere.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from inventory.register import Field
from inventory.sheet import Broken, Spread, folded

_MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?份?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")  # 1927-05-18 to 2173-10-13
_POWER = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2}")
_EPOCH = {False: date(1899, 12, 30), True: date(1904, 1, 1)}  # what Excel counts days from
_PROOF = 2  # one column, or one merged cell, proves nothing
_SUMS = re.compile(r"(合计|总计|小计|共计|累计|本页合计|本页小计|制表人?|填表人?|审核人?|复核人?"
                   r"|负责人|说明|注)([:：].*)?")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell as `cell.read` understands it, and what has to be told of how it was read."""

    text: str
    hint: str = ""


def reading(field: Field, text: str, *, since_1904: bool) -> Reading:
    """The cell in plain words; raises ValueError when what it says cannot be believed."""
    if isinstance(text, Broken):
        raise ValueError(text.cause)  # noqa: TRY004  (the cell is wrong, not the type)
    if field.kind == "day":
        return _day(text.strip(), since_1904=since_1904)
    return _called(field, text) if field.nicknames else Reading(text)


def _called(field: Field, text: str) -> Reading:
    """A choice by the name that offices give it."""
    plain = folded(text)
    for name, label in field.nicknames.items():
        if plain == folded(name):
            return Reading(label, f"“{text.strip()}”读作“{label}”")
    return Reading(text)


def worn(field: Field, text: str) -> str:
    """Why this is no text a person typed but a long number of which Excel kept the beginning; ""
    for any other. A row that already says it may go on saying it."""
    plain = text.strip()
    if field.kind != "text" or not _POWER.fullmatch(plain):
        return ""
    return f"“{plain}”是 Excel 改写过的长数字，原来的数字已经不全；请把该列设为文本后重新填写"


def _day(plain: str, *, since_1904: bool) -> Reading:
    if _SERIAL.fullmatch(plain):
        day = (_EPOCH[since_1904] + timedelta(days=int(float(plain)))).isoformat()
        return Reading(day, f"“{plain}”是 Excel 的日期序号，读作 {day}")
    month = _MONTH.fullmatch("".join(plain.split()))
    if month and 1 <= int(month[2]) <= 12:
        day = f"{month[1]}-{int(month[2]):02}-01"
        return Reading(day, f"“{plain}”只写到月，按当月 1 日记为 {day}")
    return Reading(plain)


def no_entry(cells: Mapping[str, str], required: Collection[str]) -> str:
    """What a row says that is no entry of the register: 合计, 制表人, a heading across the table;
    "" for one that is. `cells` are all of the row in order, by header; `required` are the headers
    an entry must fill: a row that fills one of them beside its first cell is an entry.
    """
    own = [key for key, text in cells.items() if text.strip() and not isinstance(text, Spread)]
    if len(required) < _PROOF or not own:
        return ""
    first = cells[own[0]].strip()
    if all(_is_sum(cells[key]) for key in own):
        return first
    if any(key in required for key in own[1:]):
        return ""
    across = len(own) == 1 and sum(isinstance(text, Spread) for text in cells.values()) >= _PROOF
    return first if across or _is_sum(first) else ""


def _is_sum(text: str) -> bool:
    return _SUMS.fullmatch("".join(text.split())) is not None

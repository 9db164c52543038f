"""A month, or a year, of the duty log as a workbook: a row for each thing that stands on paper."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from io import BytesIO

from flask_babel import gettext as _

from inventory.log_day import STATES
from inventory.log_month_parts import KINDS, Addendum, Day, Month, Sheet, Signed
from inventory.log_month_parts import STATES as DAYS
from inventory.log_sections import SECTIONS
from inventory.shifts import SHIFTS
from web.locale import moment
from web.workbook import workbook

Row = tuple[str, ...]
ENTRIES = ("日期", "班次", "编号", "栏目", "发生时间", "记录时间", "补记", "内容", "设备", "记录人")
CALENDAR = ("日期", "日历", "状态", "班次", "记录条数", "作废", "未签字", "缺签说明", "审阅意见",
            "未入日志的草稿")  # fmt: skip
SIGNATURES = ("日期", "单据", "含义", "签字人", "代", "时间", "方式", "版次", "有效", "内容摘要")
ADDENDA = ("日期", "编号", "差错类别", "更正的记录", "差错内容", "更正内容", "发现人", "填报时间",
           "已审核")  # fmt: skip
RETURNS = ("日期", "班次", "退回时间", "退回人", "意见")
HANDOVERS = ("日期", "编号", "班次", "交班人", "接班人", "状态")


def workbook_of(months: Sequence[Month], mark: str) -> BytesIO:
    """The months, oldest first, on seven sheets; `mark` stands on the last."""
    told: Mapping[str, tuple[Row, Callable[[Day], Iterator[Row]]]] = {
        _("记录"): (ENTRIES, entries), _("每日"): (CALENDAR, calendar),
        _("签字"): (SIGNATURES, signatures), _("更正"): (ADDENDA, addenda),
        _("退回"): (RETURNS, returns), _("交接班"): (HANDOVERS, handovers),
    }  # fmt: skip
    tables = {
        title: [
            tuple(map(_, heads)),
            *(row for one in months for day in one.days for row in of(day)),
        ]
        for title, (heads, of) in told.items()
    }
    return workbook({**tables, _("审计链"): [(mark,)]})


def as_json(months: Sequence[Month], mark: str) -> bytes:
    """The same facts for programs; times are ISO 8601 in UTC."""
    told = {"mark": mark, "months": [asdict(one) for one in months]}
    text = json.dumps(told, ensure_ascii=False, indent=1, default=lambda at: at.isoformat())
    return text.encode()


def entries(day: Day) -> Iterator[Row]:
    """A row for each entry, under ENTRIES."""
    for sheet in day.sheets:
        for one in sheet.lines:
            yield (
                f"{day.day}", _(SHIFTS[sheet.shift]), one.number, _(SECTIONS[one.section]),
                moment(one.at), moment(one.recorded_at), _("补记") if one.late else "", one.text,
                one.things, one.author,
            )  # fmt: skip


def calendar(day: Day) -> Iterator[Row]:
    """A row for each sheet, or one for a day without any, under CALENDAR."""
    kind = f"{_(KINDS[day.kind])} {day.name}".strip()
    for sheet in day.sheets:
        lacking = "、".join(day.lacking.get(sheet.shift, ()))
        yield (
            f"{day.day}", kind, _(STATES[sheet.state]), _(SHIFTS[sheet.shift]),
            str(len(sheet.lines)), str(sheet.voided), lacking, sheet.unsigned, sheet.remark,
            str(day.dismissed),
        )  # fmt: skip
    if not day.sheets:
        lacking = "、".join(name for names in day.lacking.values() for name in names)
        state = _(DAYS[day.state])
        yield f"{day.day}", kind, state, "", "0", "0", lacking, "", "", str(day.dismissed)


def signatures(day: Day) -> Iterator[Row]:
    """A row for each signature ever given, under SIGNATURES."""
    for sheet in day.sheets:
        for part in sheet.parts:
            yield from _signed(day, _("%(name)s 的填报", name=part.author), part.signatures)
        yield from _signed(day, _("工作日志"), sheet.signatures)
        for _of, one in _corrected(sheet):
            yield from _signed(day, one.number, one.signatures)
    for paper in day.handed:
        yield from _signed(day, paper.number, paper.signatures)


def addenda(day: Day) -> Iterator[Row]:
    """A row for each row of the book of errors, under ADDENDA."""
    for sheet in day.sheets:
        for number, one in _corrected(sheet):
            yield (
                f"{day.day}", one.number, _(one.kind), number, one.what, one.right, one.found_by,
                moment(one.filled_at), _("是") if one.closed else _("否"),
            )  # fmt: skip


def returns(day: Day) -> Iterator[Row]:
    """A row each time the leader gave a sheet back, under RETURNS."""
    for sheet in day.sheets:
        for one in sheet.returned:
            yield f"{day.day}", _(SHIFTS[sheet.shift]), moment(one.at), one.by, one.remark


def handovers(day: Day) -> Iterator[Row]:
    """A row for each shift handed over, under HANDOVERS."""
    for one in day.handed:
        yield f"{day.day}", one.number, _(SHIFTS[one.shift]), one.giver, one.taker, _(one.state)


def _corrected(sheet: Sheet) -> Iterator[tuple[str, Addendum]]:
    """(the number of the entry it corrects, "" for one that was left out; the addendum)."""
    for line in sheet.lines:
        yield from ((line.number, one) for one in line.addenda)
    yield from (("", one) for one in sheet.addenda)


def _signed(day: Day, paper: str, found: Sequence[Signed]) -> Iterator[Row]:
    for one in found:
        yield (
            f"{day.day}", paper, _(one.meaning), one.name, one.on_behalf, moment(one.at, True),
            _(one.method), str(one.number), _("是") if one.stands else _("否"), one.digest,
        )  # fmt: skip

"""The month of equipment as a workbook: the count, every movement, the head of the audit chain."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from inventory.category import labels
from inventory.lifecycle import STATES
from inventory.month import Month
from inventory.shanghai import SHANGHAI
from web.queries.equipment_month import Moved

Table = list[tuple[str, ...]]

HEADS = ("类别", "状态", "期初", "增加", "减少", "期末")
MOVED_HEADS = ("时间", "编号", "品名", "类别", "原状态", "新状态", "凭据", "原因", "补记")


def workbook_of(told: Month, moved: Sequence[Moved], mark: str) -> BytesIO:
    """Three sheets; `mark` stands on the last one."""
    return _book(
        {
            _("数量"): [tuple(map(_, HEADS)), *counted(told)],
            _("变动"): [tuple(map(_, MOVED_HEADS)), *movements(moved)],
            _("审计链"): [(mark,)],
        }
    )


def counted(told: Month) -> Iterable[tuple[str, ...]]:
    """Every place of the count as texts of a sheet."""
    for kind in (kind for kind in labels() if kind in told.categories):
        for word, label in STATES.items():
            place = (kind, word)
            figures = (told.opening[place], told.ins[place], told.outs[place], told.closing[place])
            if any(figures):
                yield (_(labels()[kind]), _(label), *map(str, figures))


def movements(found: Iterable[Moved]) -> Iterable[tuple[str, ...]]:
    """Every movement as texts of a sheet."""
    for one in found:
        told = one.movement.told
        yield (
            one.movement.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"), one.tag, one.name,
            _(labels().get(told.category, told.category)), _word(one.left), _word(one.entered),
            told.paper_no, told.reason, _("补记") if one.late else "",
        )  # fmt: skip


def _word(text: str) -> str:
    return str(_(text)) if text else ""


def _book(tables: Mapping[str, Table]) -> BytesIO:
    """Figures as figures, everything else as texts: no cell becomes a formula."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as file:
        bold = file.add_format({"bold": True, "bg_color": "#E8EDF3"})
        for title, rows in tables.items():
            page = file.add_worksheet(title)
            page.set_column(0, 8, 16)
            for number, row in enumerate(rows):
                for column, text in enumerate(row):
                    _write(page, (number, column), text, bold if number == 0 else None)
    out.seek(0)
    return out


def _write(page: Any, place: tuple[int, int], text: str, look: Any) -> None:
    if text.isdecimal() and len(text) < 10 and look is None:
        page.write_number(*place, int(text))
    else:
        page.write_string(*place, text, look)

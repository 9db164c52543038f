"""The cells of one XLSX sheet as people see them: texts, with what merging and formulas hide."""

# openpyxl keeps its streaming reader to itself, and that reader passes over merged cells and
# formulas without a result; requirements.lock pins the version this was written for.
# ruff: noqa: SLF001

from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from inventory.sheets.escapes import unescaped
from inventory.sheets.table import MAX_COLUMNS, Broken, Line, SheetError, Spread

_EXCEL_ROWS = 1_048_576
_EXACT_DIGITS = 15  # Excel keeps no more of a number
_MOST_SPREAD = 1_000_000  # cells filled from merged ones
_Grid = dict[int, list[str]]


class _Parser(WorkSheetParser):
    """Tells a formula that was never computed from an empty cell."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        told: dict[str, Any] = super().parse_cell(element)
        computed = element.get("t") == "str" and element.find(VALUE_TAG) is not None
        if told["value"] is None and element.find(FORMULA_TAG) is not None and not computed:
            told["data_type"] = "f"
        return told


class Cells:
    """One sheet of an open workbook, read cell by cell."""

    def __init__(self, page: Any) -> None:
        self._page, self._book = page, page.parent
        self.hidden = 0  # rows, known once the lines are through
        self._zeros = cache(self._leading_zeros)

    def lines(self, most: int = 0) -> Iterator[Line]:
        """The rows that hold something; with `most` only the first so many, as they stand, without
        what merged cells hide. Raises SheetError."""
        with self._page._get_source() as source:
            book = self._book
            parser = _Parser(
                source, self._page._shared_strings, data_only=True, epoch=book.epoch,
                date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
            )  # fmt: skip
            if most:
                rows = zip(range(most), parser.parse(), strict=False)
                yield from ((number, self._texts(cells)) for _, (number, cells) in rows)
                return
            grid = self._grid(parser)
        for found in parser.merged_cells.mergeCell if parser.merged_cells else ():
            _spread(grid, found.ref)
        told = parser.row_dimensions.values()
        self.hidden = sum(one.get("hidden") in ("1", "true") for one in told)
        yield from grid.items()

    def _grid(self, parser: _Parser) -> _Grid:
        grid: _Grid = {}
        for number, cells in parser.parse():
            if number > _EXCEL_ROWS:
                raise SheetError(f"第 {number} 行", "超出 Excel 的行数，文件可能已损坏")
            grid[number] = self._texts(cells)
        return grid

    def _texts(self, cells: list[dict[str, Any]]) -> list[str]:
        texts: list[str] = []
        for cell in cells:
            texts += [""] * (cell["column"] - len(texts) - 1)
            texts.append(self._text(cell))
        return texts

    def _text(self, cell: dict[str, Any]) -> str:
        """What the cell shows, as a text; what it should show, but does not, is `Broken`."""
        value, kind = cell["value"], cell["data_type"]
        where = f"单元格 {get_column_letter(cell['column'])}{cell['row']}"
        if kind == "f":
            cause = f"{where} 是公式，文件里没有它的结果；请用 Excel 打开、保存一次再导入"
            return Broken.told("=", cause)
        if kind == "e":
            return Broken.told(str(value), f"{where} 的公式出错（{value}），请改正后再导入")
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(where, value, self._zeros(cell["style_id"]))
        return _shown(value)

    def _leading_zeros(self, style: int) -> int:
        """How many digits a format like 00000 shows at least: 00123 is typed and seen, 123 kept."""
        styles = self._book._cell_styles
        number = styles[style].numFmtId if style < len(styles) else 0
        own = self._book._number_formats
        if number < BUILTIN_FORMATS_MAX_SIZE:
            told = BUILTIN_FORMATS.get(number, "")
        else:
            told = own[number - BUILTIN_FORMATS_MAX_SIZE]
        return len(told) if told and set(told) == {"0"} else 0


def _shown(value: Any) -> str:
    """ISO for dates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        day_only = value.time() == time.min
        return value.date().isoformat() if day_only else value.isoformat(" ", "seconds")
    return unescaped(str(value))


def _number(where: str, value: float, zeros: int) -> str:
    """A number with the digits Excel keeps, no ".0" after whole ones; a longer one has lost its
    end already."""
    text = f"{Decimal(f'{value:.15g}'):f}"
    if abs(value) < 10**_EXACT_DIGITS:
        return text.zfill(zeros)
    cause = f"{where} 的数字超过 15 位，Excel 已把末尾改成 0；请先把单元格设为文本，再重新填写"
    return Broken.told(text, cause)


def _spread(grid: _Grid, ref: str) -> None:
    """Every row and column of a merged range says what its first cell says."""
    left, top, right, bottom = (bound or 1 for bound in range_boundaries(ref))
    above = grid.get(top, [])
    if left > len(above) or not above[left - 1]:
        return
    right = min(right, MAX_COLUMNS)
    rows = range(top, bottom + 1) if bottom - top < len(grid) else sorted(grid)
    inside = [grid[number] for number in rows if top <= number <= bottom and number in grid]
    if len(inside) * (right - left + 1) > _MOST_SPREAD:
        raise SheetError("文件", "合并的单元格太多，请取消合并后再导入")
    text = above[left - 1]
    for cells in inside:
        cells += [""] * (right - len(cells))
        cells[left - 1] = text
        cells[left:right] = [Spread(text)] * (right - left)

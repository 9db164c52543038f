"""XLSX: read what people see in the cells, write texts that stay texts."""

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

from inventory.sheets.table import Line, Sheet, SheetError, table

MAX_UNPACKED = 200 * 1024 * 1024  # bytes; a zip bomb packs gigabytes into kilobytes
_EXCEL_ROWS = 1_048_576
_EXCEL_CELL = 32_767  # characters
_EXACT_DIGITS = 15  # Excel keeps no more of a number
_SAMPLED_ROWS = 1_000
_NARROWEST, _WIDEST = 8, 60  # in half-width characters
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # ECMA-376 part 1, 22.9.2.19 ST_Xstring
_BAD_TITLE = re.compile(r"[\[\]:*?/\\]")
# What openpyxl is known to let through when a file is damaged or something else in a zip.
_DAMAGED = (
    AttributeError, EOFError, InvalidFileException, LookupError, NotImplementedError, OSError,
    ParseError, RuntimeError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_xlsx(data: bytes, sheet: str | None = None) -> Sheet:
    """The named sheet, or the first that is not hidden; formulas give their last result.

    Hidden rows and columns count like any other. Raises SheetError.
    """
    try:
        _guard(data)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            return table(_lines(_chosen(book, sheet)))
    except _DAMAGED:
        cause = "打不开，可能已损坏，或不是 xlsx；请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入"
        raise SheetError("文件", cause) from None


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> bytes:
    """A table for Excel: bold frozen header, filter, every cell a text; memory stays flat.

    Raises SheetError for what Excel cannot hold.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet(_sheet_title(title))
        text = book.add_format({"num_format": "@", "valign": "top"})
        bold = book.add_format({"num_format": "@", "bold": True, "bg_color": "#E8EDF3"})
        _write_row(page, 0, columns, bold)
        widths = [_width(name) + 3 for name in columns]  # room for the filter's arrow
        last = 0
        for last, row in enumerate(rows, 1):
            _write_row(page, last, row, text)
            if last <= _SAMPLED_ROWS:
                widths = [max(pair) for pair in zip(widths, map(_width, row), strict=True)]
        for at, width in enumerate(widths):
            # The column keeps the text format: a code typed later does not lose its zeros.
            page.set_column(at, at, min(max(width + 1, _NARROWEST), _WIDEST), text)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, last, max(len(columns) - 1, 0))
    return out.getvalue()


def _guard(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            limit = MAX_UNPACKED // 1024 // 1024
            raise SheetError("文件", f"解开后超过 {limit} MB，请拆成几个文件分别导入")


def _chosen(book: Any, name: str | None) -> Any:
    pages = {page.title: page for page in book.worksheets}
    if name is not None and name not in pages:
        raise SheetError(name, f"没有这张工作表，文件里有：{'、'.join(pages)}")
    shown = [page for page in book.worksheets if page.sheet_state == "visible"]
    return pages[name] if name is not None else (shown or book.worksheets)[0]


def _lines(page: Any) -> Iterator[Line]:
    page.reset_dimensions()  # other programs write wrong ones, and rows would be lost
    for number, cells in enumerate(page.iter_rows(), 1):
        if number > _EXCEL_ROWS:
            raise SheetError(f"第 {number} 行", "超出 Excel 的行数，文件可能已损坏")
        yield number, [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    """What the cell shows, as a text; ISO for dates, no ".0" after whole numbers."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        raise SheetError(f"单元格 {cell.coordinate}", f"公式出错（{value}），请改正后再导入")
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(cell.coordinate, value)
    if isinstance(value, datetime):
        day_only = value.time() == time.min
        return value.date().isoformat() if day_only else value.isoformat(" ", "seconds")
    return str(value)


def _number(coordinate: str, value: float) -> str:
    """A number with the digits Excel keeps; a longer one has lost its end already."""
    if abs(value) >= 10**_EXACT_DIGITS:
        cause = "数字超过 15 位，Excel 已把末尾改成 0；请先把单元格设为文本，再重新填写"
        raise SheetError(f"单元格 {coordinate}", cause)
    return f"{Decimal(f'{value:.15g}'):f}"


def _write_row(page: Any, number: int, row: Sequence[str], style: Any) -> None:
    for at, cell in enumerate(row):
        if len(cell) > _EXCEL_CELL:
            cause = f"第 {at + 1} 列超过 Excel 每格 {_EXCEL_CELL} 字的上限，请改用 CSV 导出"
            raise SheetError(f"第 {number + 1} 行", cause)
        if cell.startswith("<r>") and cell.endswith("</r>"):
            # XlsxWriter takes such a text for its own markup; in pieces it is escaped.
            page.write_rich_string(number, at, *cell[:2], cell[2:], style)
        elif page.write_string(number, at, cell, style) < 0:
            raise SheetError(f"第 {number + 1} 行", "超出 Excel 的行数或列数，请改用 CSV 导出")


def _sheet_title(title: str) -> str:
    return _BAD_TITLE.sub(" ", title)[:31].strip("' ") or "Sheet1"


def _width(cell: str) -> int:
    """Of the longest line, in half-width characters: GBK has two bytes for a full-width one."""
    return max((len(line.encode("gbk", "replace")) for line in cell.splitlines()), default=0)

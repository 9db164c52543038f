"""XLSX: read what people see in the cells, write texts that stay texts."""

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
import xlsxwriter
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.utils.exceptions import InvalidFileException

from inventory.sheets.table import (
    LOOK,
    Mark,
    Sheet,
    SheetError,
    Words,
    known_cells,
    table,
    unmarked,
)
from inventory.sheets.xlsx_cells import Cells

MAX_UNPACKED = 200 * 1024 * 1024  # bytes; a zip bomb packs gigabytes into kilobytes
_EXCEL_CELL = 32_767  # characters
_MARKED = "审计链"  # the sheet an export's mark stands on
_SAMPLED_ROWS = 1_000
_NARROWEST, _WIDEST = 8, 60  # in half-width characters
_BAD_TITLE = re.compile(r"[\[\]:*?/\\]")
# What openpyxl is known to let through when a file is damaged or something else in a zip.
_DAMAGED = (
    AttributeError, EOFError, InvalidFileException, LookupError, NotImplementedError, OSError,
    ParseError, RuntimeError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_xlsx(data: bytes, sheet: str | None = None, known: Words = ()) -> Sheet:
    """The named sheet, or of those not hidden the one with most `known` words, or the first;
    formulas give their last result, merged cells the same value in each of their rows.

    Hidden rows and columns count like any other. Raises SheetError.
    """
    try:
        _guard(data)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            return _told(book, _chosen(book, sheet, known), known)
    except _DAMAGED:
        cause = "打不开，可能已损坏，或不是 xlsx；请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入"
        raise SheetError("文件", cause) from None


def write_xlsx(
    columns: Sequence[str], rows: Iterable[Sequence[str]], title: str, mark: Mark = unmarked
) -> bytes:
    """A table for Excel: bold frozen header, filter, every cell a text; memory stays flat.

    What `mark` answers once the rows are through stands on a sheet of its own, which the import
    does not look at, in the comment of the file, and at the foot of each page that is printed.
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
        if told := mark():
            book.set_properties({"comments": told})
            page.set_footer(f"&L&8{_footed(told)}&R&8&P / &N")
            _write_row(book.add_worksheet(_MARKED), 0, [told], text)
    return out.getvalue()


def _footed(told: str) -> str:
    """A mark for the foot of each printed page: there "&" begins a code, and Excel holds 255."""
    return told.replace("&", "＆")[:220]


def _guard(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            limit = MAX_UNPACKED // 1024 // 1024
            raise SheetError("文件", f"解开后超过 {limit} MB，请拆成几个文件分别导入")


def _chosen(book: Any, name: str | None, known: Words) -> Any:
    pages = {page.title: page for page in book.worksheets}
    if name is not None and name not in pages:
        raise SheetError(name, f"没有这张工作表，文件里有：{'、'.join(pages)}")
    if name is not None:
        return pages[name]
    shown = [pages[title] for title in _shown(book)] or book.worksheets
    if len(shown) == 1 or not known:
        return shown[0]
    return max(shown, key=lambda page: _likeness(page, known))


def _likeness(page: Any, known: Words) -> int:
    return max((known_cells(cells, known) for _, cells in Cells(page).lines(LOOK)), default=0)


def _shown(book: Any) -> list[str]:
    """The sheets a person sees, but the one our own exports put behind."""
    seen = (page.title for page in book.worksheets if page.sheet_state == "visible")
    return [title for title in seen if title != _MARKED]


def _told(book: Any, page: Any, known: Words) -> Sheet:
    cells = Cells(page)
    found = table(cells.lines(), known)
    others = [title for title in _shown(book) if title != page.title]
    notes = list(found.notes)
    if others:
        notes.append(f"读的是工作表“{page.title}”，没有读：{'、'.join(others)}")
    if cells.hidden:
        notes.append(f"有 {cells.hidden} 行在文件里是隐藏的，也照常读入")
    since_1904 = book.epoch == MAC_EPOCH
    return replace(found, notes=tuple(notes), page=page.title, pages=(page.title, *others),
                   since_1904=since_1904)  # fmt: skip


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

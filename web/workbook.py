"""Several tables as one workbook: a sheet each, figures as figures, no text becoming a formula."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import xlsxwriter

Table = Iterable[tuple[str, ...]]
_LONGEST = 60  # characters a column is wide at most


def workbook(tables: Mapping[str, Table]) -> BytesIO:
    """`tables`: title → rows of texts, the first one being the heads."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as file:
        bold = file.add_format({"bold": True, "bg_color": "#E8EDF3"})
        long = file.add_format({"text_wrap": True, "valign": "top"})
        for title, table in tables.items():
            rows = list(table)
            page = file.add_worksheet(title)
            for column, width in enumerate(_widths(rows)):
                page.set_column(column, column, width, long)
            for number, row in enumerate(rows):
                for column, text in enumerate(row):
                    _write(page, (number, column), text, None if number else bold)
            page.freeze_panes(1, 0)
    out.seek(0)
    return out


def _widths(rows: list[tuple[str, ...]]) -> list[int]:
    """A Chinese character is two cells of a column wide."""
    columns = max(map(len, rows), default=0)
    padded = [(*row, *[""] * (columns - len(row))) for row in rows]
    longest = (max(map(len, column)) for column in zip(*padded, strict=True))
    return [min(_LONGEST, 2 * one + 2) for one in longest]


def _write(page: Any, place: tuple[int, int], text: str, look: Any) -> None:
    if text.isdecimal() and len(text) < 10 and look is None:
        page.write_number(*place, int(text))
    else:
        page.write_string(*place, text, look)

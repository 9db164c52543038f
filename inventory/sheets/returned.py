"""A person's own rows given back, with what is wrong of each beside it: corrected, they come in."""

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

from inventory.sheets.table import Sheet

_WIDE, _PLAIN = 60, 18  # in half-width characters
_LONGEST = 32_767  # characters in a cell of Excel


def write_returned(
    sheet: Sheet, header: str, causes: Mapping[int, Sequence[tuple[str, str]]]
) -> bytes:
    """XLSX: `header` and the causes first, then the rows as they came, every cell a text.

    `causes`: row number → (header of the column, or "", and the cause); what is wrong is marked.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        text = book.add_format({"num_format": "@", "valign": "top"})
        bold = book.add_format({"num_format": "@", "bold": True, "bg_color": "#E8EDF3"})
        wrong = book.add_format({"num_format": "@", "valign": "top", "bg_color": "#FBE3E3"})
        page.set_column(0, 0, _WIDE, text)
        page.set_column(1, max(len(sheet.columns), 1), _PLAIN, text)
        for at, name in enumerate((header, *sheet.columns)):
            page.write_string(0, at, name, bold)
        for number, row in enumerate(sheet.rows, 1):
            told = causes.get(row.number, ())
            places = {place for place, _ in told}
            cause = "；".join(cause for _, cause in told)
            page.write_string(number, 0, cause[:_LONGEST], wrong if told else text)
            for at, name in enumerate(sheet.columns, 1):
                style = wrong if name in places else text
                page.write_string(number, at, row.cells[name][:_LONGEST], style)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns))
    return out.getvalue()

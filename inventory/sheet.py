"""Tables in people's files: CSV, XLSX and YAML in, the same out; export is import's inverse."""

from pathlib import PurePath

from inventory.sheets.csv_file import decode, read_csv, write_csv
from inventory.sheets.table import (
    MARK,
    MAX_ROWS,
    Broken,
    Mark,
    Sheet,
    SheetError,
    SheetRow,
    Spread,
    Words,
    folded,
    unitless,
    unmarked,
)
from inventory.sheets.xlsx_file import read_xlsx, write_xlsx
from inventory.sheets.yaml_file import read_yaml, write_yaml

__all__ = [
    "MARK",
    "MAX_ROWS",
    "Broken",
    "Mark",
    "Sheet",
    "SheetError",
    "SheetRow",
    "Spread",
    "Words",
    "folded",
    "read",
    "unitless",
    "unmarked",
    "write_csv",
    "write_xlsx",
    "write_yaml",
]

_OLE = b"\xd0\xcf\x11\xe0"  # Excel 97–2003, and any Office file with a password
_ZIP = b"PK\x03\x04"
_TEXTS = {
    ".csv": read_csv,
    ".txt": read_csv,
    ".tsv": read_csv,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}


def read(data: bytes, name: str, *, sheet: str | None = None, known: Words = ()) -> Sheet:
    """The table in an uploaded file; what is inside counts before what `name` ends with.

    `sheet` names a sheet of a workbook. Cells are texts as the person sees them, untrimmed; a
    `Broken` one says why it cannot be believed. `known` are the folded headers of what is to be
    read: they tell the header from the titles above it, and the sheet from others. Raises
    SheetError.
    """
    if not data.strip():
        raise SheetError("文件", "是空的")
    if data.startswith(_OLE):
        cause = "是旧版 .xls 或加了密码；请用 Excel 或 WPS 打开，去掉密码，另存为 .xlsx 后再导入"
        raise SheetError("文件", cause)
    if data.startswith(_ZIP):
        return read_xlsx(data, sheet, known)
    suffix = PurePath(name).suffix.lower()
    if suffix not in _TEXTS:
        cause = "不是表格文件；请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入（也可用 CSV、YAML）"
        raise SheetError("文件", f"“{name}”{cause}")
    return _TEXTS[suffix](decode(data), known)

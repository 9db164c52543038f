"""What a table file holds, whatever its format, and the rules every table must keep."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_ROWS = 50_000
MAX_COLUMNS = 256
Line = tuple[int, Sequence[str]]  # the row number a person sees, and its cells


class SheetError(Exception):
    """A file that cannot be taken: `field` names the place, `cause` says why and what to do.

    Both are Chinese texts for the person who chose the file.
    """

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(f"{field}：{cause}")
        self.field = field
        self.cause = cause


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: `number` as Excel (or, for YAML, the editor) shows it, a text for every column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its headers in order, and every row that is not blank."""

    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def table(lines: Iterable[Line]) -> Sheet:
    """The sheet whose header is the first line that is not blank; raises SheetError."""
    full = ((number, cells) for number, cells in lines if any(map(str.strip, cells)))
    _number, header = next(full, (0, ()))
    names = [" ".join(name.split()) for name in header]
    _check_header(names)
    rows = tuple(_limited(_row(names, number, cells) for number, cells in full))
    return Sheet(tuple(filter(None, names)), rows)


def _check_header(names: Sequence[str]) -> None:
    named = [name for name in names if name]
    if not named:
        raise SheetError("文件", "里面没有内容，第一行应是表头")
    if len(names) > MAX_COLUMNS:
        raise SheetError("表头", f"有 {len(names)} 列，最多 {MAX_COLUMNS} 列")
    if any(unicodedata.category(letter) == "Cc" for name in named for letter in name):
        raise SheetError("表头", "含有不可显示的字符，这可能不是文本表格，请另存为 CSV 或 xlsx")
    for name in named:
        if named.count(name) > 1:
            raise SheetError(name, "表头里这一列出现了不止一次，请改名或删去一列")


def _row(names: Sequence[str], number: int, cells: Sequence[str]) -> SheetRow:
    """A short line is filled up; content below no header is refused rather than lost."""
    for at, cell in enumerate(cells):
        if cell.strip() and (at >= len(names) or not names[at]):
            raise SheetError(
                f"第 {number} 行", f"第 {at + 1} 列有内容，表头却没有这一列，请补上表头或清空"
            )
    given = dict(zip(names, cells, strict=False))
    return SheetRow(number, {name: given.get(name, "") for name in names if name})


def _limited(rows: Iterable[SheetRow]) -> Iterator[SheetRow]:
    for count, row in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise SheetError(f"第 {row.number} 行", f"超过 {MAX_ROWS} 行，请拆成几个文件分别导入")
        yield row

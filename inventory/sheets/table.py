"""What a table file holds, whatever its format, and the rules every table must keep."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

MAX_ROWS = 50_000
MAX_COLUMNS = 256
LOOK = 20  # lines in which the header must stand: above it an office writes titles and dates
MARK = "# 审计链头"  # begins the last line of an export: seq:hash (inventory.witness), when, who
Line = tuple[int, Sequence[str]]  # the row number a person sees, and its cells
Words = Collection[str]  # folded headers that somebody knows: they tell the header from a title
Mark = Callable[[], str]  # asked when the rows are through: only then is it known what left


class SheetError(Exception):
    """A file that cannot be taken: `field` names the place, `cause` says why and what to do.

    Both are Chinese texts for the person who chose the file.
    """

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(f"{field}：{cause}")
        self.field = field
        self.cause = cause


class Broken(str):
    """A cell whose content cannot be believed: what is left of it, and the `cause`."""

    cause: str

    @classmethod
    def told(cls, text: str, cause: str) -> "Broken":
        made = cls(text)
        made.cause = cause
        return made


class Spread(str):
    """What a cell holds because it is merged with the one on its left."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: `number` as Excel (or, for YAML, the editor) shows it, a text for every column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its headers in order, and every row that is not blank.

    `notes` say what of the file was passed over; `page` is the sheet of the workbook it stands on,
    of `pages`; `since_1904`: bare day numbers count from 1904 instead of 1900; `past` are the
    headers of what a person leaves out.
    """

    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...] = ()
    page: str = ""
    pages: tuple[str, ...] = ()
    since_1904: bool = False
    past: frozenset[str] = frozenset()


def unmarked() -> str:
    """An export that carries no mark: a template, a log."""
    return ""


_UNIT = re.compile(r"[(\[][^()\[\]]*[)\]]$")


def folded(header: str) -> str:
    """A header without what people add to it: blanks, line breaks, stars, full-width forms."""
    plain = "".join(unicodedata.normalize("NFKC", header).split()).lower()
    return plain.strip("*:#")


def unitless(header: str) -> str:
    """A folded header without the unit or remark in brackets behind it: 价格(元) is 价格."""
    return _UNIT.sub("", folded(header)).strip("*:#")


def known_cells(cells: Iterable[str], known: Words) -> int:
    """How many of these cells are known headers."""
    told = (cell for cell in cells if not isinstance(cell, Spread))
    return sum(folded(cell) in known or unitless(cell) in known for cell in told)


def header_at(lines: Sequence[Sequence[str]], known: Words) -> int:
    """Which of these lines is the header: the one with most known words; where no word is known,
    the first of several cells, since a title is one cell."""
    counts = [known_cells(cells, known) for cells in lines]
    if any(counts):
        return counts.index(max(counts))
    wide = (at for at, cells in enumerate(lines) if known and _filled(cells) > 1)
    return next(wide, 0)


def _filled(cells: Iterable[str]) -> int:
    return sum(bool(cell.strip()) and not isinstance(cell, Spread) for cell in cells)


def table(lines: Iterable[Line], known: Words = ()) -> Sheet:
    """The sheet below its header: the first line that is not blank, or with `known` words the one
    that `header_at` finds. Raises SheetError.

    The mark below an export is no row of it.
    """
    full = ((number, cells) for number, cells in lines if any(map(str.strip, cells)))
    full = (line for line in full if not _is_mark(line[1]))
    first = list(islice(full, LOOK))
    at = header_at([cells for _, cells in first], known)
    number, header = first[at] if first else (0, ())
    body = list(_limited(chain(first[at + 1 :], full)))
    names = _named(header, body)
    rows = tuple(_row(names, number, cells) for number, cells in body)
    above = (f"表头在第 {number} 行，它上面的内容没有导入",) if at else ()
    return Sheet(tuple(filter(None, names)), rows, above)


def _is_mark(cells: Sequence[str]) -> bool:
    return cells[0].startswith(MARK) and not any(map(str.strip, cells[1:]))


def _named(header: Sequence[str], body: Sequence[Line]) -> list[str]:
    """A name for every column that holds something: none is lost, none is taken for another."""
    names = ["" if isinstance(name, Spread) else " ".join(name.split()) for name in header]
    _check_header(names)
    width = max((len(cells) for _, cells in body), default=0)
    if width > MAX_COLUMNS and any(any(cells[MAX_COLUMNS:]) for _, cells in body):
        raise SheetError("表头", f"右边的内容超出了第 {MAX_COLUMNS} 列，请删去后再导入")
    names += [""] * (min(width, MAX_COLUMNS) - len(names))
    for at, name in enumerate(names):
        if name and name in names[:at]:
            names[at] = f"{name}（{letters(at)} 列，重复）"
        elif not name and any(len(cells) > at and cells[at].strip() for _, cells in body):
            names[at] = f"（{letters(at)} 列，没有表头）"
    return names


def letters(at: int) -> str:
    """What Excel calls a column: 0 is A, 26 is AA."""
    above, letter = divmod(at, 26)
    return (letters(above - 1) if above else "") + chr(65 + letter)


def _check_header(names: Sequence[str]) -> None:
    named = [name for name in names if name]
    if not named:
        raise SheetError("文件", "里面没有内容，第一行应是表头")
    if len(names) > MAX_COLUMNS:
        raise SheetError("表头", f"有 {len(names)} 列，最多 {MAX_COLUMNS} 列")
    if any(unicodedata.category(letter) == "Cc" for name in named for letter in name):
        raise SheetError("表头", "含有不可显示的字符，这可能不是文本表格，请另存为 CSV 或 xlsx")


def _row(names: Sequence[str], number: int, cells: Sequence[str]) -> SheetRow:
    """A short line is filled up."""
    given = dict(zip(names, cells, strict=False))
    return SheetRow(number, {name: given.get(name, "") for name in names if name})


def _limited(lines: Iterable[Line]) -> Iterator[Line]:
    for count, line in enumerate(lines, 1):
        if count > MAX_ROWS:
            raise SheetError(f"第 {line[0]} 行", f"超过 {MAX_ROWS} 行，请拆成几个文件分别导入")
        yield line

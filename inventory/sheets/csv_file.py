"""CSV as Excel on Chinese Windows reads and writes it, harmless when opened there."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

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

# Excel computes a cell that starts so (OWASP, CSV injection); apostrophes of our own in front.
_LIVE = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_SEPARATOR = re.compile(r'"?sep=([,;\t])"?\r?\n', re.IGNORECASE)
_UNMARKED = ("utf-8", "gb18030")
_MARKED = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def decode(data: bytes) -> str:
    """Text in UTF-8, GB18030, or whatever its byte order mark names; raises SheetError."""
    marked = [encoding for mark, encoding in _MARKED.items() if data.startswith(mark)]
    for encoding in marked or _UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SheetError("文件", "不是文本，或编码认不出来，请另存为“CSV UTF-8”或 xlsx")


def read_csv(text: str, known: Words = ()) -> Sheet:
    """The table in a CSV text; comma, semicolon or tab, whichever its first line names (Excel's
    `sep=;`), finds most `known` words, or divides its header."""
    named = _SEPARATOR.match(text)
    text = text[named.end() :] if named else text
    delimiter = named[1] if named else _delimiter(text, known)
    lines = enumerate(_records(text, delimiter), 2 if named else 1)
    return table(((n, [_restored(cell) for cell in cells]) for n, cells in lines), known)


def write_csv(
    columns: Sequence[str], rows: Iterable[Sequence[str]], mark: Mark = unmarked
) -> bytes:
    """A table for Excel: UTF-8 with BOM, CRLF; `read_csv` takes the apostrophes off again.

    What `mark` answers once the rows are through stands on a last line, which the import skips.
    """
    out = io.StringIO(newline="")
    # Every header is quoted: then a semicolon inside one cannot look like the delimiter.
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(map(_harmless, columns))
    csv.writer(out).writerows(map(_harmless, row) for row in rows)
    if told := mark():
        csv.writer(out).writerow([told])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if _LIVE.match(cell) else cell


def _restored(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _LIVE.match(cell) else cell


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begun = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error:
            raise SheetError(f"第 {begun} 行", "从这一行起双引号没有成对，请改正后再导入") from None
        if record is None:
            return
        yield record


def _delimiter(text: str, known: Words) -> str:
    """The one that finds most known words, then cuts the header into most columns; the comma when
    they are equal."""
    return max(",;\t", key=lambda delimiter: _fitness(text, delimiter, known))


def _fitness(text: str, delimiter: str, known: Words) -> tuple[int, int]:
    try:
        first = list(islice(filter(None, _records(text, delimiter)), LOOK if known else 1))
    except SheetError:
        return (0, 0)
    words = max((known_cells(cells, known) for cells in first), default=0) if known else 0
    return words, len(first[0]) if first else 0

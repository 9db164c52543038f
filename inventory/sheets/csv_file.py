"""CSV as Excel on Chinese Windows reads and writes it, harmless when opened there."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from inventory.sheets.table import Sheet, SheetError, table

# Excel computes a cell that starts so (OWASP, CSV injection); apostrophes of our own in front.
_LIVE = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
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


def read_csv(text: str) -> Sheet:
    """The table in a CSV text; comma, semicolon or tab, whichever divides its header."""
    return table(
        (number, [_restored(cell) for cell in cells])
        for number, cells in enumerate(_records(text, _delimiter(text)), 1)
    )


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table for Excel: UTF-8 with BOM, CRLF; `read_csv` takes the apostrophes off again."""
    out = io.StringIO(newline="")
    # Every header is quoted: then a semicolon inside one cannot look like the delimiter.
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(map(_harmless, columns))
    csv.writer(out).writerows(map(_harmless, row) for row in rows)
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


def _delimiter(text: str) -> str:
    """The one that cuts the header into most columns, the comma when they are equal."""
    return max(",;\t", key=lambda delimiter: _header_width(text, delimiter))


def _header_width(text: str, delimiter: str) -> int:
    try:
        return len(next(filter(None, _records(text, delimiter)), ()))
    except SheetError:
        return 0

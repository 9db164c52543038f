"""What a file is, told from what is inside it: a name can say anything.

Only kinds that cannot run anything in a browser or on a desktop by being opened are taken in.
"""

import re
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from inventory.register import FieldError, Rejected
from inventory.sheets.csv_file import decode
from inventory.sheets.table import SheetError

LONGEST_NAME = 200
_LOOK = 4096  # bytes from the beginning: every mark of a kind stands there


@dataclass(frozen=True, slots=True)
class Content:
    """A kind of file: its label, its MIME type, the endings it goes by, and whether a browser may
    show it in a tab."""

    label: str
    mime: str
    suffixes: tuple[str, ...]
    shown: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument"
CONTENTS: Mapping[str, Content] = {
    "pdf": Content("PDF", "application/pdf", (".pdf",), shown=True),
    "jpg": Content("图片", "image/jpeg", (".jpg", ".jpeg"), shown=True),
    "png": Content("图片", "image/png", (".png",), shown=True),
    "ofd": Content("OFD", "application/ofd", (".ofd",)),
    "docx": Content("Word", f"{_OFFICE}.wordprocessingml.document", (".docx",)),
    "xlsx": Content("Excel", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",)),
    "zip": Content("压缩包", "application/zip", (".zip",)),
    "txt": Content("文本", "text/plain", (".txt",)),
    "csv": Content("表格", "text/csv", (".csv",)),
}
ACCEPTED = tuple(suffix for content in CONTENTS.values() for suffix in content.suffixes)
_KINDS = {suffix: kind for kind, content in CONTENTS.items() for suffix in content.suffixes}
_MARKS = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
_ZIPPED = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "OFD.xml"}
# What a browser takes for a page (WHATWG MIME Sniffing §7.1); "<Huawei>display version" is none.
_MARKUP = re.compile(
    r"\s*<(!--|\?xml|(!doctype|html|head|body|script|iframe|svg|h1|div|font|table|a|style|title|b"
    r"|br|p|img|meta|link|object|embed)[\s/>])",
    re.IGNORECASE,
)
_HIDDEN = {"\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"}


def plain_name(name: str) -> str:
    """The name alone, as the person sees it, without any folder. Raises Rejected."""
    plain = PurePosixPath(name.replace("\\", "/")).name.strip()
    if not plain.strip("."):
        raise refused("没有文件名")
    if len(plain) > LONGEST_NAME:
        raise refused(f"文件名最多 {LONGEST_NAME} 个字，现有 {len(plain)} 个")
    if any(unicodedata.category(c) in ("Cc", "Cs") or c in _HIDDEN for c in plain):
        raise refused("文件名含有不可显示的字符，请改名后再传")
    return plain


def kind_of(path: Path, name: str) -> str:
    """The key of CONTENTS that the file is and its name says. Raises Rejected saying what fits
    not."""
    claimed = _KINDS.get(PurePosixPath(name).suffix.lower())
    if claimed is None:
        raise refused(f"“{name}”不能上传：只收 {'、'.join(s[1:] for s in ACCEPTED)} 文件")
    found = _found(path, claimed)
    if found != claimed:
        told = CONTENTS[found].suffixes[0] if found else "认得出的文件"
        cause = f"“{name}”的内容不是 {claimed}" + (f"，而是 {told[1:]}" if found else "")
        raise refused(f"{cause}；请用原来的程序打开，另存后再传")
    return claimed


def refused(cause: str) -> Rejected:
    return Rejected((FieldError("file", "文件", cause),))


def _found(path: Path, claimed: str) -> str:
    with path.open("rb") as file:
        head = file.read(_LOOK)
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    return claimed if claimed in ("txt", "csv") and _plain_text(path) else ""


def _zipped(path: Path) -> str:
    """An office file is a zip with a known part; one with macros is none that is taken in."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return ""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise refused("含有宏，不能上传；请另存为不带宏的文件")
    return next((kind for kind, part in _ZIPPED.items() if part in names), "zip")


def _plain_text(path: Path) -> bool:
    """Readable text that no browser would take for a page."""
    data = path.read_bytes()
    try:
        text = decode(data)
    except SheetError:
        return False
    controls = (c for c in text if unicodedata.category(c) == "Cc")
    return not _MARKUP.match(text) and all(c in "\t\r\n\f" for c in controls)

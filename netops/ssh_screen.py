"""Terminal output as a person would see it: overwritten, erased and coloured text settled. Pure."""

import re

# ECMA-48 control sequences, OSC strings (window titles), and other two-character escapes.
_ESCAPE = re.compile(r"\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
_MOVES = re.compile(r"[\x1b\r\b]")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f]")


def settled(raw: str) -> str:
    """All of `raw`, line by line, with CR, BS and cursor moves obeyed.

    This is how a pager's prompt disappears: the device moves back over it and writes blanks.
    Lines end in LF; control characters other than TAB are dropped.
    """
    return "\n".join(map(_settled_line, raw.split("\n")))


def last_line(raw: str) -> str:
    """The line the cursor stands in, settled."""
    return _settled_line(raw[raw.rfind("\n") + 1 :])


def decoded(raw: str) -> str:
    """Bytes as text: each line UTF-8, else GB 18030, which Chinese consoles write."""
    return "\n".join(_decoded_line(line.encode("latin-1")) for line in raw.split("\n"))


def _decoded_line(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("gb18030", "replace")


def _settled_line(line: str) -> str:
    line = line.rstrip("\r")
    if not _MOVES.search(line):
        return _printable(line)
    cells: list[str] = []
    at = 0
    for sign in _signs(line):
        match sign:
            case int():
                at = max(at + sign, 0)
            case "\r":
                at = 0
            case "\x1b[K":
                del cells[at:]
            case _:
                cells[at : at + 1] = [*" " * (at - len(cells)), sign]
                at += 1
    return _printable("".join(cells)).rstrip(" ")


def _signs(line: str) -> list[str | int]:
    """A line as characters, cursor moves (columns, negative is left), CR and erase-to-end."""
    signs: list[str | int] = []
    at = 0
    while at < len(line):
        escape = _ESCAPE.match(line, at)
        if escape:
            signs += _obeyed(escape[1] or "", escape[2] or "")
            at = escape.end()
        else:
            signs.append(-1 if line[at] == "\b" else line[at])
            at += 1
    return signs


def _obeyed(parameter: str, final: str) -> list[str | int]:
    """The few control sequences that move text about on one line; colours and titles do not."""
    columns = int(parameter) if parameter.isdigit() else 1
    match final:
        case "D":
            return [-columns]
        case "C":
            return [columns]
        case "K":
            return ["\x1b[K"]
    return []


def _printable(line: str) -> str:
    return _CONTROL.sub("", line)

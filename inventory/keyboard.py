"""Runs of neighbouring keys: along a row, down the columns, with or without Shift, and the
alphabet and the digits themselves."""

import string
from collections.abc import Iterator

_LONG = 4  # keys in a row that nobody types by chance
_ROWS = ("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./")
_SHIFTED = str.maketrans('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")
_PAD = ("789456123", "147258369", "123456789", "741852963")
_TRACKS = (
    *_ROWS,
    "".join(_COLUMNS),  # 1qaz2wsx
    "".join(column[1:] for column in _COLUMNS),  # qazwsx
    "".join(column[::-1] for column in _COLUMNS),  # zaq1xsw2
    "".join(column[:0:-1] for column in _COLUMNS),  # zaqxsw
    "".join(c if n % 2 == 0 else c[::-1] for n, c in enumerate(_COLUMNS)),  # 1qazxsw2
    string.ascii_lowercase,
    string.digits,
    *_PAD,
)
_RUNS = frozenset(
    way[at : at + _LONG]
    for track in _TRACKS
    for way in (track, track[::-1])
    for at in range(len(way) - _LONG + 1)
)


def runs(plain: str) -> Iterator[str]:
    """The runs of four keys in a text of small letters, as they were typed."""
    keys = plain.translate(_SHIFTED)
    for at in range(len(keys) - _LONG + 1):
        if keys[at : at + _LONG] in _RUNS:
            yield plain[at : at + _LONG]

"""Names as every reader of a disc can show them: Joliet takes 103 characters of UCS-2 and not all
of them, Windows tells no upper from lower case. The name a file had stands in the list."""

import re
from hashlib import sha256
from itertools import chain
from itertools import count as counted

LONGEST = 96  # of one part of a path; what is cut gets six digits of its digest
_REFUSED = re.compile(r'[\x00-\x1f\x7f-\x9f*/:;?\\"<>|%]')
_HARMLESS = "_"
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)", re.IGNORECASE)  # of Windows


class Names:
    """Gives each path of one disc set a name of its own."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, path: str) -> str:
        """The path on the disc, "/" between its parts, for a relative path of the source; each
        path is to be asked once."""
        *folders, name = path.split("/")
        above, place = "", ""
        for folder in folders:
            above = f"{above}/{folder}"
            if above not in self._folders:
                self._folders[above] = self._fresh(place, folder)
            place = self._folders[above]
        return self._fresh(place, name)

    def parts(self, path: str, count: int) -> list[str]:
        """Names for the parts of a file that was named `path`, to be asked once every file has its
        name: a source may well hold "x.001" beside "x". Joined they are called `path`, or what the
        parts are called without their number."""
        for stem in chain((path,), (f"{path}~{number}" for number in counted(2))):
            found = [f"{stem}.{number:03d}" for number in range(1, count + 1)]
            wanted = {one.casefold() for one in (found if stem == path else (stem, *found))}
            if not wanted & self._taken:
                break
        self._taken |= wanted
        return found

    def _fresh(self, place: str, name: str) -> str:
        plain = _plain(name)
        path = f"{place}/{plain}".lstrip("/")
        if path.casefold() in self._taken:
            path = f"{place}/{_marked(plain, name)}".lstrip("/")
        number = 1
        while path.casefold() in self._taken:
            number += 1
            other = _marked(plain, f"{name}/{number}")
            path = f"{place}/{other}".lstrip("/")
        self._taken.add(path.casefold())
        return path


def _plain(name: str) -> str:
    """Without what a reader refuses; a name that was only that is `_`."""
    shown = name.encode("utf-8", "replace").decode()
    told = _REFUSED.sub(_HARMLESS, "".join(c if ord(c) < 0x10000 else _HARMLESS for c in shown))
    told = told.rstrip(" .") or _HARMLESS
    told = f"{_HARMLESS}{told}" if _DEVICES.match(told) else told
    return told if len(told) <= LONGEST and len(told.encode()) <= 240 else _marked(told, name)


def _marked(plain: str, name: str) -> str:
    """Shorter, and told apart by six digits of the whole name's digest; its ending stays."""
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 8:
        stem, dot, ending = plain, "", ""
    stem = stem[: LONGEST - 20].encode()[:200].decode(errors="ignore")
    return f"{stem}~{mark}{dot}{ending}"

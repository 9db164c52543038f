"""The characters XLSX writes as _x000D_ (ECMA-376 part 1, 22.9.2.19 ST_Xstring)."""

import re

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)

"""Small drawings made on the server: no script, no inline style, prints as vector."""

import hashlib
from collections.abc import Sequence

_WIDTH, _HEIGHT = 100, 20


def spark_path(values: Sequence[float | None]) -> str:
    """The `d` of an SVG path in a 100×20 box, zero at the bottom; None lifts the pen."""
    known = [value for value in values if value is not None]
    top = max(known, default=0) or 1
    step = _WIDTH / max(1, len(values) - 1)
    parts: list[str] = []
    pen_up = True
    for index, value in enumerate(values):
        if value is not None:
            y = _HEIGHT - 1 - (_HEIGHT - 2) * value / top
            parts.append(f"{'M' if pen_up else 'L'}{index * step:.1f} {y:.1f}")
        pen_up = value is None
    return " ".join(parts)


def fingerprint(text: str) -> str:
    """A short name for an element that shows `text`; the same text keeps the same name."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]

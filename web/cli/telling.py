"""How verbs answer: a table for people, JSON for scripts."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")


def tell(answer: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=_plain))


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Columns aligned on a terminal, where a Chinese character is two cells wide."""
    texts = [list(headers), *[["" if cell is None else str(cell) for cell in row] for row in rows]]
    widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (
            text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def facts(told: Mapping[str, Any]) -> None:
    """Name and value, one a line."""
    table(("项目", "值"), list(told.items()))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

"""A list as a file: exactly what is filtered, and a record of who took it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from inventory.exchange import rows_out, sheet_fields
from inventory.listing import Ask
from inventory.register import Register
from inventory.run import Event
from inventory.sheet import write_csv, write_xlsx, write_yaml
from web.access import origin, person
from web.current import database
from web.registers.book import home_centre

Writer = Callable[[Sequence[str], Iterator[tuple[str, ...]], str], bytes]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: Mapping[str, tuple[str, Writer]] = {
    "xlsx": (XLSX, write_xlsx),
    "csv": ("text/csv; charset=utf-8", lambda columns, rows, _title: write_csv(columns, rows)),
    "yaml": ("application/yaml", lambda columns, rows, _title: write_yaml(columns, rows)),
}


class _Counted:
    """Rows on their way out, counted as they pass."""

    def __init__(self, rows: Iterator[tuple[str, ...]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        for row in self._rows:
            self.count += 1
            yield row


def export(cls: type[Register], ask: Ask, kind: str, filters: Mapping[str, str]) -> bytes:
    """The rows asked for, with what is observed of them; the act is recorded as an Event."""
    columns = [field.label for field in sheet_fields(cls, seen=True)]
    with database().view(person().scope) as session:
        rows = _Counted(rows_out(session, cls, ask, seen=True))
        data = KINDS[kind][1](columns, iter(rows), cls.title)
    _record(cls, {"kind": kind, "rows": rows.count, "filters": dict(filters)})
    return data


def template(cls: type[Register]) -> bytes:
    """An empty sheet with the columns an import reads."""
    return write_xlsx([field.label for field in sheet_fields(cls)], iter(()), cls.title)


def _record(cls: type[Register], facts: dict[str, Any]) -> None:
    who = person()
    text = f"{who.name} 导出{cls.title} {facts['rows']} 条（{facts['kind']}）"
    facts |= {"register": cls.slug, "person": who.id, "origin": origin()}
    with database().observe() as session:
        session.add(
            Event(
                centre_id=home_centre(), kind="export", at=datetime.now(UTC), text=text, facts=facts
            )
        )

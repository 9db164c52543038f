"""A list as a file: exactly what is filtered, and an audit row of who took it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from inventory.exchange import rows_out, sheet_fields
from inventory.headers import typed_fields
from inventory.listing import Ask
from inventory.register import Register
from inventory.sheet import Mark, write_csv, write_xlsx, write_yaml
from web.access import person
from web.current import database
from web.leaving import exported

Writer = Callable[[Sequence[str], Iterator[tuple[str, ...]], str, Mark], bytes]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: Mapping[str, tuple[str, Writer]] = {
    "xlsx": (XLSX, write_xlsx),
    "csv": (
        "text/csv; charset=utf-8",
        lambda columns, rows, _title, mark: write_csv(columns, rows, mark),
    ),
    "yaml": (
        "application/yaml",
        lambda columns, rows, _title, mark: write_yaml(columns, rows, mark),
    ),
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
    """The rows asked for, with what is observed of them; the act is noted in the audit chain."""
    columns = [field.label for field in sheet_fields(cls, seen=True)]
    with database().view(person().scope) as session:
        rows = _Counted(rows_out(session, cls, ask, seen=True))

        def mark() -> str:
            what = {"kind": kind, "rows": rows.count, "filters": dict(filters)}
            return exported(cls.title, cls.__name__, what)

        return KINDS[kind][1](columns, iter(rows), cls.title, mark)


def template(cls: type[Register]) -> bytes:
    """An empty sheet with the columns an import reads."""
    return write_xlsx([field.label for field in typed_fields(cls)], iter(()), cls.title)

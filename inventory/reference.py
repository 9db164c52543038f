"""Which row a text of a form or a sheet means, looked up for many texts in one query.

A row is named by its id, its natural key, or what it is called; where two centres use one name,
`name@centre code` tells them apart, and the name alone means the one of the same centre.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, false, inspect, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.batches import batches
from inventory.centre import Centre
from inventory.columns import Ip, Mac
from inventory.register import Field, Register, register_named
from inventory.text import ip, mac

_ADDRESSES: Mapping[Any, Callable[[str], str]] = {Ip: ip, Mac: mac}


@dataclass(frozen=True, slots=True)
class Named:
    """A row that texts may mean: `key` is its natural key, `name` what people call it."""

    id: str
    key: str
    name: str
    centre_id: str = ""
    code: str = ""


class References:
    """The rows that the texts of one form or sheet may mean, within the session's scope."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[tuple[str, str], dict[str, Named]] = {}

    def look_up(self, field: Field, texts: Iterable[str]) -> None:
        """Fetch what these texts of a reference column may mean."""
        target = register_named(field.entry.refers)
        asked = {text.strip() for text in texts} - {""}
        asked |= {text.rpartition("@")[0] for text in asked if "@" in text} - {""}
        for batch in batches(sorted(asked)):
            for row in self._session.execute(_called(target, batch)):
                self.add(target.__name__, _named(row))
        for key, label in target.handed_down(self._session).items():
            if asked & {key, label}:
                self.add(target.__name__, Named(key, label, label))

    def add(self, class_name: str, row: Named) -> None:
        """Let texts mean this row too: one that the same sheet brings."""
        for text in (row.id, row.key, row.name):
            self._found.setdefault((class_name, text), {})[row.id] = row

    def find(self, field: Field, text: str, near: str = "") -> str:
        """The id of the row meant; of several the one in the centre `near`.

        Raises ValueError with a Chinese cause.
        """
        meant = self._meant(field, text, near)
        if len(meant) == 1:
            return meant[0].id
        title = register_named(field.entry.refers).title
        if not meant:
            raise ValueError(f"找不到{title}“{text}”（可能已停用，或不在您的权限范围内）")
        code = min(row.code for row in meant)
        one = f"“{text}@{code}”" if code else "它的代码"
        raise ValueError(f"有 {len(meant)} 个{title}叫“{text}”，请写成{one}，以免弄错")

    def code(self, centre_id: str) -> str:
        """The code of a centre that has been looked up."""
        return next((row.key for row in self._found.get(("Centre", centre_id), {}).values()), "")

    def _meant(self, field: Field, text: str, near: str) -> list[Named]:
        called = self._called(field, text)
        keyed = [row for row in called if text in (row.id, row.key)] or called
        close = [row for row in keyed if near and row.centre_id == near]
        if called:
            return close if len(close) == 1 else keyed
        name, _, code = text.rpartition("@")
        return [row for row in self._called(field, name) if row.code == code]

    def _called(self, field: Field, text: str) -> list[Named]:
        return list(self._found.get((field.entry.refers, text), {}).values())


def names_of(cls: type[Register]) -> Select[Any]:
    """Id, natural key, name, centre and centre code of a register's rows."""
    columns = inspect(cls).columns
    key = getattr(cls, cls.names[0])
    name = cls.name if "name" in columns else key  # type: ignore[attr-defined]
    if "centre_id" not in columns:
        return select(cls.id, key, name)
    home = aliased(Centre)
    here = cls.centre_id  # type: ignore[attr-defined]
    return select(cls.id, key, name, here, home.code).join(home, home.id == here)


def _called(cls: type[Register], texts: list[str]) -> Select[Any]:
    query = names_of(cls)
    by = ((column, [text for text in texts if _fits(column, text)])
          for column in query.selected_columns[:3])  # fmt: skip
    told = (column.in_(fitting) for column, fitting in by if fitting)
    return query.where(cls.retired_at.is_(None), or_(false(), *told))


def _fits(column: Any, text: str) -> bool:
    """A column of addresses cannot even be asked for what is no address."""
    try:
        _ADDRESSES.get(type(column.type), str)(text)
    except ValueError:
        return False
    return True


def _named(row: Row[Any]) -> Named:
    return Named(*(str(value) for value in row))

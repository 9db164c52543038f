"""The database's own watch over fixed content and decided approvals, against whoever opens it
without the console: triggers made from what the classes call sealed.

The guard says the same to the console itself, in words and naming the field.
"""

import re
from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Index, Table
from sqlalchemy.dialects import sqlite

from inventory.asked import STEPS, Approval
from inventory.db import classes
from inventory.revision import Signable, sealed_fields
from inventory.triggers import trigger

_ASKED = (
    "id", "centre_id", "kind", "subject", "reason", "asked_name", "asked_at", "asked_by", "due_at",
    "thing", "thing_id", "revision_id", "digest", "right", "about_id",
)  # fmt: skip
_DECIDED = ("decided_name", "on_behalf", "decided_at", "good", "remark", "decided_by")
_SIGNED = {"approved": "approve", "reviewed": "review"}  # no such end without a signature


def watch_all() -> None:
    """Register the triggers of every class that can be signed, and of the approvals."""
    for cls in classes():
        if issubclass(cls, Signable):
            watch(cls)
    _watch_approvals()


def watch(cls: type[Any]) -> None:
    """Sealed columns move only together with `revised`, and that only to a revision that is
    there; no fixed row goes away, nor is replaced by another."""
    table = cast("Table", cls.__table__)
    was, told = 'OLD."revised" > 0', f"{table.name}: fixed content changes by a new revision only"
    there = (
        f"EXISTS (SELECT 1 FROM revision WHERE thing = '{cls.__name__}' AND thing_id = OLD.id"
        ' AND number = NEW."revised")'
    )
    step = f'NEW."revised" = OLD."revised" + 1 AND NEW.id = OLD.id AND {there}'
    touched = _differ(("id", "revised"))
    moved = f"({touched}) AND NOT ({step}) AND ({was} OR {_differ(('revised',))})"
    changed = f"{was} AND NOT ({_differ(('revised',))}) AND ({_differ(sealed_fields(cls))})"
    _refuse(table, "update", f"({moved}) OR ({changed})", told, _replacing(table, "OLD.id"))
    _refuse(table, "insert", 'NEW."revised" <> 0', told, _replacing(table, "''"))
    _refuse(table, "delete", was, told)
    _refuse_truncate(table, "revised > 0", told)


def _watch_approvals() -> None:
    table, told = cast("Table", Approval.__table__), "approval: no such step"
    legal = [f"OLD.state = '{old}' AND NEW.state IN {_words(new)}" for old, new in STEPS.items()]
    step = " OR ".join(f"({one})" for one in legal if "OLD.state = ''" not in one)
    signed = " OR ".join(
        f"(NEW.state = '{state}' AND NOT EXISTS (SELECT 1 FROM signature"
        f" WHERE approval_id = OLD.id AND meaning = '{meaning}'))"
        for state, meaning in _SIGNED.items()
    )
    still, other = f"NOT ({_differ(('state',))})", _differ(("state",))
    wrong = (
        f"({_differ(_ASKED)}) OR ({still} AND ({_differ(_DECIDED)}))"
        f" OR ({other} AND (NOT ({step}) OR {signed}))"
    )
    _refuse(table, "update", wrong, told, _replacing(table, "OLD.id", ""))
    begun = f"NEW.state NOT IN {_words(STEPS[''])}"
    _refuse(table, "insert", begun, told, _replacing(table, "''", ""))
    _refuse(table, "delete", "1 = 1", told)
    _refuse_truncate(table, "1 = 1", told)


def _refuse(table: Table, event: str, wrong: str, told: str, replacing: str = "") -> None:
    """SQLite's REPLACE deletes without a word, so there the newcomer is looked at, too."""
    here = f"({wrong})" + (f" OR {replacing}" if replacing else "")
    trigger(
        f"{table.name}_sealed_{event}", table.name, event=event.upper(),
        sqlite=f"SELECT RAISE(ABORT, '{told}') WHERE {here.replace('DISTINCT FROM', 'NOT')};",
        postgresql=f"IF {wrong} THEN RAISE EXCEPTION '{told}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip


def _refuse_truncate(table: Table, wrong: str, told: str) -> None:
    there = f'EXISTS (SELECT 1 FROM "{table.name}" WHERE {wrong})'
    body = f"IF {there} THEN RAISE EXCEPTION '{told}' USING ERRCODE = '23000'; END IF;"
    trigger(f"{table.name}_sealed_truncate", table.name, event="TRUNCATE", postgresql=body)


def _replacing(table: Table, own: str, fixed: str = ' AND "revised" > 0') -> str:
    """Would the new row push a fixed one aside, by any unique key of the table?"""
    keys: list[tuple[tuple[str, ...], str]] = [(("rowid",), ""), (("id",), "")]
    keys += [(tuple(one.columns.keys()), _where(one)) for one in table.indexes if one.unique]
    same = (
        " AND ".join(f'"{name}" = NEW."{name}"' for name in key) + where
        for key, where in sorted(keys)
    )
    met = " OR ".join(f"({one})" for one in same)
    return f'EXISTS (SELECT 1 FROM "{table.name}" WHERE id <> {own}{fixed} AND ({met}))'


def _where(index: Index) -> str:
    """A partial index holds among some rows only: the fixed one and the newcomer among them."""
    clause: Any = index.dialect_options["sqlite"].get("where")
    if clause is None:
        return ""
    told = str(clause.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    names = "|".join(column.name for column in cast("Table", index.table).columns)
    parts = told.split("'")  # every other one is a quoted word
    parts[::2] = [re.sub(rf'(?:\w+\.)?"?\b({names})\b"?', r'NEW."\1"', one) for one in parts[::2]]
    return f" AND ({told}) AND (" + "'".join(parts) + ")"


def _differ(names: Iterable[str]) -> str:
    return " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in names)


def _words(words: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"

"""Rules the database keeps itself, against whoever opens it without us: triggers.

A class with `append_only = True` can neither be changed nor deleted nor emptied; a module adds
rules of its own with `trigger`. They are off while the schema moves (batch mode would drop some and
trip over others) and stand again at its head; a new trigger therefore comes with a migration.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, UniqueConstraint, inspect, text
from sqlalchemy.dialects import postgresql

from inventory.db import classes


@dataclass(frozen=True, slots=True)
class Trigger:
    """One rule: `event` is INSERT, UPDATE, UPDATE OF a, b or DELETE, looked at BEFORE each row,
    or AFTER it where the rule writes what follows from it.

    `sqlite` is the statements between BEGIN and END, `postgresql` those of a PL/pgSQL body, each
    ended by a semicolon; "" where that database needs no such rule.
    """

    name: str
    table: str
    event: str
    sqlite: str
    postgresql: str
    moment: str = "BEFORE"


_TOLD: dict[str, Trigger] = {}
_quote = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]


def trigger(
    name: str, table: str, *, event: str = "UPDATE", sqlite: str = "", postgresql: str = "",
    moment: str = "BEFORE",
) -> None:  # fmt: skip
    """Register a rule at import (see `Trigger`), to be installed with the next migration."""
    _TOLD[name] = Trigger(name, table, event, sqlite, postgresql, moment)


def install(connection: Connection) -> None:
    """Put every rule in its place, whatever stands there now."""
    if connection.dialect.name == "postgresql":  # no rule for a table with checks still to come
        _run(connection, "SET CONSTRAINTS ALL IMMEDIATE")
    drop(connection)
    for rule in _rules(connection):
        for statement in _made(connection, rule):
            _run(connection, statement)


def drop(connection: Connection) -> None:
    """Take away every rule of ours that is there, before the schema moves."""
    for name, table in _standing(connection):
        if connection.dialect.name == "postgresql":
            _run(connection, f'DROP TRIGGER "{name}" ON "{table}"')
        else:
            _run(connection, f'DROP TRIGGER "{name}"')


def missing(connection: Connection) -> list[str]:
    """Names of the rules that are not there, switched off, or not as we made them."""
    if connection.dialect.name == "postgresql":
        there = _postgresql_now(connection)
        wanted = {rule.name: (_postgresql_head(rule), _body(rule)) for rule in _rules(connection)}
    else:
        query = text("SELECT name, sql, '' FROM sqlite_master WHERE type = 'trigger'")
        there = {name: (sql, body) for name, sql, body in connection.execute(query)}
        wanted = {rule.name: (_sqlite(rule), "") for rule in _rules(connection)}
    return sorted(name for name, made in wanted.items() if there.get(name) != made)


def _rules(connection: Connection) -> Iterator[Trigger]:
    """Those this database needs: an engine may have a rule built in, a table may not be there."""
    tables = set(inspect(connection).get_table_names())
    for rule in (*_append_only(), *_TOLD.values()):
        if rule.table in tables and getattr(rule, connection.dialect.name):
            yield rule


def _append_only() -> Iterator[Trigger]:
    for cls in classes():
        if getattr(cls, "append_only", False) and isinstance(cls.__table__, Table):
            yield from _kept(cls.__table__)


def _kept(table: Table) -> Iterator[Trigger]:
    refused = "SELECT RAISE(ABORT, '{table}: rows can only be added');"
    raised = "RAISE EXCEPTION '{table}: rows can only be added' USING ERRCODE = '23000';"
    for event in ("UPDATE", "DELETE", "TRUNCATE"):
        sqlite = "" if event == "TRUNCATE" else refused.format(table=table.name)
        name = f"{table.name}_kept_{event.lower()}"
        yield Trigger(name, table.name, event, sqlite, raised.format(table=table.name))
    yield Trigger(f"{table.name}_kept_replace", table.name, "INSERT", _replaced(table), "")


def _replaced(table: Table) -> str:
    """INSERT OR REPLACE deletes the old row without a word to its DELETE trigger, unless the
    connection has recursive_triggers on; so the INSERT itself must not meet one."""
    keys = [list(table.primary_key.columns.keys())]
    keys += [list(c.columns.keys()) for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [list(index.columns.keys()) for index in table.indexes if index.unique]
    same = [" AND ".join(f'"{c}" = NEW."{c}"' for c in key) for key in (["rowid"], *sorted(keys))]
    met = " OR ".join(f'EXISTS (SELECT 1 FROM "{table.name}" WHERE {each})' for each in same)
    return f"SELECT RAISE(ABORT, '{table.name}: rows can only be added') WHERE {met};"


def _made(connection: Connection, rule: Trigger) -> Iterator[str]:
    if connection.dialect.name != "postgresql":
        yield _sqlite(rule)
        return
    yield (
        f"CREATE OR REPLACE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $rule${_body(rule)}$rule$"
    )
    yield _postgresql_head(rule)
    # ALWAYS: session_replication_role = replica would switch off the ordinary ones.
    yield f"ALTER TABLE {_quote(rule.table)} ENABLE ALWAYS TRIGGER {rule.name}"


def _sqlite(rule: Trigger) -> str:
    head = f"CREATE TRIGGER {rule.name} {rule.moment} {rule.event} ON {_quote(rule.table)}"
    return f"{head} FOR EACH ROW BEGIN {rule.sqlite} END"


def _postgresql_head(rule: Trigger) -> str:
    """Word for word what pg_get_triggerdef answers, so that `missing` can compare."""
    each = "STATEMENT" if rule.event == "TRUNCATE" else "ROW"
    head = f"CREATE TRIGGER {rule.name} {rule.moment} {rule.event} ON {_quote(rule.table)}"
    return f"{head} FOR EACH {each} EXECUTE FUNCTION {rule.name}()"


def _body(rule: Trigger) -> str:
    answer = "OLD" if rule.event == "DELETE" else "NEW"
    return f"BEGIN {rule.postgresql} RETURN {answer}; END"


def _postgresql_now(connection: Connection) -> dict[str, tuple[str, str]]:
    """name -> (definition, body) of the triggers that fire in every session."""
    query = text(
        "SELECT t.tgname, pg_get_triggerdef(t.oid, true), p.prosrc FROM pg_trigger t"
        " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND pg_table_is_visible(c.oid)"
    )
    return {name: (made, body) for name, made, body in connection.execute(query)}


def _standing(connection: Connection) -> list[tuple[str, str]]:
    """(trigger, table) of everything here, ours or of an earlier release: all of it was made by
    the console, whose database this is."""
    if connection.dialect.name == "postgresql":
        query = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
        )
    else:
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    return [(name, table) for name, table in connection.execute(text(query))]


def _run(connection: Connection, statement: str) -> None:
    """As it stands: a % in a rule is no parameter."""
    connection.execution_options(no_parameters=True).exec_driver_sql(statement)

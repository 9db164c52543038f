"""The rules that hold for every session: scope on each read, audit on each change, no way round."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, TextClause, event, or_, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from inventory import audit, findable, log_draft, relations, revision
from inventory.act import Act, Scope
from inventory.centre import Centre
from inventory.columns import walked
from inventory.db import Observed, Recorded, RecordSession, Scoped
from inventory.explained import Explained
from inventory.register import Register
from inventory.revision import Signable


class Refused(Explained):
    """The database layer will not do this; `reason` says why, in Chinese."""


class OutOfScope(Refused):
    """The row belongs to a centre the person has no grant for."""


@event.listens_for(RecordSession, "do_orm_execute")
def _execute(state: ORMExecuteState) -> None:
    if isinstance(state.statement, TextClause):
        raise Refused("不允许在登记会话里直接执行 SQL")
    if state.is_insert or state.is_update or state.is_delete:
        _refuse_bulk(state)
    elif state.is_select and not state.is_column_load:
        _apply_scope(state, state.session.info["scope"])


def _refuse_bulk(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, Observed):
        raise Refused("登记数据只能逐条修改：批量语句会绕过审计")


def _apply_scope(state: ORMExecuteState, scope: Scope) -> None:
    if "/" in scope.paths:
        return
    state.statement = state.statement.options(*_within(scope))


@lru_cache(maxsize=1000)
def _within(scope: Scope) -> tuple[ExecutableOption, ...]:
    """What confines a question to a scope, made once: every question of a page needs it."""
    visible = centres_within(scope)
    return (
        with_loader_criteria(
            Scoped,
            lambda cls: _home(cls).in_(visible),
            include_aliases=True,
            propagate_to_loaders=False,
        ),
        with_loader_criteria(
            Centre,
            lambda cls: cls.id.in_(visible),
            include_aliases=True,
            propagate_to_loaders=False,
        ),
    )


def _home(cls: Any) -> ColumnElement[str]:
    """The column that says where a row belongs. Registers are read in their own order."""
    return walked(cls.centre_id) if issubclass(cls, Register) else cls.centre_id


@lru_cache(maxsize=1000)
def centres_within(scope: Scope) -> Select[Any]:
    """Ids of the centres a scope covers, as a subquery on the bare table (no scope of its own)."""
    table = Centre.__table__
    inside = or_(False, *(table.c.path.startswith(path, autoescape=True) for path in scope.paths))
    return select(table.c.id).where(inside)


@event.listens_for(RecordSession, "before_flush")
def _before_flush(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    mode = session.info["mode"]
    done: set[int] = set()
    changes = _changes(session, done)
    if mode == "view" and (session.new or session.dirty or session.deleted):
        raise Refused("只读会话不能写入")
    if mode == "observe" and changes:
        raise Refused("采集结果不能修改登记数据")
    while changes:  # preparing one row may change another (a centre's path moves those below)
        for row, change in changes:
            done.add(id(row))
            _record(session, row, change)
        findable.keep(session, changes)
        log_draft.keep(session, changes)
        changes = _changes(session, done)


@event.listens_for(RecordSession, "after_begin")
def _after_begin(session: Session, _transaction: Any, connection: Connection) -> None:
    """One act at a time, as SQLite has it anyway: who came to the chain later, with other locks in
    hand, and somebody who holds the chain and waits for those would wait for each other."""
    if session.info["mode"] == "transaction":
        audit.take_turn(connection)


@event.listens_for(RecordSession, "after_soft_rollback")
def _after_rollback(session: Session, _transaction: Any) -> None:
    """Back to a savepoint: the audit rows written since are gone, the chain's head is older."""
    session.info.pop("chain", None)


def _changes(session: Session, done: set[int]) -> list[tuple[Recorded, str]]:
    """The Recorded rows of this flush but those `done` (ids of objects); touching what can only be
    added to is refused outright."""
    fixed = (
        row for row in (*session.dirty, *session.deleted) if getattr(row, "append_only", False)
    )
    if any(row in session.deleted or session.is_modified(row) for row in fixed):
        raise Refused("审计记录、修订和签字只能追加，不能修改或删除")
    kinds = ((session.new, "insert"), (session.dirty, "update"), (session.deleted, "delete"))
    found = [(row, change) for rows, change in kinds for row in rows if isinstance(row, Recorded)]
    found = [item for item in found if id(item[0]) not in done]
    return [item for item in found if item[1] != "update" or session.is_modified(item[0])]


def _record(session: Session, row: Recorded, change: str) -> None:
    act: Act = session.info["act"]
    placed = not isinstance(row, Centre) or change != "insert"
    if placed:
        _check_scope(session, row, act.scope)
    prepare = getattr(row, "prepare", None)
    if prepare is not None and change != "delete":
        prepare(session)
    if isinstance(row, Register) and change != "delete":
        relations.check(session, row)
    if isinstance(row, Signable):
        _keep_sealed(session, row, change)
    if isinstance(row, Centre):  # where it hangs now: a new or moved unit gets its path above
        _check_scope(session, row, act.scope)
    audit.append(session, act, row, change)


def _keep_sealed(session: Session, row: Signable, change: str) -> None:
    if change == "delete" and row.revised:
        raise Refused("已固定或签字的内容不能删除")
    if change != "delete":
        revision.keep(session, row)


def _check_scope(session: Session, row: Recorded, scope: Scope) -> None:
    if "/" in scope.paths:
        return
    centre = row if isinstance(row, Centre) else _centre_of(session, row)
    if centre is None or not scope.covers(centre.path):
        raise OutOfScope("这条记录属于您权限范围以外的中心")


def _centre_of(session: Session, row: Recorded) -> Centre | None:
    if not isinstance(row, Scoped):
        return None
    pending = (new for new in session.new if isinstance(new, Centre) and new.id == row.centre_id)
    return next(pending, None) or session.get(Centre, row.centre_id)


@event.listens_for(Recorded, "init", propagate=True)
def _fill_defaults(row: Recorded, _arguments: Any, values: dict[str, Any]) -> None:
    """Column defaults at construction, so that the audit row of an insert tells the whole row."""
    for column in row.__table__.columns:  # type: ignore[attr-defined]
        default = column.default
        if default is not None and column.key not in values:
            values[column.key] = default.arg(None) if default.is_callable else default.arg

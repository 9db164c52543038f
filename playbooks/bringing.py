"""The import of a large sheet: compared before anything is locked, written in one transaction.

While it writes, SQLite has no second writer: how far it is, and the wish to stop, cannot go through
the database. Both are small files beside the upload.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory import exchange, fitting, upload
from inventory.act import EVERYTHING
from inventory.grant import standing
from inventory.guard import Refused
from inventory.headers import words
from inventory.person import Person
from inventory.plan import Plan
from inventory.register import Register, Rejected, registers
from inventory.role import Standing, can
from inventory.run import JobRun
from inventory.sheet import Sheet, SheetError, read
from playbooks.jobs import Job, Unfinished

AT_ONCE = 1_000  # rows that are imported while the browser waits: some two seconds
_MOVED = "核对之后台账又有变化，没有导入；请重新核对"
_TAKEN = "没有导入：有一条与台账里的重复，可能属于别的单位，或刚刚由别人登记；请重新核对"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Order:
    """Who wants what brought into which register, and what was agreed to."""

    cls: type[Register]
    who: Standing
    sheet: Sheet
    params: Mapping[str, Any]


class _Stopped(Exception):
    """Somebody asked to stop; the transaction is rolled back."""


def bring(job: Job) -> Mapping[str, Any]:
    """params: slug, digest, name, sheet, fingerprint, origin. The outcome: new, changed, same."""
    try:
        order = _order(job)
        total = len(order.sheet.rows)
        job.tell(0, total, "正在核对")
        with job.site.database.view(order.who.scope) as session:
            _check(order, exchange.plan(session, order.cls, order.sheet))
        if job.cancelled():
            return {}
        job.tell(0, total, "正在写入；写完之前，别的修改要等一会儿")
        done = _write(job, order)
    except _Stopped:
        _note_stop(job)
        return {}
    except (SheetError, Refused) as error:
        raise Unfinished(f"没有导入：{error}") from error
    except StaleDataError as error:
        raise Unfinished(_MOVED) from error
    except IntegrityError as error:
        raise Unfinished(_TAKEN) from error
    finally:
        for file in (_written(job.site.home, job.run_id), _stop(job.site.home, job.run_id)):
            file.unlink(missing_ok=True)
    job.tell(total, total, "已写入")
    return {"new": len(done.new), "changed": len(done.changed), "same": done.same}


def written(home: Path, run_id: str) -> int:
    """How many rows a running import has written so far."""
    try:
        return int(_written(home, run_id).read_text() or 0)
    except FileNotFoundError:
        return 0


def stop(home: Path, run_id: str) -> None:
    """Ask a running import to stop: nothing of it stays."""
    _stop(home, run_id).touch()


def _written(home: Path, run_id: str) -> Path:
    return upload.folder(home) / f"{run_id}.written"


def _stop(home: Path, run_id: str) -> Path:
    return upload.folder(home) / f"{run_id}.stop"


def _order(job: Job) -> _Order:
    cls, name = registers()[job.params["slug"]], job.params["name"]
    data = upload.kept(job.site.home, job.params["digest"])
    sheet = read(data, name, sheet=job.params["sheet"] or None, known=words(cls))
    with job.site.database.view(EVERYTHING) as session:
        run = session.get_one(JobRun, job.run_id)
        who = standing(session, session.get_one(Person, run.requested_by))
        said = fitting.chosen(session, cls, who.centre_id)
    if not all(can(who, right) for right in (cls.see_act, cls.edit_act)):
        raise Unfinished(f"{who.name} 现在没有修改{cls.title}的权限，没有导入")
    table = fitting.fitted(sheet, fitting.fit(cls, sheet, said))
    return _Order(cls, who.narrowed(cls.edit_act), table, job.params)


def _check(order: _Order, found: Plan) -> None:
    if found.errors:
        told = "；".join(map(str, found.errors[:_SHOWN]))
        raise Unfinished(f"没有导入，{len(found.errors)} 处错误：{told}")
    if found.fingerprint != order.params["fingerprint"]:
        raise Unfinished(_MOVED)


def _write(job: Job, order: _Order) -> Plan:
    reason = f"文件 {order.params['name']}，SHA-256 {order.params['digest']}"
    act = order.who.act(f"导入{order.cls.title}", order.params["origin"], reason)
    try:
        with job.site.database.transaction(act) as session:
            done = exchange.apply(session, order.cls, order.sheet, told=_telling(job))
            _check(order, done)
    except Rejected as refused:
        raise Unfinished(f"没有导入：{'；'.join(map(str, refused.errors[:_SHOWN]))}") from refused
    return done


def _note_stop(job: Job) -> None:
    """Whoever asked to stop may still be waiting for the database to say so there."""
    with job.site.database.observe() as session:
        session.get_one(JobRun, job.run_id).cancel_requested = True


def _telling(job: Job) -> Callable[[int], None]:
    written, stop = _written(job.site.home, job.run_id), _stop(job.site.home, job.run_id)

    def tell(rows: int) -> None:
        if stop.exists():
            raise _Stopped
        if job.pool.stopping.is_set():
            raise Unfinished("执行时值守台停止了，没有写入任何内容；请重新发起")
        written.write_text(str(rows))

    return tell

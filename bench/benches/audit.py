"""The audit chain: how fast 500,000 rows are verified, and what an audited change costs more.

Plain SHA-256 reads the same columns of the same rows straight from the file and hashes their bytes,
with no chain, no canonical form and no second hash. The change without audit is the same change of
the same device in the same kind of transaction with everything but the audit row.
"""

import hashlib
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from inventory import relations
from inventory.act import EVERYTHING, system
from inventory.audit import verify
from inventory.centre import Centre
from inventory.chain import BEFORE_FIRST, AuditRow, canonical, seal
from inventory.db import Database, open_database
from inventory.device import Device
from inventory.founding import found
from inventory.migrations import migrate
from inventory.register import Register

title = "500,000 audit rows verified; an audited change against the same without audit"

_BATCH = 10_000
_START = datetime(2026, 1, 1, tzinfo=UTC)


class Unaudited(Session):
    """A session that does for each change all that `inventory.guard` does, but the audit row."""


@event.listens_for(Unaudited, "before_flush")
def _prepare(session: Session, _context: Any, _instances: Any) -> None:
    for row in (*session.new, *session.dirty):
        if isinstance(row, Register) and session.is_modified(row):
            row.prepare(session)
            relations.check(session, row)


def run(rounds: int, rows: int = 500_000, changes: int = 200) -> Mapping[str, float]:
    """Rows verified a second, and the ratios named in the title: above 1 we are dearer."""
    with TemporaryDirectory() as folder, _opened(Path(folder), "chain") as chain:
        _fill(chain, rows)
        looks = {"ours": lambda: _verify(chain), "plain": lambda: _plain(chain)}
        spent = [_in_turn(looks, odd=n % 2 == 1) for n in range(rounds)]
        with _opened(Path(folder), "changes") as changed:
            found(changed, "410225", "admin", "管理员")
            device = _device(changed)
            writes = {
                "audited": lambda: _one_by_one(changed, device, changes),
                "bare": lambda: _one_by_one_bare(changed, device, changes),
                "audited_at_once": lambda: _at_once(changed, changes),
                "bare_at_once": lambda: _at_once_bare(changed, changes),
            }
            wrote = [_in_turn(writes, odd=n % 2 == 1) for n in range(rounds)]
    return _told(rows, spent, wrote)


def _told(
    rows: int, spent: list[dict[str, float]], wrote: list[dict[str, float]]
) -> dict[str, float]:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows} rows, at most {memory:.0f} MB", file=sys.stderr)
    return {
        "rows_per_s": round(rows / median(each["ours"] for each in spent)),
        "vs_plain_sha256": _ratio(spent, "ours", "plain"),
        "write_vs_unaudited": _ratio(wrote, "audited", "bare"),
        "bulk_write_vs_unaudited": _ratio(wrote, "audited_at_once", "bare_at_once"),
    }


def _ratio(spent: list[dict[str, float]], ours: str, theirs: str) -> float:
    return round(median(each[ours] / each[theirs] for each in spent), 2)


def _in_turn(looks: Mapping[str, Callable[[], None]], *, odd: bool) -> dict[str, float]:
    """Seconds of each, in one order or the other, so that none always goes first."""
    spent = {}
    for name, look in list(looks.items())[:: -1 if odd else 1]:
        began = time.perf_counter()
        look()
        spent[name] = time.perf_counter() - began
    return spent


@contextmanager
def _opened(folder: Path, name: str) -> Iterator[Database]:
    database = open_database(f"sqlite:///{folder}/{name}.db")
    migrate(database.engine)
    yield database
    database.close()


def _fill(database: Database, rows: int) -> None:
    """A chain as a county writes it: changes of devices, a few hundred bytes each."""
    before = BEFORE_FIRST
    columns = AuditRow.__table__.columns.keys()
    with database.engine.begin() as connection:
        batch = []
        for seq in range(1, rows + 1):
            row = _row(seq, before)
            before = row.row_hash
            batch.append({name: getattr(row, name) for name in columns})
            if len(batch) == _BATCH or seq == rows:
                connection.execute(insert(AuditRow), batch)
                batch = []


def _row(seq: int, before: str) -> AuditRow:
    now = {"name": f"城关镇交换机 {seq}", "address": f"10.41.{seq % 250}.2", "place": "三楼机房"}
    row = AuditRow(
        seq=seq, at=_START + timedelta(seconds=seq), actor="01hxxxxxxxxxxxxxxxxxxxxxxx",
        actor_name="李网", role="network_admin", origin="page 10.41.0.77", reason="",
        act="修改设备", centre_id="01hcccccccccccccccccccccccc", thing="Device",
        thing_id=f"01hddddddddddddddddd{seq % 1000:06}", change="update",
        before=canonical(now | {"name": "旧名"}), after=canonical(now), prev_hash=before,
    )  # fmt: skip
    seal(row)
    return row


def _verify(database: Database) -> None:
    with database.view(EVERYTHING) as session:
        broken = verify(session)
    if broken:
        raise RuntimeError(str(broken))


def _plain(database: Database) -> None:
    query = f"SELECT {', '.join(AuditRow.__table__.columns.keys())} FROM audit ORDER BY seq"
    with closing(sqlite3.connect(str(database.engine.url.database))) as raw:
        for row in raw.execute(query):
            hashlib.sha256("".join(map(str, row)).encode()).hexdigest()


def _device(database: Database) -> str:
    with database.transaction(system("登记")) as session:
        centre = session.scalars(select(Centre)).first()
        assert centre is not None
        for number in range(1000):
            session.add(
                Device(
                    centre_id=centre.id, name=f"交换机 {number}", kind="switch",
                    address=f"10.41.{number // 250}.{number % 250 + 1}",
                )
            )  # fmt: skip
        return session.scalars(select(Device.id)).first() or ""


def _one_by_one(database: Database, device: str, changes: int) -> None:
    for number in range(changes):
        with database.transaction(system("改备注")) as session:
            session.get_one(Device, device).note = f"第 {time.time_ns()} 次 {number}"


def _one_by_one_bare(database: Database, device: str, changes: int) -> None:
    for number in range(changes):
        with _bare(database) as session:
            session.get_one(Device, device).note = f"第 {time.time_ns()} 次 {number}"


def _at_once(database: Database, changes: int) -> None:
    with database.transaction(system("导入备注")) as session:
        _change_all(session, changes)


def _at_once_bare(database: Database, changes: int) -> None:
    with _bare(database) as session:
        _change_all(session, changes)


def _change_all(session: Session, changes: int) -> None:
    for device in session.scalars(select(Device).limit(changes)):
        device.note = f"第 {time.time_ns()} 次"


@contextmanager
def _bare(database: Database) -> Iterator[Session]:
    writing = database.engine.execution_options(sqlite_begin="IMMEDIATE")
    with Unaudited(writing, expire_on_commit=False) as session, session.begin():
        yield session

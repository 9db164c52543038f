"""One worker a home and a database: two would make every row twice and end each other's jobs."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from inventory.db import Database
from inventory.guard import Refused

_WORKER = 4_100_004  # PostgreSQL advisory lock


@contextmanager
def alone(database: Database, home: Path) -> Iterator[None]:
    """Be the only worker until the end of the block; the system lets go of both locks however this
    process ends. Raises Refused while another is at work."""
    with (home / "worker.lock").open("w") as lock, database.engine.connect() as connection:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"{home} 已有一个后台轮询在运行：先停止它（它可能由 up 启动）") from None
        if database.engine.dialect.name == "postgresql":
            taken = connection.scalar(select(func.pg_try_advisory_lock(_WORKER)))
            connection.commit()  # the lock is the connection's; no transaction stays open
            if not taken:
                raise Refused("另一个值守台的后台轮询正在使用这个数据库：每个数据库只能有一个")
        yield

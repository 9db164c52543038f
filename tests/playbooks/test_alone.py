"""Two workers on one database would make every row twice: the second is refused, in words."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inventory.db import Database
from inventory.guard import Refused
from playbooks.alone import alone

SCRIPT = """
import sys, time
from pathlib import Path
from inventory.db import open_database
from playbooks.alone import alone
with alone(open_database(sys.argv[1]), Path(sys.argv[2])):
    print("in", flush=True)
    sys.stdin.read()
"""


def refused(database: Database, home: Path) -> str:
    with pytest.raises(Refused) as told, alone(database, home):
        pass
    return told.value.reason


def test_a_second_worker_is_refused_until_the_first_is_gone_even_by_kill_9(
    database: Database, tmp_path: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    first = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, url, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == "in\n"
        assert "已有一个后台轮询" in refused(database, tmp_path)
        if database.engine.dialect.name == "postgresql":
            elsewhere = tmp_path / "other"
            elsewhere.mkdir()
            assert "每个数据库只能有一个" in refused(database, elsewhere)
        os.kill(first.pid, signal.SIGKILL)
    for _ in range(100):  # PostgreSQL notices a moment later that the other end is gone
        try:
            with alone(database, tmp_path):
                return
        except Refused:
            continue
    pytest.fail("the lock outlived its worker")

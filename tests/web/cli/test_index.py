"""`netops index`: whether the index is whole, and how it becomes so again."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.web.cli.command import Run, told


def test_what_the_index_has_wrong_is_told_and_put_right(run: Run, home: Path) -> None:
    assert "检索索引完整" in run("index").stdout
    with closing(sqlite3.connect(home / "netops.db")) as raw:
        raw.execute("DELETE FROM findable WHERE n IN (SELECT n FROM findable LIMIT 3)")
        raw.commit()
    assert "3 处与台账不符" in run("index", code=1).stdout
    assert told(run("index", "--json", code=1)) == {"wrong": 3, "repaired": False}
    assert told(run("index", "--rebuild", "--json")) == {"wrong": 3, "repaired": True}
    assert told(run("index", "--json")) == {"wrong": 0, "repaired": False}
